"""Enlarging a picture by linear and by cubic interpolation, one axis after the other."""

import math

import numpy as np
import numpy.typing as npt

from nicviz.corruptions.base import Float32s


def middle(length: int, factor: float) -> slice:
    """Return the middle ⌈length / factor⌉ positions of an axis, which fill it when enlarged by the factor."""
    kept = math.ceil(length / factor)
    start = (length - kept) // 2
    return slice(start, start + kept)


def zoom_linear(values: Float32s, factor: float) -> Float32s:
    """Return a picture (h, w) or (h, w, C) enlarged to round(side · factor); corner pixels stay corner pixels."""
    for axis in (0, 1):
        length = values.shape[axis]
        positions = np.linspace(0, length - 1, round(length * factor))
        left = np.minimum(positions.astype(np.int64), length - 2)
        share = (positions - left).astype(np.float32)
        start, values = values.take(left, axis), values.take(left + 1, axis)
        values -= start  # in place: this is most of the time of zoom_blur
        values *= _along(share, axis, values.ndim)
        values += start
    return values


def zoom_cubic(values: Float32s, shape: tuple[int, int], window: tuple[slice, slice]) -> Float32s:
    """Return a window of a picture enlarged to a shape, by cubic convolution with a = −0.75 (OpenCV's INTER_CUBIC).

    Args:
        values: (h, w, C).
        shape: (H, W) of the whole enlarged picture.
        window: the rows and columns of it that are wanted.
    """
    for axis in (0, 1):
        wanted = np.arange(window[axis].start, window[axis].stop)
        positions = (wanted + 0.5) * values.shape[axis] / shape[axis] - 0.5
        left = np.floor(positions).astype(np.int64)
        share = positions - left
        last = values.shape[axis] - 1
        total = np.zeros((), dtype=np.float32)
        for k in (-1, 0, 1, 2):
            weight = _along(_cubic(np.abs(share - k)), axis, values.ndim)
            total = total + values.take(np.clip(left + k, 0, last), axis) * weight
        values = total
    return values


def _cubic(distance: npt.NDArray[np.float64], a: float = -0.75) -> Float32s:
    near = ((a + 2) * distance - (a + 3)) * distance**2 + 1
    far = (((distance - 5) * distance + 8) * distance - 4) * a
    return np.where(distance <= 1, near, far).astype(np.float32)


def _along(weights: Float32s, axis: int, ndim: int) -> Float32s:
    """Return weights (n,) shaped to multiply an array along one of its axes."""
    return weights.reshape([-1 if i == axis else 1 for i in range(ndim)])
