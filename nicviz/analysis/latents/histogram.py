"""The normalized residual of a channel beside what the model expects of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from nicviz.codecs.neural_base import Latents, Marginals

Field = NDArray[np.float64]
EDGES = np.linspace(-5.125, 5.125, 42)  # of the bins, in scales; one is centered on zero
_SYMBOLS = 64  # on each side: more than 5 of the largest scales that can be told by 40 bins


@dataclass(frozen=True)
class Histogram:
    """Shares of the elements of one channel.

    Args:
        centers: (n,) of the bins.
        found: (n,) share of the elements.
        expected: (n,) the mean of their probabilities under the model.
        title: what is counted.
        bits: that the channel takes.
        usual_bits: that it would take on average, were its elements drawn from the model (the sum of their entropies).
    """

    centers: Field
    found: Field
    expected: Field
    title: str
    bits: float
    usual_bits: float


def residual_histogram(latents: Latents, channel: int) -> Histogram | None:
    """Return the residual (ŷ − μ)/σ of a channel of a model with scales; None where there are none.

    A rounded element takes only the values k/σ; so what is expected is a mixture over the elements: each adds, at k/σ,
    the probability Φ((k + ½)/σ) − Φ((k − ½)/σ) that the coder gives to the symbol k.
    """
    if latents.scales is None:
        return None
    scales = latents.scales[channel].ravel().astype(np.float64)
    means = 0.0 if latents.means is None else latents.means[channel].ravel().astype(np.float64)
    residual = (latents.y_hat[channel].ravel() - means) / scales
    symbols = np.arange(-_SYMBOLS, _SYMBOLS + 1)[:, None]
    probability = ndtr((symbols + 0.5) / scales) - ndtr((symbols - 0.5) / scales)
    at = symbols / scales
    found, _ = np.histogram(residual, EDGES)
    expected, _ = np.histogram(at.ravel(), EDGES, weights=probability.ravel())
    centers = (EDGES[1:] + EDGES[:-1]) / 2
    title = "(ŷ − μ)/σ" if latents.means is not None else "ŷ/σ"
    entropy = -(probability * np.log2(np.maximum(probability, 1e-30))).sum()
    bits = float(latents.bits_y[channel].sum())
    return Histogram(centers, found / residual.size, expected / residual.size, title, bits, float(entropy))


def prior_histogram(latent: NDArray[np.float32], bits: Field, prior: Marginals, channel: int, title: str) -> Histogram:
    """Return how often a channel of a latent under the factorized prior takes each value, beside the prior."""
    values, expected = prior.values[channel], prior.probabilities[channel]
    nearest = np.abs(values[:, None] - latent[channel].ravel()).argmin(axis=0)
    found = np.bincount(nearest, minlength=len(values)) / nearest.size
    likely = np.flatnonzero((expected > 1e-4) | (found > 0))
    shown = slice(likely[0], likely[-1] + 1) if len(likely) else slice(None)
    entropy = -latent[channel].size * (expected * np.log2(np.maximum(expected, 1e-30))).sum()
    paid = float(bits[channel].sum())
    return Histogram(values[shown], found[shown], expected[shown], title, paid, float(entropy))
