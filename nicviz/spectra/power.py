"""Power spectra of errors and images: how much of the mean square lies at each frequency."""

from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nicviz.color import luminance, ycbcr

Plane = NDArray[np.float64]
Half = NDArray[np.complex128]
Channel = Literal["luminance", "cb", "cr", "rgb"]
CHANNELS: tuple[Channel, ...] = ("luminance", "cb", "cr", "rgb")


def channel_planes(values: NDArray[Any], channel: Channel) -> Plane:
    """Return the planes that a channel is measured on: one, or R, G and B.

    Args:
        values: (H, W, 3) levels, or differences of levels (all channels are linear).
        channel: "luminance" (0.2125, 0.7154, 0.0721), "cb" or "cr" (BT.601 as in JPEG, centered on 0), or "rgb".

    Returns:
        (1, H, W) or (3, H, W) float64 in levels.
    """
    if channel == "luminance":
        return luminance(values)[None]
    if channel == "rgb":
        return np.moveaxis(values, 2, 0).astype(np.float64)
    return ycbcr(values)[None, ..., 1 if channel == "cb" else 2]


def transform(planes: Plane) -> Half:
    """Return FFT2 / √(H·W) of real planes (K, H, W), without its redundant half: (K, H, W // 2 + 1)."""
    from scipy.fft import rfft2

    half: Half = rfft2(planes, norm="ortho")
    return half


def mean_product(first: Half, second: Half, width: int) -> Plane:
    """Return Re(first · conj(second)), the mean over planes, as a centered (H, W) plane.

    Args:
        first, second: from `transform`; the same twice gives the power.
        width: W of the planes.
    """
    product = (first.real * second.real + first.imag * second.imag).mean(axis=0)
    mirrored = np.roll(product[::-1, 1 : (width + 1) // 2][:, ::-1], 1, axis=0)  # P(−v, −u) = P(v, u)
    centered: Plane = np.fft.fftshift(np.concatenate([product, mirrored], axis=1))
    return centered


def power_spectrum(values: NDArray[Any], channel: Channel = "luminance") -> Plane:
    """Return P = |FFT2|² / (H·W) of an image or of a difference of images, in levels².

    Args:
        values: (H, W, 3) levels or signed differences of levels; unsigned arrays must not be subtracted beforehand.
        channel: what it is measured on; "rgb" is the mean over R, G and B.

    Returns:
        (H, W) float64, zero frequency at (H // 2, W // 2). Its mean over frequencies is the mean square of the channel
        (Parseval).
    """
    half = transform(channel_planes(values, channel))
    return mean_product(half, half, values.shape[1])


def difference(image: NDArray[np.uint8], reference: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return the signed error image − reference, (H, W, 3) int16 levels."""
    error: NDArray[np.int16] = np.subtract(image, reference, dtype=np.int16)
    return error


def frequencies(size: int) -> Plane:
    """Return the centered frequencies along a side of `size` pixels, in cycles/pixel, −0.5 … below 0.5."""
    return np.fft.fftshift(np.fft.fftfreq(size))


@lru_cache(maxsize=4)
def radius(shape: tuple[int, int]) -> Plane:
    """Return |f| in cycles/pixel of every cell of a centered (H, W) plane; read-only.

    It is rounded to 12 decimals, so that a frequency that lies on an edge (such as 3–4–5 triangles) is found on it.
    """
    field: Plane = np.round(np.hypot(frequencies(shape[0])[:, None], frequencies(shape[1])), 12)
    field.setflags(write=False)
    return field
