"""Structural similarity, and the means per scale that its multi-scale form is made of.

Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity",
2004; per channel of RGB, with an 11×11 Gaussian window (σ 1.5) and without borders, as pytorch-msssim computes it.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nicviz.metrics.base import Image, Metric

WINDOW = 11
_SIGMA = 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_STRIP = 32  # rows and columns made at a time; so small a matrix product is the quickest filter that numpy has
_BLOCK = 256  # columns of a product; OpenBLAS would share a larger one among threads that are busy with other images
_Plane = NDArray[np.float32]


def similarity(x: NDArray[np.generic], y: NDArray[np.generic]) -> tuple[float, float]:
    """Return the means of SSIM and of its contrast–structure factor over one channel.

    Args:
        x, y: (H, W) of one size, at least 11 on a side, in levels 0…255, any real type.
    """
    rows, columns = x.shape[0] - WINDOW + 1, x.shape[1] - WINDOW + 1
    total = np.zeros(2)
    for top in range(0, rows, _STRIP):
        part = slice(top, min(top + _STRIP, rows) + WINDOW - 1)
        total += _strip_sums(x[part].astype(np.float32), y[part].astype(np.float32))
    ssim_mean, contrast_mean = total / (rows * columns)
    return float(ssim_mean), float(contrast_mean)


def _strip_sums(x: _Plane, y: _Plane) -> tuple[float, float]:
    mean_x, mean_y, mean_squares, mean_product = _blur(np.stack([x, y, x * x + y * y, x * y]))
    product_of_means = mean_x * mean_y
    squares_of_means = mean_x * mean_x + mean_y * mean_y
    variances = mean_squares - squares_of_means
    covariance = mean_product - product_of_means
    contrast = (2 * covariance + _C2) / (variances + _C2)
    whole = (2 * product_of_means + _C1) / (squares_of_means + _C1) * contrast
    return float(whole.sum(dtype=np.float64)), float(contrast.sum(dtype=np.float64))


def _blur(planes: _Plane) -> _Plane:
    """Return (N, H − 10, W − 10) Gaussian means of (N, H, W) planes, H at most a strip."""
    count, height, width = len(planes), planes.shape[1] - WINDOW + 1, planes.shape[2] - WINDOW + 1
    down = np.empty((count, height, planes.shape[2]), dtype=np.float32)
    for left in range(0, planes.shape[2], _BLOCK):
        np.matmul(_band(height), planes[:, :, left : left + _BLOCK], out=down[:, :, left : left + _BLOCK])
    down = down.reshape(count * height, -1)  # one matrix: one product a strip instead of one a plane
    blurred = np.empty((count * height, width), dtype=np.float32)
    for left in range(0, width, _STRIP):
        right = min(left + _STRIP, width)
        np.matmul(down[:, left : right + WINDOW - 1], _band(right - left).T, out=blurred[:, left:right])
    return blurred.reshape(count, height, width)


@cache
def _band(length: int) -> _Plane:
    """Return (length, length + 10): row i holds the window at column i."""
    offset = np.arange(WINDOW) - WINDOW // 2
    window = np.exp(-(offset**2) / (2 * _SIGMA**2))
    band = np.zeros((length, length + WINDOW - 1), dtype=np.float32)
    for row in range(length):
        band[row, row : row + WINDOW] = window / window.sum()
    return band


def ssim(reference: Image, image: Image) -> float:
    """Return the mean over R, G and B of the single-scale SSIM; at most 1, which equal images have."""
    return float(np.mean([similarity(reference[..., c], image[..., c])[0] for c in range(3)]))


SSIM = Metric(
    name="ssim",
    title="SSIM",
    unit="",
    higher_is_better=True,
    description="Structural similarity at full resolution, mean over R, G and B; 1 for equal images.",
    digits=4,
    function=ssim,
    min_side=WINDOW,
)
