"""A window against the border's cross.

The FFT takes a picture for one tile of many; the jump from each border to the opposite one then draws a cross along the
axes, which falls as 1/f² for any picture. It is taken for the picture's own power, and a codec keeps it nearly whatever
it removes: in the high band of a photograph that can double a measured gain.
"""

from functools import lru_cache

import numpy as np

from nicviz.spectra.power import Half, Plane, transform

HANN_CELLS = (35 / 18) ** 2
"""Frequencies that the window ties to one: N Σ w⁴ / (Σ w²)², squared for two directions."""


@lru_cache(maxsize=4)
def hann(shape: tuple[int, int]) -> Plane:
    """Return the product of two Hann windows, (H, W), of mean square 1: the power of noise stays; read-only."""
    rows, columns = (np.sin(np.pi * (np.arange(side) + 0.5) / side) ** 2 for side in shape)
    window: Plane = np.outer(rows, columns)
    window /= np.sqrt((window**2).mean())
    window.setflags(write=False)
    return window


def windowed_transform(plane: Plane) -> Half:
    """Return FFT2 / √(H·W) of w · (plane − mean), where w is `hann`, without its redundant half.

    Args:
        plane: (H, W) real; the mean is the one under the window, so that zero frequency is empty.

    Returns:
        (1, H, W // 2 + 1).
    """
    window = hann((plane.shape[0], plane.shape[1]))
    mean = (plane * window).sum() / window.sum()
    return transform(((plane - mean) * window)[None])
