"""Structural similarity, and the means per scale that its multi-scale form is made of.

Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity",
2004; per channel of RGB, with an 11×11 Gaussian window (σ 1.5) and without borders, as pytorch-msssim computes it.

Contrast with structure is (2 cov + C₂) / (var x + var y + C₂), luminance 1 − (x̄ − ȳ)² / (x̄² + ȳ² + C₁). What the
windows of one image are is made once for all that it is compared with; of a pair remain the windows of x · y.
"""

import threading
from collections.abc import Sequence
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
_MIDDLE = 128  # levels are taken from here, which leaves float32 more digits
_TILE = 16  # rows or columns of a product
_ROWS, _COLUMNS = 8 * _TILE, 16 * _TILE  # of a block, which stays in a core's cache
_Float = NDArray[np.float32]


class Similarity(NamedTuple):
    """Means over the windows of a channel: SSIM, and its contrast–structure factor alone."""

    ssim: float
    structure: float


class _Part(NamedTuple):
    """A block of a channel, and its windows: what of a pair's terms belongs to one of the two.

    Attributes:
        levels: from the middle.
        means: of the windows, from the middle.
        variances: (var + C₂ / 2) / 2.
        brightness: mean² + C₁ / 2.
    """

    levels: _Float
    means: _Float
    variances: _Float
    brightness: _Float


class Windows:
    """A channel, and what its windows are.

    Args:
        levels: (H, W), at least 11 on a side, 0…255, any real type.
        keep: for the next comparison: 16 bytes a sample.
    """

    def __init__(self, levels: NDArray[np.generic], keep: bool = False) -> None:
        self.levels = levels
        self._kept: dict[tuple[int, int], _Part] | None = {} if keep else None

    def part(self, top: int, left: int, place: int) -> _Part:
        """Return the block of windows from (top, left) on, in the first or second of two places of this thread."""
        if self._kept is None:
            return self._make(top, left, place)
        found = self._kept.get((top, left))
        if found is None:
            made = self._make(top, left, place)
            found = self._kept[top, left] = _Part(*(each.copy() for each in made))
        return found

    def _make(self, top: int, left: int, place: int) -> _Part:
        block = self.levels[top : top + _ROWS + _BORDER, left : left + _COLUMNS + _BORDER]
        levels, squares = _FILTER.planes(2 * place, 2, *block.shape)
        np.subtract(block, _MIDDLE, out=levels, dtype=np.float32)
        np.multiply(levels, levels, out=squares)
        means, variances = _FILTER.means(2 * place, 2, *block.shape)
        brightness = _FILTER.brightness(place, *means.shape)
        variances -= np.multiply(means, means, out=brightness)
        variances += _C2 / 2
        variances *= 0.5
        np.add(means, _MIDDLE, out=brightness)
        brightness *= brightness
        brightness += _C1 / 2
        return _Part(levels, means, variances, brightness)


def similarity(x: Windows, y: Windows, luminance: bool = True) -> Similarity:
    """Return the mean SSIM of two channels of one size and of its contrast–structure factor, as `similarities`."""
    return similarities([x], y, luminance)[0]


def similarities(references: Sequence[Windows], image: Windows, luminance: bool = True) -> list[Similarity]:
    """Return the mean SSIM of a channel against each of several, and of its contrast–structure factor.

    Args:
        references, image: channels of one size.
        luminance: whether the factor that compares the means of the windows is wanted; without it SSIM is NaN.
    """
    rows, columns = image.levels.shape[0] - _BORDER, image.levels.shape[1] - _BORDER
    sums = np.zeros((len(references), 2))
    for top in range(0, rows, _ROWS):
        for left in range(0, columns, _COLUMNS):
            part = image.part(top, left, 1)
            for k, reference in enumerate(references):
                sums[k] += _block_sums(reference.part(top, left, 0), part, luminance)
    return [Similarity(*map(float, each / (rows * columns))) for each in sums]


def _block_sums(x: _Part, y: _Part, luminance: bool) -> Similarity:
    (product,) = _FILTER.planes(_PRODUCT, 1, *x.levels.shape)
    np.multiply(x.levels, y.levels, out=product)
    (factors,) = _FILTER.means(_PRODUCT, 1, *x.levels.shape)
    one, other = _FILTER.scratch(*factors.shape)
    factors -= np.multiply(x.means, y.means, out=one)
    factors += _C2 / 2
    factors /= np.add(x.variances, y.variances, out=one)
    structure = float(factors.sum())
    if not luminance:
        return Similarity(nan, structure)
    np.subtract(x.means, y.means, out=one)
    one *= one
    one /= np.add(x.brightness, y.brightness, out=other)
    factors *= np.subtract(1, one, out=one)
    return Similarity(float(factors.sum()), structure)


_PRODUCT = 4  # the place of the plane that belongs to a pair, after two of each image


class _Filter(threading.local):
    """The Gaussian window over blocks of planes, in buffers that each thread has once.

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
        count = _PRODUCT + 1
        self._planes = _apart(count, _ROWS + _BORDER, _COLUMNS + _BORDER)
        self._down = np.zeros((count, _ROWS, _COLUMNS + _BORDER), np.float32)
        self._means = _apart(count, _ROWS, _COLUMNS)
        self._brightness = _apart(2, _ROWS, _COLUMNS)
        self._scratch = _apart(2, _ROWS, _COLUMNS)
        self._tiles_down = sliding_window_view(self._planes, _TILE + _BORDER, axis=1)[:, ::_TILE].swapaxes(2, 3)
        self._tiles_across = sliding_window_view(self._down, _TILE + _BORDER, axis=2)[:, :, ::_TILE].swapaxes(1, 2)

    def planes(self, first: int, count: int, height: int, width: int) -> _Float:
        """Return planes to fill, (count, height, width), at most a block and its border."""
        return self._planes[first : first + count, :height, :width]

    def brightness(self, place: int, rows: int, columns: int) -> _Float:
        """Return a plane, (rows, columns), of the first or second image."""
        return self._brightness[place, :rows, :columns]

    def scratch(self, rows: int, columns: int) -> _Float:
        """Return two planes for steps in between, (2, rows, columns)."""
        return self._scratch[:, :rows, :columns]

    def means(self, first: int, count: int, height: int, width: int) -> _Float:
        """Return the means in the windows of the planes, (count, height − 10, width − 10); until they are made again.

        Tiles reach beyond a small block; what is over in the last ones is not looked at.
        """
        some = slice(first, first + count)
        rows, columns = height - _BORDER, width - _BORDER
        down, across = -(-rows // _TILE), -(-columns // _TILE)
        reach = across * _TILE + _BORDER
        out = self._down[some].reshape(count, -1, _TILE, self._down.shape[2])
        np.matmul(self._band, self._tiles_down[some, :down, :, :reach], out=out[:, :down, :, :reach])
        out = self._means[some].reshape(count, _ROWS, -1, _TILE).swapaxes(1, 2)
        np.matmul(self._tiles_across[some, :across, :rows], self._band_across, out=out[:, :across, :rows])
        return self._means[some, :rows, :columns]


def _apart(count: int, rows: int, columns: int) -> _Float:
    """Return planes with a row between them: where one ends as the next begins, numpy takes them for overlapping.

    It then adds or divides one by the other five times as slowly.
    """
    return np.zeros((count, rows + 1, columns), np.float32)[:, :rows]


_FILTER = _Filter()


def ssim(reference: Image, image: Image) -> float:
    """Return the mean over R, G and B of the single-scale SSIM; at most 1, which equal images have."""
    pairs = ((Windows(reference[..., c]), Windows(image[..., c])) for c in range(3))
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
    method=2,  # 1e-7 from 1
)
