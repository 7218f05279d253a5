"""Means over rings of equal frequency, and what they tell about a codec and an image."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nicviz.spectra.power import Plane, radius

CORNER = math.sqrt(0.5)  # cycles/pixel: both axes at Nyquist
MOST_RINGS = 512
FIT_RANGE = (0.02, 0.35)  # cycles/pixel: beyond it the frame's edges and the camera's filters bend the law
FIT_RINGS = 24
NOTHING = 1e-12  # levels²: what rounding in float64 leaves where there is nothing


@dataclass(frozen=True)
class Rings:
    """Rings of equal width between zero frequency and the corner.

    Attributes:
        index: (H·W,) ring of every cell.
        count: (num_rings,) cells of every ring.
        frequency: (num_rings,) mean |f| of a ring's cells in cycles/pixel; NaN for a ring without one.
    """

    index: NDArray[np.intp]
    count: NDArray[np.intp]
    frequency: Plane

    def mean(self, plane: Plane) -> Plane:
        """Return the mean of a centered (H, W) plane over each ring; NaN for a ring without a frequency."""
        return _divide(binned(self.index, plane.ravel(), len(self.count)), self.count)


@lru_cache(maxsize=4)
def rings(shape: tuple[int, int], num_rings: int) -> Rings:
    """Return the rings of an (H, W) plane."""
    field = radius(shape)
    index = np.minimum((field * (num_rings / CORNER)).astype(np.intp), num_rings - 1).ravel()
    count = np.bincount(index, minlength=num_rings)
    return Rings(index, count, _divide(binned(index, field.ravel(), num_rings), count))


def natural_rings(shape: tuple[int, int]) -> Rings:
    """Return rings as wide as the frequencies of the shorter side lie apart (at most 512 of them)."""
    return rings(shape, min(MOST_RINGS, max(1, math.ceil(CORNER * min(shape)))))


def radial_profile(power: Plane, num_rings: int) -> Plane:
    """Return the mean of a centered power spectrum over rings of equal frequency.

    Args:
        power: (H, W), zero frequency at (H // 2, W // 2), any unit.
        num_rings: rings between zero frequency and the corner (0.5, 0.5) cycles/pixel.

    Returns:
        (num_rings,), in the unit of `power`; NaN for a ring without a frequency.
    """
    return rings((power.shape[0], power.shape[1]), num_rings).mean(power)


@dataclass(frozen=True)
class Transfer:
    """What went in and what came out, ring by ring; sums of it over pictures are means' numerators and denominators.

    Attributes:
        given: ⟨|X|²⟩ of what went in.
        kept: Re⟨X̂·X*⟩. The imaginary part of the mean over a whole ring is zero, as the planes are real.
        returned: ⟨|X̂|²⟩ of what came out.
    """

    given: Plane
    kept: Plane
    returned: Plane

    def __add__(self, other: "Transfer") -> "Transfer":
        return Transfer(self.given + other.given, self.kept + other.kept, self.returned + other.returned)

    def gain(self) -> Plane:
        """Return Re⟨X̂·X*⟩ / ⟨|X|²⟩: 1 = kept, 0 = removed; NaN where nothing went in."""
        return _divide(self.kept, np.where(self.given > NOTHING, self.given, 0.0))

    def coherence(self) -> Plane:
        """Return |⟨X̂·X*⟩|² / (⟨|X|²⟩⟨|X̂|²⟩), 0 … 1: how much of what came out is what went in; NaN without either."""
        both = np.where((self.given > NOTHING) & (self.returned > NOTHING), self.given * self.returned, 0.0)
        return _divide(self.kept**2, both)


@dataclass(frozen=True)
class PowerLaw:
    """The straight line P ≈ level · f^(−exponent) of a log–log plot; `level` is the power at 1 cycle/pixel."""

    exponent: float
    level: float

    def __str__(self) -> str:
        low, high = FIT_RANGE
        return f"∝ 1/f^{self.exponent:.2f} (fitted from {low:g} to {high:g} cycles/pixel)"

    def at(self, frequency: Plane) -> Plane:
        """Return the line's values at frequencies in cycles/pixel."""
        line: Plane = self.level * frequency**-self.exponent
        return line


def power_law(power: Plane) -> PowerLaw | None:
    """Return the power law fitted to a centered spectrum over 0.02–0.35 cycles/pixel, equal weight per log ring.

    None where fewer than three of the 24 rings hold power (a small or an empty image).
    """
    field = radius((power.shape[0], power.shape[1]))
    inside = (field >= FIT_RANGE[0]) & (field <= FIT_RANGE[1])
    logarithm = np.log(field[inside])
    span = math.log(FIT_RANGE[1] / FIT_RANGE[0])
    index = ((logarithm - math.log(FIT_RANGE[0])) * (FIT_RINGS / span)).astype(np.intp).clip(0, FIT_RINGS - 1)
    count = np.bincount(index, minlength=FIT_RINGS)
    x = _divide(binned(index, logarithm, FIT_RINGS), count)
    y = _divide(binned(index, power[inside], FIT_RINGS), count)
    usable = np.nan_to_num(y) > NOTHING
    if usable.sum() < 3:
        return None
    slope, offset = np.polyfit(x[usable], np.log(y[usable]), 1)
    return PowerLaw(-float(slope), math.exp(offset))


def binned(index: NDArray[np.intp], values: Plane, num_bins: int) -> Plane:
    """Return the sum of `values` in each of `num_bins` bins, (num_bins,) float64; `index` says which one."""
    return np.bincount(index, values, num_bins).astype(np.float64, copy=False)


def _divide(numerator: Plane, denominator: NDArray[np.float64] | NDArray[np.intp]) -> Plane:
    """Return the quotient, NaN where the denominator is 0."""
    quotient = np.full(numerator.shape, np.nan)
    return np.divide(numerator, denominator, out=quotient, where=denominator > 0)
