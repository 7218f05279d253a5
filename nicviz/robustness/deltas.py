"""BD-rates of each picture under each condition, as logarithms, so that they can be averaged and resampled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nicviz.analysis.rd.bd_rate import MIN_POINTS, Curve, bd_rate
from nicviz.robustness.cube import Cube, Float


@dataclass(frozen=True)
class Deltas:
    """BD-rates against an anchor.

    Attributes:
        anchor: the codec.
        quality: the column that is held equal.
        values: (pictures, conditions, codecs), log of the ratio of rates; 0 for the anchor, NaN for none.
        missing: codec to why it has none at all.
    """

    anchor: str
    quality: str
    values: Float
    missing: dict[str, str]


def percent(logarithms: Float) -> Float:
    """Return logarithms of ratios as changes in percent."""
    found: Float = np.expm1(logarithms) * 100.0
    return found


def ms_ssim_db(values: Float) -> Float:
    """Return MS-SSIM as −10·log10(1 − MS-SSIM), in dB; NaN for an exact reconstruction."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found = -10 * np.log10(1 - values)
    return np.where(np.isfinite(found), found, np.nan)


def bd_rates(
    cube: Cube,
    anchor: str,
    codecs: Sequence[str] | None = None,
    quality: str = "psnr_db",
    conditions: Sequence[int] | None = None,
    tell: Callable[[float], None] = lambda share: None,
) -> Deltas:
    """Return the BD-rates of each picture: PCHIP, at least 4 qualities on both curves and an overlap of 25 %.

    Args:
        cube: of the run; the rate is that of what the codec was given.
        anchor: that the others are set against.
        codecs: that have numbers; all by default.
        quality: column that is held equal, "psnr_db" or "ms_ssim" (in dB).
        conditions: that have numbers; all by default.
        tell: told of the share that is done; what it raises stops the work.
    """
    chosen = cube.codecs if codecs is None else tuple(codecs)
    places = range(cube.shape[1]) if conditions is None else conditions
    values = np.full((*cube.shape[:2], len(cube.codecs)), np.nan)
    qualities = ms_ssim_db(cube["ms_ssim"]) if quality == "ms_ssim" else cube[quality]
    few = {codec: f"{_counted(len(cube.steps_of(codec)))}, a BD-rate needs {MIN_POINTS}"
           for codec in cube.codecs if len(cube.steps_of(codec)) < MIN_POINTS}  # fmt: skip
    if anchor in few:
        return Deltas(anchor, quality, values, few)
    values[:, list(places), cube.codecs.index(anchor)] = 0.0
    todo = [codec for codec in chosen if codec != anchor and codec not in few]
    base = cube.steps_of(anchor)
    for number, condition in enumerate(places):
        tell(number / max(1, len(places)))
        for picture in range(cube.shape[0]):
            reference = _curve(cube, qualities, picture, condition, base)
            for codec in todo:
                own = _curve(cube, qualities, picture, condition, cube.steps_of(codec))
                delta = bd_rate(reference, own).value
                if delta is not None:
                    values[picture, condition, cube.codecs.index(codec)] = np.log1p(delta / 100)
    return Deltas(anchor, quality, values, few)


def _counted(number: int) -> str:
    return f"{number} qualit{'y' if number == 1 else 'ies'}"


def _curve(cube: Cube, qualities: Float, picture: int, condition: int, steps: list[int]) -> Curve:
    return Curve(cube["bpp"][picture, condition, steps].tolist(), qualities[picture, condition, steps].tolist())
