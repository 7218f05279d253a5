"""A window against the border's cross.

The FFT takes a picture for one tile of many; the jump from each border to the opposite one then draws a cross along the
axes, which falls as 1/f² for any picture. It is taken for the picture's own power, and a codec keeps it nearly whatever
it removes: in the high band of a photograph that can double a measured gain.
"""

import numpy as np

from nicviz.spectra.power import Half, Plane, transform

HANN_CELLS = (35 / 18) ** 2
"""Frequencies that the window ties to one: N Σ w⁴ / (Σ w²)², squared for two directions."""


def hann(side: int) -> Plane:
    """Return a Hann window over `side` pixels, (side,), with mean square 1, so that the power of noise stays."""
    window: Plane = np.sin(np.pi * (np.arange(side) + 0.5) / side) ** 2
    window /= np.sqrt((window**2).mean())
    return window


def windowed_transform(plane: Plane) -> Half:
    """Return FFT2 / √(H·W) of w · (plane − mean), w a Hann window in both directions, without its redundant half.

    Args:
        plane: (H, W) real; the mean is the one under the window, so that zero frequency is empty.

    Returns:
        (1, H, W // 2 + 1).
    """
    rows, columns = hann(plane.shape[0]), hann(plane.shape[1])
    mean = rows @ plane @ columns / (rows.sum() * columns.sum())
    windowed: Plane = (plane - mean) * columns
    windowed *= rows[:, None]
    return transform(windowed[None])
