"""The mean power spectrum of a set of pictures over rings, the power law in it, and its directions.

P = |FFT2(w · (Y − mean))|² / Σ w² of luminance in 8-bit levels, with a Hann window w in both directions
(`nicviz/spectra/window.py`): without one the cross of the border would be taken for the picture's own law.

α is the exponent of *power*: P ∝ 1/f^α, about 2 for photographs (Field, 1987); the amplitude falls as 1/f^(α/2).
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError
from nicviz.spectra.part import Part
from nicviz.spectra.power import Plane, mean_product, radius
from nicviz.spectra.radial import CORNER, FIT_RANGE, NOTHING, binned
from nicviz.spectra.window import HANN_CELLS, windowed_transform

DIRECTIONS = {"horizontal": (0.0,), "vertical": (90.0,), "diagonal": (45.0, 135.0)}
"""Of the frequency: horizontal ones are vertical stripes. Each sector is 45° wide, with its mirror image."""

NUM_RINGS = 48  # as wide as each other on a logarithmic axis: about seven an octave
LOWEST = 0.005  # cycles/pixel
_CLEAR = 4.0  # cycles a picture: below, the window mixes in what lies about zero frequency, and α comes out too large
LEAST_SIDE = 32  # pixels: below there are too few frequencies in the range of the fit
_EDGES = np.geomspace(LOWEST, CORNER + 1e-9, NUM_RINGS + 1)


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
        low, high: of the fit, cycles/pixel; `low` is where small pictures begin, if that is higher.
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
    """The mean spectrum of a set; spectra of pictures are added.

    Attributes:
        sums: (11, num_rings) sums over pictures; see `ring_sums`.
        exponents: name and α of each picture alone; None where it has no law.
    """

    sums: Plane = field(default_factory=lambda: np.zeros((11, NUM_RINGS)))
    exponents: list[tuple[str, float | None]] = field(default_factory=list)

    def add(self, sums: Plane, name: str) -> None:
        """Count a picture in, by its `ring_sums`."""
        law = SetSpectrum(sums).fit()
        self.sums = self.sums + sums
        self.exponents.append((name, law.exponent if law else None))

    @property
    def frequency(self) -> Plane:
        """(num_rings,) mean |f| of each ring, cycles/pixel; NaN for a ring without a frequency."""
        return _divide(self.sums[1], self.sums[0])

    @property
    def power(self) -> Plane:
        """(num_rings,) mean over pictures of the ring's mean power, levels²; NaN where a picture has no frequency.

        Small pictures do not reach low rings. A mean over the others alone would jump where they drop out.
        """
        every = self.sums[2] == self.sums[2].max()
        return np.where(every, _divide(self.sums[3], self.sums[2]), np.nan)

    @property
    def independent(self) -> Plane:
        """(num_rings,) about how many independent frequencies are behind a ring's mean."""
        return np.nan_to_num(_divide(self.sums[3] ** 2, self.sums[4]))

    def anisotropy(self) -> Plane:
        """Return the power of each of `DIRECTIONS` as a share of the ring's mean, (3, num_rings); 1 = isotropic."""
        return _divide(_divide(self.sums[5:8], self.sums[8:11]), np.where(self.power > NOTHING, self.power, np.nan))

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
        first = max(low, float(_EDGES[usable.argmax()]))
        return PowerFit(-slope, error, math.exp(offset), first, high, scatter, int(usable.sum()))

    def residuals(self, fit: PowerFit) -> Plane:
        """Return 10 log₁₀(P / line) per ring in dB, (num_rings,); NaN where there is no power."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.power > NOTHING, 10 * np.log10(self.power / fit.at(self.frequency)), np.nan)


def ring_sums(plane: Plane, name: str = "The picture") -> Plane:
    """Return what a picture adds to its set, (11, num_rings).

    Rows: number of frequencies, sum of |f|; 1 for a ring that has any, its mean power, the sampling variance of that;
    mean power in each of the three `DIRECTIONS`, and 1 where the ring has frequencies there.

    Args:
        plane: (H, W) luminance in levels.
        name: of the picture, for messages.

    Raises:
        NicvizError: a side of under 32 pixels.
    """
    height, width = plane.shape
    if min(height, width) < LEAST_SIDE:
        raise NicvizError(f"{name} is {width}×{height}: a spectrum takes {LEAST_SIDE} pixels a side and more.")
    half = windowed_transform(plane)
    power = mean_product(half, half, width).ravel()
    ring, frequency, sectors = _layout((height, width))

    def over(mine: NDArray[np.bool_]) -> tuple[Plane, Plane]:
        count = np.bincount(ring[mine], minlength=NUM_RINGS).astype(np.float64)
        return count, np.bincount(ring[mine], power[mine], NUM_RINGS) / np.maximum(count, 1)

    count, mean = over(ring >= 0)
    independent = np.maximum(count, 1) / (2 * HANN_CELLS)  # a real plane's spectrum is symmetric
    by_direction = [over(sector) for sector in sectors]
    return np.array([
        count, frequency, count > 0, mean, mean**2 / independent,
        *(each for _, each in by_direction), *(cells > 0 for cells, _ in by_direction),
    ])  # fmt: skip


@lru_cache(maxsize=2)
def _layout(shape: tuple[int, int]) -> tuple[NDArray[np.int16], Plane, tuple[NDArray[np.bool_], ...]]:
    """Return the ring of each cell (−1: none), the sum of |f| over each ring, and the cells of each direction."""
    distance = radius(shape).ravel()
    ring = (np.digitize(distance, _EDGES) - 1).astype(np.int16)
    ring[distance < _CLEAR / min(shape)] = -1
    inside = ring >= 0
    frequency = binned(ring[inside].astype(np.intp), distance[inside], NUM_RINGS)
    sectors = [
        np.any([Part(direction=angle, width=45.0).mask(shape) for angle in angles], axis=0).ravel() & inside
        for angles in DIRECTIONS.values()
    ]
    return ring, frequency, tuple(sectors)


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


def _divide(numerator: Plane, denominator: Plane) -> Plane:
    return np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator > 0)
