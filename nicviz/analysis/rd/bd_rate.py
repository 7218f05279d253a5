"""Bjøntegaard's deltas: the mean difference in rate, or in quality, between two rate–distortion curves.

Source: Bjøntegaard, "Calculation of average PSNR differences between RD-curves", VCEG-M33, 2001, with his cubic
polynomial; piecewise cubic Hermite (PCHIP) interpolation as in JCTVC-L1100; Akima's after Herglotz et al., 2022.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError

Method = Literal["pchip", "akima", "cubic"]
METHODS: tuple[Method, ...] = get_args(Method)
MIN_POINTS = 4
WARN_OVERLAP = 50.0  # percent
MIN_OVERLAP = 25.0

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A rate–distortion curve.

    Args:
        rates: above 0, in any unit (bpp); in any order.
        qualities: higher is better (negate ΔE00); points with a quality that is not finite are left out.
    """

    rates: Sequence[float]
    qualities: Sequence[float]

    def points(self) -> tuple[Float, Float]:
        """Return rates and qualities of the usable points, by rising rate."""
        rates, qualities = np.asarray(self.rates, float), np.asarray(self.qualities, float)
        if rates.shape != qualities.shape or rates.ndim != 1:
            raise NicvizError(f"A curve has one quality a rate; got {rates.size} rates, {qualities.size} qualities.")
        usable = np.isfinite(rates) & np.isfinite(qualities) & (rates > 0)
        order = np.argsort(rates[usable], kind="stable")
        return rates[usable][order], qualities[usable][order]


@dataclass(frozen=True)
class Delta:
    """A mean difference between two curves.

    Args:
        value: percent of rate, or difference in the unit of quality; None where it would mean nothing.
        overlap: the interval that both curves cover in percent of what either covers: of quality for a difference in
            rate, of log rate for one in quality.
        note: why there is no value, or what to beware of; empty where all is well.
    """

    value: float | None
    overlap: float
    note: str = ""


def bd_rate(anchor: Curve, test: Curve, method: Method = "pchip") -> Delta:
    """Return how much more rate (percent; negative: less) `test` needs than `anchor` for equal quality."""
    problem = _problem(anchor, test, need_monotone=True)
    (rate_a, quality_a), (rate_t, quality_t) = anchor.points(), test.points()
    delta = _mean_difference((quality_a, np.log(rate_a)), (quality_t, np.log(rate_t)), method, problem)
    value = None if delta.value is None else float(np.expm1(delta.value) * 100)
    return Delta(value, delta.overlap, delta.note)


def bd_metric(anchor: Curve, test: Curve, method: Method = "pchip") -> Delta:
    """Return by how much the quality of `test` is above that of `anchor` at equal rate, in the unit of quality."""
    problem = _problem(anchor, test, need_monotone=False)
    (rate_a, quality_a), (rate_t, quality_t) = anchor.points(), test.points()
    return _mean_difference((np.log(rate_a), quality_a), (np.log(rate_t), quality_t), method, problem)


def _problem(anchor: Curve, test: Curve, need_monotone: bool) -> str:
    """Return why the curves cannot be compared, or nothing."""
    for name, curve in (("the anchor's curve", anchor), ("the curve", test)):
        rates, qualities = curve.points()
        if len(rates) < MIN_POINTS:
            return f"{name} has {len(rates)} usable points, fewer than {MIN_POINTS}"
        if np.any(np.diff(rates) <= 0):
            return f"{name} has two points of one rate"
        if need_monotone and np.any(np.diff(qualities) <= 0):
            return f"on {name} more rate does not always give more quality"
    return ""


def _mean_difference(anchor: tuple[Float, Float], test: tuple[Float, Float], method: Method, problem: str) -> Delta:
    """Return the mean of test − anchor over the interval of x that both (x, y) cover."""
    if method not in METHODS:
        raise NicvizError(f"BD-rate is interpolated by {', '.join(METHODS)}; got {method!r}.")
    (x_a, y_a), (x_t, y_t) = anchor, test
    if not (len(x_a) and len(x_t)):
        return Delta(None, 0.0, problem)
    low, high = max(x_a.min(), x_t.min()), min(x_a.max(), x_t.max())
    union = max(x_a.max(), x_t.max()) - min(x_a.min(), x_t.min())
    overlap = float(100 * max(high - low, 0.0) / union) if union > 0 else 0.0
    if problem:
        return Delta(None, overlap, problem)
    if overlap < MIN_OVERLAP:
        return Delta(None, overlap, f"the curves share {overlap:.0f} % of their range, less than {MIN_OVERLAP:.0f} %")
    mean = (_integral(x_t, y_t, method)(low, high) - _integral(x_a, y_a, method)(low, high)) / (high - low)
    note = f"the curves share only {overlap:.0f} % of their range" if overlap < WARN_OVERLAP else ""
    return Delta(float(mean), overlap, note)


def _integral(x: Float, y: Float, method: Method) -> Callable[[float, float], float]:
    """Return the definite integral of the curve through (or, for the cubic, near) the points."""
    if method == "cubic":
        # Around the middle of x, so that powers of 40 dB do not cancel; the fitted polynomial is the same.
        center = float(x.mean())
        antiderivative = np.polyint(np.polyfit(x - center, y, 3))
        return lambda a, b: float(np.polyval(antiderivative, b - center) - np.polyval(antiderivative, a - center))
    from scipy.interpolate import Akima1DInterpolator, PchipInterpolator

    order = np.argsort(x)
    spline: Any = (PchipInterpolator if method == "pchip" else Akima1DInterpolator)(x[order], y[order])
    return lambda a, b: float(spline.integrate(a, b))
