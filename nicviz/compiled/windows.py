"""Structural similarity of two planes, tile by tile; what the sums are is told in `nicviz.metrics.ssim`.

A tile is small enough to stay in a core's second cache: its levels and products, the same in the windows of its
columns, and then, row by row, the windows themselves. Levels count from that in the tile's middle, so that squares of
what hardly changes are small, and float32 has digits left for their differences.
"""

import functools
from typing import Any

import numpy as np
from numba import boolean, float32, float64, njit, types

from nicviz.compiled.kept import kept

_BORDER = 10
_ROWS, _COLUMNS = 32, 256  # of a tile

_options: Any = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
_compile: Any = njit(**_options)
_inline: Any = njit(forceinline=True, **_options)
_in_any_order: Any = njit(**_options | {"fastmath": {"contract", "reassoc", "nsz"}})
_given = functools.partial(types.Array, float32, layout="C", readonly=True)


@_inline
def _across(w, v, i):
    return (
        w[0] * (v[i] + v[i + 10]) + w[1] * (v[i + 1] + v[i + 9]) + w[2] * (v[i + 2] + v[i + 8])
        + w[3] * (v[i + 3] + v[i + 7]) + w[4] * (v[i + 4] + v[i + 6]) + w[5] * v[i + 5]
    )  # fmt: skip


@_compile
def _from(a, origin, out):
    for i in range(len(a)):
        out[i] = a[i] - origin


@_compile
def _product(a, b, out):
    for i in range(len(a)):
        out[i] = a[i] * b[i]


@_compile
def _down(w, rows, out):
    """Write the windows of columns, from 11 rows, into `out`, (n,)."""
    v0, v1, v2, v3, v4, v5 = rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]
    v6, v7, v8, v9, v10 = rows[6], rows[7], rows[8], rows[9], rows[10]
    w0, w1, w2, w3, w4, w5 = w
    for i in range(len(out)):
        out[i] = (
            w0 * (v0[i] + v10[i]) + w1 * (v1[i] + v9[i]) + w2 * (v2[i] + v8[i])
            + w3 * (v3[i] + v7[i]) + w4 * (v4[i] + v6[i]) + w5 * v5[i]
        )  # fmt: skip


@_compile
def _means(w, v, out):
    for i in range(len(out)):
        out[i] = _across(w, v, i)


@_in_any_order
def _sum(values):
    total = np.float32(0)
    for i in range(len(values)):
        total += values[i]
    return total


@_compile
def _structures(mx, my, xx, yy, xy, c2, out):
    """Write the contrast–structure factors, (2 cov + C₂) / (var x + var y + C₂), into `out`."""
    for i in range(len(out)):
        covariance = xy[i] - mx[i] * my[i]
        variances = (xx[i] - mx[i] * mx[i]) + (yy[i] - my[i] * my[i])  # of equal planes exactly twice the covariance
        out[i] = (covariance + covariance + c2) / (variances + c2)


@_compile
def _luminances(mx, my, zero_x, zero_y, c1, out):
    """Multiply the factors in `out` by 1 − (x̄ − ȳ)² / (x̄² + ȳ² + C₁); `zero_x` is the level that mx counts from."""
    one = np.float32(1)
    for i in range(len(out)):
        x, y = mx[i] + zero_x, my[i] + zero_y
        out[i] *= one - (x - y) * (x - y) / (x * x + y * y + c1)


@kept(
    types.UniTuple(float64, 2)(_given(2), _given(2), _given(1), float32, float32, float32, boolean),
    **_options,
)
def sums(x, y, window, middle, c1, c2, luminance):
    """Return the sums of SSIM and of its contrast–structure factor over the windows of two (H, W) float32 planes.

    Args:
        x, y: levels from the middle.
        window: six float32, from the border to the center.
        middle: what levels are taken from.
        c1, c2: constants of the formula.
        luminance: whether the first sum is wanted; else it is 0.
    """
    w = (window[0], window[1], window[2], window[3], window[4], window[5])
    planes = np.empty((5, _ROWS + _BORDER, _COLUMNS + _BORDER), np.float32)
    down = np.empty((5, _COLUMNS + _BORDER), np.float32)
    mean = np.empty((5, _COLUMNS), np.float32)
    factors = np.empty(_COLUMNS, np.float32)
    both, structure = 0.0, 0.0
    height, width = x.shape
    for top in range(0, height - _BORDER, _ROWS):
        rows = min(_ROWS + _BORDER, height - top)
        for left in range(0, width - _BORDER, _COLUMNS):
            columns = min(_COLUMNS + _BORDER, width - left)
            from_x, from_y = x[top + rows // 2, left + columns // 2], y[top + rows // 2, left + columns // 2]
            for r in range(rows):
                a, b = planes[0, r, :columns], planes[1, r, :columns]
                _from(x[top + r, left : left + columns], from_x, a)
                _from(y[top + r, left : left + columns], from_y, b)
                _product(a, a, planes[2, r])
                _product(b, b, planes[3, r])
                _product(a, b, planes[4, r])
            inner = columns - _BORDER
            for r in range(rows - _BORDER):
                for plane in range(5):
                    _down(w, planes[plane, r : r + 11], down[plane, :columns])
                    _means(w, down[plane], mean[plane, :inner])
                _structures(mean[0], mean[1], mean[2], mean[3], mean[4], c2, factors[:inner])
                structure += _sum(factors[:inner])
                if luminance:
                    _luminances(mean[0], mean[1], from_x + middle, from_y + middle, c1, factors[:inner])
                    both += _sum(factors[:inner])
    return both, structure
