"""Noise with a power law, that the tests of the theory share."""

from functools import lru_cache

import numpy as np
from scipy.fft import irfft2, rfft2

from nicviz.codecs.pca.model import BLOCK, SIZE, LinearModel


@lru_cache(maxsize=32)
def _white(side: int, seed: int) -> np.ndarray:
    return rfft2(np.random.default_rng(seed).standard_normal((2 * side, 2 * side)))


def field(side: int, exponent: float, seed: int, stretch: float = 1.0) -> np.ndarray:
    """Return (side, side) Gaussian noise with the power spectrum 1/f^exponent, cut out of a torus of twice the side.

    `stretch` above 1 makes waves along the vertical longer: its spectrum then is anisotropic.
    """
    rows, columns = np.fft.fftfreq(2 * side)[:, None], np.fft.rfftfreq(2 * side)
    frequency = np.hypot(stretch * rows, columns)
    frequency[0, 0] = np.inf
    noise = irfft2(_white(side, seed) * frequency ** (-exponent / 2), s=(2 * side, 2 * side))[:side, :side]
    return 40 * noise / noise.std()


def model_sample(model: LinearModel, shape: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """Return a picture of the model's Gaussian, (H, W, 3) float64 levels, not clipped; sides are multiples of 16."""
    down, across = shape[0] // BLOCK, shape[1] // BLOCK
    drawn = random.standard_normal((3, down * across, SIZE)) * np.sqrt(model.variances)[:, None]
    blocks = (drawn @ model.basis.T).reshape(3, down, across, BLOCK, BLOCK)
    planes = blocks.transpose(1, 3, 2, 4, 0).reshape(down * BLOCK, across * BLOCK, 3)
    return planes @ model.colors + model.color_mean
