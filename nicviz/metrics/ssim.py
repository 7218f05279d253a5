"""Structural similarity, and the means per scale that its multi-scale form is made of.

Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity",
2004; per channel of RGB, with an 11×11 Gaussian window (σ 1.5) and without borders, as pytorch-msssim computes it.

Contrast with structure is (2 cov + C₂) / (var x + var y + C₂), luminance 1 − (x̄ − ȳ)² / (x̄² + ȳ² + C₁).
"""

from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nicviz.metrics.base import Image, Metric

WINDOW = 11
_SIGMA = 1.5
_PEAK = 255
_C1, _C2 = np.float32((0.01 * _PEAK) ** 2), np.float32((0.03 * _PEAK) ** 2)
MIDDLE = np.float32(128)  # levels are taken from here, which leaves float32 more digits
Plane = NDArray[np.float32]  # (H, W), levels from the middle


class Similarity(NamedTuple):
    """Means over the windows of a channel: SSIM, and its contrast–structure factor alone."""

    ssim: float
    structure: float


def planes(image: Image) -> list[Plane]:
    """Return the channels of an image."""
    return [np.ascontiguousarray(image[..., channel], np.float32) - MIDDLE for channel in range(3)]


def similarity(x: Plane, y: Plane, luminance: bool = True) -> Similarity:
    """Return the mean SSIM of two channels of one size, at least 11 on a side, and of its contrast–structure factor.

    Args:
        x, y: the channels.
        luminance: whether the factor that compares the means of the windows is wanted; without it SSIM is NaN.

    Raises:
        ValueError: other sizes.
    """
    from nicviz.compiled.windows import sums

    if x.shape != y.shape or min(x.shape) < WINDOW:
        raise ValueError(f"SSIM compares planes of one size, {WINDOW} or more on a side; got {x.shape} and {y.shape}.")
    both, structure = sums(x, y, _HALF_WINDOW, MIDDLE, _C1, _C2, luminance)
    count = (x.shape[0] - WINDOW + 1) * (x.shape[1] - WINDOW + 1)
    return Similarity(both / count if luminance else nan, structure / count)


def _half_window() -> NDArray[np.float32]:
    """Return the Gaussian window from its border to its center."""
    window = np.exp(-((np.arange(WINDOW) - WINDOW // 2) ** 2) / (2 * _SIGMA**2))
    half: NDArray[np.float32] = (window / window.sum())[: WINDOW // 2 + 1].astype(np.float32)
    return half


_HALF_WINDOW = _half_window()


def ssim(reference: Image, image: Image) -> float:
    """Return the mean over R, G and B of the single-scale SSIM; at most 1, which equal images have."""
    pairs = zip(planes(reference), planes(image), strict=True)
    return float(np.mean([similarity(x, y).ssim for x, y in pairs]))


METRIC = Metric(
    name="ssim",
    title="SSIM",
    unit="",
    higher_is_better=True,
    description="Structural similarity at full resolution, mean over R, G and B; 1 for equal images.",
    digits=4,
    function=ssim,
    min_side=WINDOW,
    method=4,  # 1e-7 from 1 to 3, 2e-5 where both are flat and dark
)
