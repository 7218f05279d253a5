"""Codecs at an equal setting: set equal in rate or PSNR on each clean picture, and left so for the corrupted ones.

Between measured qualities a figure is interpolated linearly over the logarithm of the rate (or over the PSNR) of the
clean picture; outside of them there is none.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nicviz.robustness.cube import Cube, Float

RATES = (0.125, 0.25, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0)  # bpp on the clean picture
TOLERANCE = 0.02  # of log2 of the rate, about 1.4 %, or dB of PSNR: how far beyond a codec's ends still is at them
Metric = Literal["bpp", "psnr"]


@dataclass(frozen=True)
class Target:
    """What codecs are set equal in on the clean picture.

    Args:
        metric: "bpp" or "psnr".
        value: bits per pixel or dB; None takes each codec's only step as it is, whatever its rate.
    """

    metric: Metric = "bpp"
    value: float | None = None

    def __str__(self) -> str:
        if self.value is None:
            return "as set in the run"
        return f"{self.value:g} bpp" if self.metric == "bpp" else f"{self.value:g} dB"

    @property
    def place(self) -> float:
        """Where it lies on the axis over which figures are interpolated."""
        if self.value is None:
            return np.nan
        return float(np.log2(self.value)) if self.metric == "bpp" else self.value


def at(cube: Cube, values: Float, codec: str, target: Target) -> Float:
    """Return figures of a codec at the target.

    Args:
        cube: of the run.
        values: (pictures, conditions, steps), one of its columns or made of them.
        codec, target: what and where.

    Returns:
        (pictures, conditions); NaN where the picture's curve does not reach the target.
    """
    steps = cube.steps_of(codec)
    if cube.clean is None or not steps:
        return np.full(cube.shape[:2], np.nan)
    own = values[:, :, steps]
    if len(steps) == 1 and (target.value is None or not cube.has_quality(codec)):
        single: Float = own[:, :, 0]
        return single
    if target.value is None:
        return np.full(cube.shape[:2], np.nan)
    x = _axis(cube, target.metric)[:, steps]
    return _interpolated(x, own, target.place)


def _axis(cube: Cube, metric: Metric) -> Float:
    """Return where each step of each picture lies, (pictures, steps)."""
    clean = cube.clean
    if metric == "psnr":
        found: Float = cube["psnr_db"][:, clean]
        return found
    with np.errstate(invalid="ignore", divide="ignore"):
        rates: Float = np.log2(cube["bpp"][:, clean])
    return rates


def _interpolated(x: Float, y: Float, place: float) -> Float:
    """Return y (pictures, conditions, steps) over x (pictures, steps) at one place, linearly between neighbors."""
    order = np.argsort(x, axis=1)  # NaN last
    x = np.take_along_axis(x, order, 1)
    y = np.take_along_axis(y, order[:, None, :], 2)
    known = np.isfinite(x).sum(axis=1)
    first, last = x[:, 0], x[np.arange(len(x)), np.maximum(known - 1, 0)]
    inside = (known > 0) & (place >= first - TOLERANCE) & (place <= last + TOLERANCE)
    place_of = np.clip(place, first, last)
    upper = np.clip((x < place_of[:, None]).sum(axis=1), 1, np.maximum(known - 1, 1))
    upper = np.minimum(upper, x.shape[1] - 1)
    lower = np.maximum(upper - 1, 0)
    rows = np.arange(len(x))
    gap = x[rows, upper] - x[rows, lower]
    share = np.where(gap > 0, (place_of - x[rows, lower]) / np.where(gap > 0, gap, 1.0), 0.0)[:, None]
    low, high = y[rows, :, lower], y[rows, :, upper]
    # A value that is not needed must not spoil the one that is: 0 · NaN is NaN.
    found = np.where(share == 0, low, np.where(share == 1, high, low + share * (high - low)))
    return np.where(inside[:, None], found, np.nan)


def coverage(cube: Cube, codec: str, target: Target) -> float:
    """Return the share of the pictures on which a codec reaches the target."""
    if cube.clean is None:
        return 0.0
    return float(np.isfinite(at(cube, cube["bpp"], codec, target)[:, cube.clean]).mean())


def targets_of(cube: Cube) -> list[Target]:
    """Return what the codecs of a run can be set equal in: rates, the one first that they reach on most pictures.

    A run whose codecs have one step each is taken as it was set.
    """
    lossy = [codec for codec in cube.codecs if cube.has_quality(codec)]
    if all(cube.is_single(codec) for codec in lossy):
        return [Target()]
    reached = {rate: sum(coverage(cube, codec, Target("bpp", rate)) for codec in lossy) for rate in RATES}
    possible = [rate for rate in RATES if reached[rate] > 0]
    best = max(possible, key=lambda rate: (reached[rate], -abs(np.log2(rate / 0.5))), default=0.5)
    return [Target("bpp", rate) for rate in sorted(possible, key=lambda rate: (rate != best, rate))]


def nearest_step(cube: Cube, codec: str, target: Target) -> int:
    """Return the place of a codec's step whose mean on the clean pictures is nearest to the target."""
    steps = cube.steps_of(codec)
    if len(steps) == 1 or target.value is None or cube.clean is None:
        return steps[0]
    axis = _axis(cube, target.metric)[:, steps]
    usable = np.isfinite(axis)
    mean = np.where(usable, axis, 0.0).sum(axis=0) / np.maximum(usable.sum(axis=0), 1)
    distance = np.where(usable.any(axis=0), np.abs(mean - target.place), np.inf)
    return steps[int(distance.argmin())]
