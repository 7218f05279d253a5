"""R(D) of the Gaussian with the spectrum of pictures, as two pages draw it."""

from collections.abc import Callable
from functools import partial

from nicviz.analysis.theory.gaussian import GaussianCurve
from nicviz.analysis.theory.sets import set_gaussian
from nicviz.plots.rd import Line
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.ui.kit.given import Given
from nicviz.ui.kit.waiting import compute

LANE = "gaussian"
TITLE = "R(D) of the Gaussian of this spectrum"
MEANING = (
    "The least rate at which any code can bring the *stationary Gaussian* with the spectrum of these pixels to this "
    "PSNR: for that source it is a bound. For the picture itself it is **none**. Pictures are not Gaussian: a codec "
    "that makes use of edges or smooth regions knows more than the spectrum, and may lie left of the curve."
)
_COLOR = "#8b8b8b"


def gaussian_of(given: Given) -> Live[GaussianCurve]:
    """Return how R(D) of pictures stands."""
    (live,) = compute(LANE, [Work(given.key, "R(D)", partial(_curve, given))])
    return live


def _curve(given: Given, signal: Signal) -> GaussianCurve:
    return set_gaussian(given.loads(), signal)


def gaussian_line(
    curve: GaussianCurve, most_bpp: float, value: Callable[[float], float | None] = lambda psnr_db: psnr_db
) -> Line:
    """Return the curve as a dashed line up to a rate; `value` makes what the axis shows of a PSNR in dB."""
    points = [(bpp, psnr) for bpp, psnr in zip(curve.bpp, curve.psnr_db, strict=True) if 0 < bpp <= most_bpp]
    labels = [f"<b>{TITLE}</b><br>{bpp:.3f} bpp<br>{psnr:.1f} dB<br><i>no bound for the picture</i>"
              for bpp, psnr in points]  # fmt: skip
    return Line(TITLE, _COLOR, [bpp for bpp, _ in points], [value(psnr) for _, psnr in points], labels, dash="dash",
                symbol="")  # fmt: skip
