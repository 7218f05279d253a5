"""Structural similarity, and the means per scale that its multi-scale form is made of.

Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity",
2004; per channel of RGB, with an 11×11 Gaussian window (σ 1.5) and without borders, as pytorch-msssim computes it.

With the sum s = x + y and the difference e = x − y, whose windows have means and variances of their own, the two
factors have one form: luminance is (s̄² − ē² + 2C₁) / (s̄² + ē² + 2C₁), and contrast with structure is
(var s − var e + 2C₂) / (var s + var e + 2C₂).
"""

import threading
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from nicviz.metrics.base import Image, Metric

WINDOW = 11
_BORDER = WINDOW - 1
_SIGMA = 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_TILE = 16  # rows or columns of a product
_ROWS, _COLUMNS = 8 * _TILE, 16 * _TILE  # of a block, which stays in a core's cache
_Plane = NDArray[np.float32]


class Similarity(NamedTuple):
    """Means over the windows of a channel: SSIM, and its contrast–structure factor alone."""

    ssim: float
    structure: float


def similarity(x: NDArray[np.generic], y: NDArray[np.generic], luminance: bool = True) -> Similarity:
    """Return the mean SSIM of one channel and of its contrast–structure factor.

    Args:
        x, y: (H, W) of one size, at least 11 on a side, in levels 0…255, any real type.
        luminance: whether the factor that compares the means of the windows is wanted; without it SSIM is NaN.
    """
    rows, columns = x.shape[0] - _BORDER, x.shape[1] - _BORDER
    ssim = structure = 0.0
    for top in range(0, rows, _ROWS):
        for left in range(0, columns, _COLUMNS):
            block = np.s_[top : top + _ROWS + _BORDER, left : left + _COLUMNS + _BORDER]
            whole, part = _block_sums(x[block], y[block], luminance)
            ssim += whole
            structure += part
    return Similarity(ssim / (rows * columns), structure / (rows * columns))


def _block_sums(x: NDArray[np.generic], y: NDArray[np.generic], luminance: bool) -> Similarity:
    s, e, s_square, e_square = _FILTER.planes(*x.shape)
    np.add(x, y, out=s, dtype=np.float32)
    np.subtract(x, y, out=e, dtype=np.float32)
    np.multiply(s, s, out=s_square)
    np.multiply(e, e, out=e_square)
    s, e, s_square, e_square = _FILTER.means(*x.shape)
    s *= s
    e *= e
    s_square -= s
    e_square -= e
    factors = _ratio(s_square, e_square, _C2)
    structure = float(factors.sum())
    if not luminance:
        return Similarity(nan, structure)
    factors *= _ratio(s, e, _C1)
    return Similarity(float(factors.sum()), structure)


def _ratio(a: _Plane, b: _Plane, c: float) -> _Plane:
    """Return (a − b + 2c) / (a + b + 2c) in the place of `a`; `b` is overwritten too."""
    a += 2 * c
    a -= b
    b *= 2
    b += a
    a /= b
    return a


class _Filter(threading.local):
    """The Gaussian window over a block of four planes, in buffers that each thread has once.

    Many small matrix products in one call are the quickest filter that numpy has. Fresh buffers would cost as much
    as the products: the kernel clears their pages.
    """

    def __init__(self) -> None:
        offset = np.arange(WINDOW) - WINDOW // 2
        window = np.exp(-(offset**2) / (2 * _SIGMA**2))
        band = np.zeros((_TILE, _TILE + _BORDER), np.float32)  # row i holds the window at column i
        for row in range(_TILE):
            band[row, row : row + WINDOW] = window / window.sum()
        self._band, self._band_across = band, np.ascontiguousarray(band.T)
        self._planes = np.zeros((4, _ROWS + _BORDER, _COLUMNS + _BORDER), np.float32)
        self._down = np.zeros((4, _ROWS, _COLUMNS + _BORDER), np.float32)
        self._means = np.empty((4, _ROWS, _COLUMNS), np.float32)
        self._tiles_down = sliding_window_view(self._planes, _TILE + _BORDER, axis=1)[:, ::_TILE].swapaxes(2, 3)
        self._tiles_across = sliding_window_view(self._down, _TILE + _BORDER, axis=2)[:, :, ::_TILE].swapaxes(1, 2)

    def planes(self, height: int, width: int) -> _Plane:
        """Return four planes to fill, (4, height, width), at most a block and its border."""
        return self._planes[:, :height, :width]

    def means(self, height: int, width: int) -> _Plane:
        """Return the means in the windows of the planes, (4, height − 10, width − 10); theirs until the next block."""
        rows, columns = height - _BORDER, width - _BORDER
        down, across = -(-rows // _TILE), -(-columns // _TILE)  # tiles; what is over in the last ones is not looked at
        reach = across * _TILE + _BORDER
        out = self._down.reshape(4, -1, _TILE, self._down.shape[2])
        np.matmul(self._band, self._tiles_down[:, :down, :, :reach], out=out[:, :down, :, :reach])
        out = self._means.reshape(4, _ROWS, -1, _TILE).swapaxes(1, 2)
        np.matmul(self._tiles_across[:, :across, :rows], self._band_across, out=out[:, :across, :rows])
        return self._means[:, :rows, :columns]


_FILTER = _Filter()


def ssim(reference: Image, image: Image) -> float:
    """Return the mean over R, G and B of the single-scale SSIM; at most 1, which equal images have."""
    return float(np.mean([similarity(reference[..., c], image[..., c]).ssim for c in range(3)]))


METRIC = Metric(
    name="ssim",
    title="SSIM",
    unit="",
    higher_is_better=True,
    description="Structural similarity at full resolution, mean over R, G and B; 1 for equal images.",
    digits=4,
    function=ssim,
    min_side=WINDOW,
)
