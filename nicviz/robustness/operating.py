"""Codecs at an equal rate: on each clean picture, the settings kept for the corrupted ones, or on every picture.

Between measured qualities a figure is interpolated linearly over the logarithm of the rate; outside of them there is
none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nicviz.robustness.cube import Cube, Float

RATES = (0.125, 0.25, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0)  # bits per pixel
_USUAL = 0.5
TOLERANCE = 0.02  # of log2 of the rate, about 1.4 %: how far beyond a codec's ends still is at them
Equal = Literal["setting", "rate"]


@dataclass(frozen=True)
class Target:
    """What codecs are set equal in.

    Args:
        value: bits per pixel; None takes each codec's only step as it is, whatever its rate.
        equal: what two codecs share on a corrupted picture. "setting": both keep their settings from the clean one, as
            in the papers. "rate": the other one gets, on each picture, the rate that the first one's setting takes.
    """

    value: float | None = None
    equal: Equal = "setting"

    def __str__(self) -> str:
        return "as set in the run" if self.value is None else f"{self.value:g} bpp"


def at(cube: Cube, values: Float, codec: str, target: Target) -> Float:
    """Return figures of a codec set to the target on each clean picture, the setting kept for the corrupted ones.

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
    return _interpolated(_axis(cube, "setting")[:, :, steps], own, np.full(cube.shape[:2], np.log2(target.value)))


def versus(cube: Cube, values: Float, codec: str, other: str, target: Target) -> Float:
    """Return figures of a codec at the target minus those of another one, (pictures, conditions).

    Where the rate is to be equal, the other one is interpolated, on each picture, to the rate of the first; a codec
    without qualities is taken as it is.
    """
    own = at(cube, values, codec, target)
    if codec == other or target.equal == "setting" or target.value is None or not cube.has_quality(other):
        return own - at(cube, values, other, target)
    axis, steps = _axis(cube, "rate"), cube.steps_of(other)
    return own - _interpolated(axis[:, :, steps], values[:, :, steps], at(cube, axis, codec, target))


def beside(cube: Cube, values: Float, codec: str, other: str, equal: Equal = "setting") -> Float:
    """Return figures of a codec minus those of another one at its own rates: a mean over the codec's qualities.

    Args:
        cube, values: as of `at`.
        codec: at each of its measured qualities.
        other: interpolated to that rate; a quality whose rate it does not reach on a picture is left out there.
        equal: whether the rate of the clean picture or of each picture is meant.

    Returns:
        (pictures, conditions); NaN where no quality is left.
    """
    if cube.clean is None:
        return np.full(cube.shape[:2], np.nan)
    axis, theirs = _axis(cube, equal), cube.steps_of(other)
    apart = np.stack(
        [values[:, :, step] - _interpolated(axis[:, :, theirs], values[:, :, theirs], axis[:, :, step])
         for step in cube.steps_of(codec)]
    )  # fmt: skip
    known = np.isfinite(apart)
    count = known.sum(axis=0)
    mean = np.where(known, apart, 0.0).sum(axis=0) / np.maximum(count, 1)
    return np.where(count > 0, mean, np.nan)


def _axis(cube: Cube, equal: Equal) -> Float:
    """Return where each unit lies: log2 of the rate of its clean picture, or of its own."""
    with np.errstate(invalid="ignore", divide="ignore"):
        x: Float = np.log2(cube["bpp"])
    return x if equal == "rate" else np.repeat(x[:, [cube.clean or 0]], cube.shape[1], axis=1)


def _interpolated(x: Float, y: Float, place: Float) -> Float:
    """Return y over x, both (pictures, conditions, steps), at places (pictures, conditions), linearly between steps."""
    order = np.argsort(x, axis=2)  # NaN last
    x, y = np.take_along_axis(x, order, 2), np.take_along_axis(y, order, 2)
    known = np.isfinite(x).sum(axis=2)

    def take(of: Float, where: np.typing.NDArray[np.intp]) -> Float:
        found: Float = np.take_along_axis(of, where[:, :, None], 2)[:, :, 0]
        return found

    first, last = x[:, :, 0], take(x, np.maximum(known - 1, 0))
    inside = (known > 0) & (place >= first - TOLERANCE) & (place <= last + TOLERANCE)
    clipped = np.clip(place, first, last)
    upper = np.clip((x < clipped[:, :, None]).sum(axis=2), 1, np.maximum(known - 1, 1))
    upper = np.minimum(upper, x.shape[2] - 1)
    lower = np.maximum(upper - 1, 0)
    gap = take(x, upper) - take(x, lower)
    share = np.where(gap > 0, (clipped - take(x, lower)) / np.where(gap > 0, gap, 1.0), 0.0)
    low, high = take(y, lower), take(y, upper)
    # A value that is not needed must not spoil the one that is: 0 · NaN is NaN.
    found = np.where(share == 0, low, np.where(share == 1, high, low + share * (high - low)))
    return np.where(inside, found, np.nan)


def coverage(cube: Cube, codec: str, target: Target) -> float:
    """Return the share of the pictures on which a codec reaches the target."""
    if cube.clean is None:
        return 0.0
    rates = cube["bpp"][:, cube.clean, cube.steps_of(codec)]
    known = np.isfinite(rates)
    if target.value is None or not cube.has_quality(codec):
        return float(known.any(axis=1).mean())
    place, margin = target.value, 2**TOLERANCE
    low, high = np.where(known, rates, np.inf).min(axis=1), np.where(known, rates, -np.inf).max(axis=1)
    return float(((place >= low / margin) & (place <= high * margin)).mean())


def targets_of(cube: Cube) -> list[Target]:
    """Return what the codecs of a run can be set equal in: rates, the one first that they reach on most pictures.

    Those with a curve decide, for a codec of one or two qualities covers few rates. Where they reach none of the usual
    rates it is the median of theirs. A run whose codecs have one step each is taken as it was set.
    """
    lossy = [codec for codec in cube.codecs if cube.has_quality(codec)]
    if all(cube.is_single(codec) for codec in lossy):
        return [Target()]
    curves = [codec for codec in lossy if len(cube.steps_of(codec)) > 2]
    reached = {rate: sum(coverage(cube, codec, Target(rate)) for codec in curves or lossy) for rate in RATES}
    possible = [rate for rate in RATES if reached[rate] > 0]
    if not possible:
        return [Target(_median_rate(cube, curves or lossy))]
    best = max(possible, key=lambda rate: (reached[rate], -abs(np.log2(rate / _USUAL))))
    return [Target(rate) for rate in sorted(possible, key=lambda rate: (rate != best, rate))]


def _median_rate(cube: Cube, codecs: Sequence[str]) -> float:
    """Return the median of the codecs' rates on the clean pictures, to two digits; 0.5 where there is none yet."""
    if cube.clean is None:
        return _USUAL
    rates = cube["bpp"][:, cube.clean, [step for codec in codecs for step in cube.steps_of(codec)]]
    known = rates[np.isfinite(rates)]
    return float(f"{np.median(known):.2g}") if known.size else _USUAL


def nearest_step(cube: Cube, codec: str, target: Target) -> int:
    """Return the place of a codec's step whose mean on the clean pictures is nearest to the target."""
    steps = cube.steps_of(codec)
    if len(steps) == 1 or target.value is None or cube.clean is None:
        return steps[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        axis = np.log2(cube["bpp"][:, cube.clean, steps])
    usable = np.isfinite(axis)
    mean = np.where(usable, axis, 0.0).sum(axis=0) / np.maximum(usable.sum(axis=0), 1)
    distance = np.where(usable.any(axis=0), np.abs(mean - np.log2(target.value)), np.inf)
    return steps[int(distance.argmin())]
