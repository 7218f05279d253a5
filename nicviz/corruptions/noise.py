"""Noise: each value changes on its own."""

import numpy as np

from nicviz.corruptions.base import Corruption, Image, to_levels, unit


def gaussian_noise(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Add normal noise of standard deviation 0.08–0.38 of full scale (Hendrycks & Dietterich 2019)."""
    sigma = (0.08, 0.12, 0.18, 0.26, 0.38)[severity - 1]
    return to_levels(unit(image) + np.float32(sigma) * rng.standard_normal(image.shape, dtype=np.float32))


def shot_noise(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Count photons, 60–3 at full scale (Hendrycks & Dietterich 2019)."""
    photons = (60, 25, 12, 5, 3)[severity - 1]
    expected = np.arange(256) / 255 * photons
    return to_levels(rng.poisson(expected[image]) / np.float32(photons))


def impulse_noise(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Set 3–27 % of the values, each channel on its own, to 0 or 255 (Hendrycks & Dietterich 2019).

    The reference asks scikit-image for this, which draws from a generator that no seed reaches.
    """
    amount = (0.03, 0.06, 0.09, 0.17, 0.27)[severity - 1]
    draw = rng.random(image.shape, dtype=np.float32)
    result = image.copy()
    result[draw < amount / 2] = 0
    result[draw >= 1 - amount / 2] = 255
    return result


def speckle_noise(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Multiply by 1 plus normal noise of standard deviation 0.15–0.6 (Hendrycks & Dietterich 2019, extra)."""
    sigma = (0.15, 0.2, 0.35, 0.45, 0.6)[severity - 1]
    return to_levels(unit(image) * (1 + np.float32(sigma) * rng.standard_normal(image.shape, dtype=np.float32)))


GAUSSIAN_NOISE = Corruption("gaussian_noise", "Gaussian noise", "high", True, gaussian_noise)
SHOT_NOISE = Corruption("shot_noise", "Shot noise", "high", True, shot_noise)
IMPULSE_NOISE = Corruption("impulse_noise", "Impulse noise", "high", True, impulse_noise)
SPECKLE_NOISE = Corruption("speckle_noise", "Speckle noise", "extra", True, speckle_noise)
