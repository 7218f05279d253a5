"""Where the bits go: spread over the picture so that their sum stays, and by channel."""

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]


def bits_map(cells: Field, stride: int, shape: tuple[int, int]) -> Field:
    """Return bits per pixel over a picture, whose sum is that of the cells.

    A cell covers stride × stride pixels from the top left; what is coded of the padding beyond the picture counts for
    the last cells in it.

    Args:
        cells: (h, w) bits.
        stride: pixels.
        shape: (H, W) of the picture, at most (h, w) strides.
    """
    inside, sizes = cells, []
    for axis, length in enumerate(shape):
        count = -(-length // stride)
        first, rest = np.split(np.moveaxis(inside, axis, 0), [count])
        folded = first.copy()
        folded[-1] += rest.sum(axis=0)
        inside = np.moveaxis(folded, 0, axis)
        sizes.append(np.array([stride] * (count - 1) + [length - stride * (count - 1)]))
    density = inside / np.outer(*sizes)
    return np.ascontiguousarray(density.repeat(sizes[0], axis=0).repeat(sizes[1], axis=1))


def energy(latent: NDArray[np.float32]) -> Field:
    """Return the mean square of each channel of a latent (M, h, w)."""
    squares: Field = np.square(latent, dtype=np.float64).mean(axis=(1, 2))
    return squares


def ranking(latent: NDArray[np.float32], bits: Field, by: str) -> NDArray[np.intp]:
    """Return the channels, those with the most bits ("bits") or the highest mean square ("energy") first."""
    return np.argsort(-(per_channel(bits) if by == "bits" else energy(latent)), kind="stable")


def channels_for(bits: Field, share: float) -> int:
    """Return how few channels of (M, h, w) hold this share of all bits, 0 to 1."""
    held = np.cumsum(np.sort(per_channel(bits))[::-1])
    return min(len(held), int(np.searchsorted(held, share * held[-1])) + 1)


def per_channel(bits: Field) -> Field:
    """Return the bits of each channel of (M, h, w)."""
    sums: Field = bits.sum(axis=(1, 2))
    return sums
