"""The error spectrum as the public code of Lieberman et al. (klieberman/ood_nic) computes it, for comparison only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.color import luminance
from nicviz.spectra.power import Plane

# Of the 24 Kodak images, levels in [0, 1], as that code states them.
KODAK_MEAN = (0.46581238, 0.43006341, 0.35991835)
KODAK_STD = (0.21588426, 0.22908859, 0.22003406)


def ood_nic_spectrum(
    image: NDArray[np.uint8],
    reference: NDArray[np.uint8] | None = None,
    mean: tuple[float, ...] = KODAK_MEAN,
    std: tuple[float, ...] = KODAK_STD,
) -> tuple[Plane, float]:
    """Return |FFT2| (not squared) of the rounded difference of normalized images, in gray.

    Args:
        image, reference: (H, W, 3) uint8; without a reference the image itself is rounded.
        mean, std: that levels / 255 are normalized by, per channel.

    Returns:
        (H, W) float64, zero frequency at (H // 2, W // 2), without unit; and the share of the non-zero samples that
        the rounding sets to zero, 0 … 1.
    """
    from scipy.fft import fft2

    values = _normalized(image, mean, std)
    if reference is not None:
        values = values - _normalized(reference, mean, std)
    rounded = np.round(values)
    present = int(np.count_nonzero(values))
    lost = 1 - np.count_nonzero(rounded) / present if present else 0.0
    return np.fft.fftshift(np.abs(fft2(luminance(rounded)))), lost


def _normalized(image: NDArray[Any], mean: tuple[float, ...], std: tuple[float, ...]) -> Plane:
    normalized: Plane = (image / 255.0 - np.array(mean)) / np.array(std)
    return normalized
