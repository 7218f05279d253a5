"""The mean power spectrum of a set of pictures over rings, the power law in it, and its directions.

P = |FFT2(w · (Y − mean))|² / Σ w² of luminance in 8-bit levels, with a Hann window w in both directions: without one,
the jump from each border to the opposite one draws a cross along the axes that falls as 1/f² for any picture, and
would be taken for the picture's own law. Dividing by Σ w² (H·W without a window) leaves the power of noise as it is.

α is the exponent of *power*: P ∝ 1/f^α, about 2 for photographs (Field, 1987); the amplitude falls as 1/f^(α/2).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nicviz.color import luminance
from nicviz.errors import NicvizError
from nicviz.images import Image
from nicviz.spectra.part import Part
from nicviz.spectra.power import Plane, mean_product, radius, transform
from nicviz.spectra.radial import CORNER, FIT_RANGE, NOTHING

DIRECTIONS = {"horizontal": (0.0,), "vertical": (90.0,), "diagonal": (45.0, 135.0)}
"""Of the frequency: horizontal ones are vertical stripes. Each sector is 45° wide, with its mirror image."""

NUM_RINGS = 48  # as wide as each other on a logarithmic axis: about seven an octave
LOWEST = 0.005  # cycles/pixel
LEAST_SIDE = 32  # pixels: below there are too few frequencies in the range of the fit
_EDGES = np.geomspace(LOWEST, CORNER + 1e-9, NUM_RINGS + 1)
_HANN_CELLS = (35 / 18) ** 2  # frequencies that a Hann window ties to one: N Σw⁴ / (Σw²)², per direction


@dataclass(frozen=True)
class PowerFit:
    """The straight line ln P = ln level − α ln f through the rings between `low` and `high`, by weighted least squares.

    The weight of a ring is 1 / (v + τ²): v is the sampling variance of its ln P, τ² what rings scatter about the line
    beyond that (Paule and Mandel, 1982). On noise that obeys the law τ² is 0 and the many frequencies of high rings
    count; on pictures τ² rules, and every ring counts alike.

    Args:
        exponent: α.
        half_width: of the 95 % interval of α, by Student's t; rings are taken as independent.
        level: P at 1 cycle/pixel, levels².
        low, high: of the fit, cycles/pixel.
        scatter: τ, in ln P.
        num_rings: that the line goes through.
    """

    exponent: float
    half_width: float
    level: float
    low: float
    high: float
    scatter: float
    num_rings: int

    def at(self, frequency: Plane) -> Plane:
        """Return the line's values at frequencies in cycles/pixel."""
        line: Plane = self.level * frequency**-self.exponent
        return line


@dataclass
class SetSpectrum:
    """The mean spectrum of the pictures that were added so far.

    Attributes:
        exponents: name and α of each picture alone; None where it has no law.
    """

    exponents: list[tuple[str, float | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._power = np.zeros(NUM_RINGS)
        self._variance = np.zeros(NUM_RINGS)
        self._weight = np.zeros(NUM_RINGS)
        self._frequency = np.zeros(NUM_RINGS)
        self._count = np.zeros(NUM_RINGS)
        self._sectors = np.zeros((len(DIRECTIONS), NUM_RINGS))
        self._sector_weight = np.zeros((len(DIRECTIONS), NUM_RINGS))

    def add(self, image: Image, name: str) -> None:
        """Count a picture, (H, W, 3) uint8, in."""
        self.add_plane(luminance(image), name)

    def add_plane(self, plane: Plane, name: str) -> None:
        """Count a plane of real values, (H, W), in.

        Raises:
            NicvizError: a side of under 32 pixels.
        """
        if min(plane.shape) < LEAST_SIDE:
            height, width = plane.shape
            raise NicvizError(f"{name} is {width}×{height}: a spectrum takes {LEAST_SIDE} pixels a side and more.")
        alone = self if not self.exponents else SetSpectrum()
        alone._count_in(windowed_power(plane))
        if alone is not self:
            self._merge(alone)
        law = alone.fit() if alone is not self else self.fit()
        self.exponents.append((name, law.exponent if law else None))

    def _count_in(self, power: Plane) -> None:
        shape = (power.shape[0], power.shape[1])
        distance = radius(shape).ravel()
        ring = np.digitize(distance, _EDGES) - 1
        inside = (ring >= 0) & (ring < NUM_RINGS)
        count = np.bincount(ring[inside], minlength=NUM_RINGS)
        there = count > 0
        mean = np.bincount(ring[inside], power.ravel()[inside], NUM_RINGS) / np.maximum(count, 1)
        self._power += mean
        self._variance += np.where(there, mean**2 / np.maximum(_independent(count), 1e-9), 0.0)
        self._weight += there
        self._frequency += np.bincount(ring[inside], distance[inside], NUM_RINGS)
        self._count += count
        for number, angles in enumerate(DIRECTIONS.values()):
            mask = np.any([Part(direction=angle, width=45.0).mask(shape) for angle in angles], axis=0).ravel() & inside
            cells = np.bincount(ring[mask], minlength=NUM_RINGS)
            self._sectors[number] += np.bincount(ring[mask], power.ravel()[mask], NUM_RINGS) / np.maximum(cells, 1)
            self._sector_weight[number] += cells > 0

    def _merge(self, other: "SetSpectrum") -> None:
        for name in ("_power", "_variance", "_weight", "_frequency", "_count", "_sectors", "_sector_weight"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def frequency(self) -> Plane:
        """(num_rings,) mean |f| of each ring, cycles/pixel; NaN for a ring without a frequency."""
        return _divide(self._frequency, self._count)

    @property
    def power(self) -> Plane:
        """(num_rings,) mean over pictures of the ring's mean power, levels²; NaN for a ring without a frequency."""
        return _divide(self._power, self._weight)

    @property
    def independent(self) -> Plane:
        """(num_rings,) about how many independent frequencies are behind a ring's mean."""
        return np.nan_to_num(_divide(self._power**2, self._variance))

    def anisotropy(self) -> Plane:
        """Return the power of each of `DIRECTIONS` as a share of the ring's mean, (3, num_rings); 1 = isotropic."""
        return _divide(_divide(self._sectors, self._sector_weight), np.where(self.power > NOTHING, self.power, np.nan))

    def fit(self, low: float = FIT_RANGE[0], high: float = FIT_RANGE[1]) -> PowerFit | None:
        """Return the power law between two frequencies in cycles/pixel; None where fewer than four rings hold power.

        Beyond the default range of 0.02 to 0.35 frame, noise and the filters of cameras bend the law.
        """
        frequency, power = np.nan_to_num(self.frequency), np.nan_to_num(self.power)
        usable = (frequency >= low) & (frequency <= high) & (power > NOTHING) & (self.independent >= 1)
        if usable.sum() < 4:
            return None
        number = self.independent[usable]
        # The mean of n exponentials is a Gamma: its logarithm has this mean and variance (digamma, trigamma).
        y = np.log(power[usable]) + 1 / (2 * number) + 1 / (12 * number**2)
        line = _weighted_line(np.log(frequency[usable]), y, 1 / number + 1 / (2 * number**2))
        slope, offset, error, scatter = line
        return PowerFit(-slope, error, math.exp(offset), low, high, scatter, int(usable.sum()))

    def residuals(self, fit: PowerFit) -> Plane:
        """Return 10 log₁₀(P / line) per ring in dB, (num_rings,); NaN where there is no power."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.power > NOTHING, 10 * np.log10(self.power / fit.at(self.frequency)), np.nan)


def windowed_power(plane: Plane) -> Plane:
    """Return |FFT2(w · (plane − mean))|² / Σ w² with a Hann window, (H, W), zero frequency at the center."""
    height, width = plane.shape
    window = np.outer(*(np.sin(np.pi * (np.arange(side) + 0.5) / side) ** 2 for side in (height, width)))
    centered = (plane - (plane * window).sum() / window.sum()) * window
    half = transform(centered[None])
    power: Plane = mean_product(half, half, width) / (window**2).mean()
    return power


def spectrum_of(pictures: Iterable[tuple[Image, str]]) -> SetSpectrum:
    """Return the mean spectrum of pictures with their names."""
    found = SetSpectrum()
    for image, name in pictures:
        found.add(image, name)
    return found


def _weighted_line(x: Plane, y: Plane, variance: Plane) -> tuple[float, float, float, float]:
    """Return slope, offset, half width of the slope's 95 % interval, and τ."""
    from scipy.optimize import brentq
    from scipy.stats import t

    free = len(x) - 2

    def line(extra: float) -> tuple[float, float, float, float]:
        weight = 1 / (variance + extra)
        middle = float(weight @ x / weight.sum())
        spread = float(weight @ (x - middle) ** 2)
        slope = float(weight @ ((x - middle) * y) / spread)
        offset = float(weight @ y / weight.sum()) - slope * middle
        return slope, offset, spread, float(weight @ (y - offset - slope * x) ** 2)

    extra = 0.0
    if line(0.0)[3] > free:
        top = float(np.var(y)) + float(variance.max())
        extra = float(brentq(lambda each: line(each)[3] - free, 0.0, 10 * top))
    slope, offset, spread, _ = line(extra)
    return slope, offset, float(t.ppf(0.975, free)) / math.sqrt(spread), math.sqrt(extra)


def _independent(count: NDArray[np.intp]) -> Plane:
    return count / (2 * _HANN_CELLS)  # a real plane's spectrum is symmetric


def _divide(numerator: Plane, denominator: Plane) -> Plane:
    return np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator > 0)
