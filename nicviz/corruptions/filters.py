"""Convolution and its kernels."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from nicviz.corruptions.base import Float32s

# (taps, 2) rows and columns by which the picture is moved, and the (taps,) weights of the moved pictures
Trail = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]


def convolve(values: Float32s, kernel: Float32s, edge: Literal["edge", "reflect"]) -> Float32s:
    """Return the convolution of a picture with a small kernel, by FFT.

    Args:
        values: (H, W) or (H, W, C).
        kernel: (2 r + 1, 2 s + 1).
        edge: how the picture goes on beyond its border, a mode of `numpy.pad`.

    Returns:
        float32 of the shape of `values`, exact to about 1e-6 of the largest value.
    """
    from scipy import fft

    height, width = values.shape[:2]
    r, s = kernel.shape[0] // 2, kernel.shape[1] // 2
    # the convolution is circular, but wraps around only into the padding, which is cut off
    shape = [fft.next_fast_len(n, real=True) for n in (height + 2 * r, width + 2 * s)]
    response = fft.rfft2(kernel, shape)
    result = np.empty_like(values)
    planes, results = (np.atleast_3d(array) for array in (values, result))
    for i in range(planes.shape[2]):  # a channel at a time bounds the memory
        padded = np.pad(planes[..., i], ((r, r), (s, s)), mode=edge)
        blurred = fft.irfft2(fft.rfft2(padded, shape) * response, shape)
        results[..., i] = blurred[2 * r : 2 * r + height, 2 * s : 2 * s + width]
    return result


def disk_kernel(radius: int, sigma: float) -> Float32s:
    """Return a disk whose edge is softened by a Gaussian of 3 (up to radius 8) or 5 taps.

    The published kernel is mirrored at its border when it is softened. At radius 8 and 10 the disk touches that
    border, and its sum becomes 1.01 and not 1: the picture gets a little brighter, as in the reference.
    """
    from scipy.ndimage import correlate1d

    half, taps = (8, 3) if radius <= 8 else (radius, 5)
    axis = np.arange(-half, half + 1)
    disk = (axis[:, None] ** 2 + axis**2 <= radius**2).astype(np.float32)
    disk /= disk.sum()
    offsets = np.arange(taps) - taps // 2
    gaussian = np.exp(-(offsets**2) / (2 * sigma**2))
    for i in (0, 1):
        disk = correlate1d(disk, gaussian / gaussian.sum(), axis=i, mode="mirror")
    return disk


def motion_trail(radius: int, sigma: float, angle: float, shape: tuple[int, ...]) -> Trail:
    """Return the positions and weights of a one-sided Gaussian motion.

    Args:
        radius: the motion has 2 · radius + 1 positions, a pixel apart.
        sigma: of the Gaussian that weights them, in pixels.
        angle: of the motion, in degrees; 0 moves to the left, 90 up.
        shape: (H, W, …) of the picture. Positions a whole side away are left out without making up for their
            weight, as in the reference: pictures under 2 · radius + 1 pixels lose up to 3 % of their brightness.
    """
    steps = np.arange(2 * radius + 1)
    weights = np.exp(-(steps**2) / (2 * sigma**2))
    theta = math.radians(angle)
    offsets = -np.ceil(steps[:, None] * [math.sin(theta), math.cos(theta)] - 0.5).astype(np.int64)
    inside = (np.abs(offsets) < shape[:2]).all(axis=1)
    return offsets[inside], (weights / weights.sum())[inside]


def motion_blur(values: Float32s, trail: Trail) -> Float32s:
    """Return a picture (H, W) or (H, W, C) blurred along a trail; its edge pixels are repeated outward."""
    offsets, weights = trail
    r, s = np.abs(offsets).max(axis=0)
    kernel = np.zeros((2 * r + 1, 2 * s + 1), dtype=np.float32)
    np.add.at(kernel, (offsets[:, 0] + r, offsets[:, 1] + s), weights)  # slanted steps may share a cell
    return convolve(values, kernel, edge="edge")
