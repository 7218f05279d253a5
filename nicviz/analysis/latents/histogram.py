"""The normalized residual of a channel beside what the model expects of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from nicviz.analysis.latents.levels import Level
from nicviz.codecs.neural_base import Latents, Marginals

Field = NDArray[np.float64]
EDGES = np.linspace(-5.125, 5.125, 42)  # of the bins, in scales; one is centered on zero
_SCALES = 7  # on each side, as far as an entropy is summed: beyond it probabilities are below 1e-11
_NODES = 256  # scales between whose entropies others are interpolated: right to about 1e-4


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


def residual_histogram(level: Level, channel: int) -> Histogram | None:
    """Return the residual (ŷ − μ)/σ of a channel of a latent with scales; None where there are none.

    A rounded element takes only the values k/σ, with σ in rounding steps; so what is expected is a mixture over the
    elements: each adds, at k/σ, the probability Φ((k + ½)/σ) − Φ((k − ½)/σ) that the coder gives to the symbol k. The
    elements are counted at their k/σ too: what a variable-rate model moves them by after rounding is left out.
    """
    if level.scales is None:
        return None
    step = np.broadcast_to(level.step, len(level.values))[channel]
    scales = level.scales[channel].ravel().astype(np.float64) / step
    means = 0.0 if level.means is None else level.means[channel].ravel().astype(np.float64)
    symbols = np.round((level.values[channel].ravel() - means) / step)
    found, _ = np.histogram(symbols / scales, EDGES)
    expected, entropy = _mixture(scales)
    centers = (EDGES[1:] + EDGES[:-1]) / 2
    bits = float(level.bits[channel].sum())
    return Histogram(centers, found / symbols.size, expected / symbols.size, level.form, bits, entropy)


def value_histogram(latents: Latents, channel: int) -> Histogram | None:
    """Return how often a channel of few values takes each, beside what is expected; None where values do not end.

    What is expected is the mean over the elements of what a context model expects of each; `usual_bits` is what the
    channel takes under it.
    """
    if latents.alphabet is None or latents.expected is None or latents.bits_alone is None:
        return None
    values, expected = latents.alphabet[channel].astype(np.float64), latents.expected[channel].astype(np.float64)
    found = _shares(values, latents.y_hat[channel])
    bits, alone = (float(each[channel].sum()) for each in (latents.bits_y, latents.bits_alone))
    return Histogram(values, found, expected, "ŷ", bits, alone)


def _mixture(scales: Field) -> tuple[Field, float]:
    """Return how many elements are expected in each bin, and the sum of their entropies, for scales (n,) in steps.

    The symbols of a bin from a to b are those from ⌈aσ⌉ to ⌈bσ⌉ − 1, whose probabilities add up to
    Φ((⌈bσ⌉ − ½)/σ) − Φ((⌈aσ⌉ − ½)/σ).
    """
    below = ndtr((np.ceil(EDGES[:, None] * scales) - 0.5) / scales)
    nodes = np.geomspace(scales.min(), scales.max(), _NODES)
    entropies = np.interp(np.log(scales), np.log(nodes), [_entropy(float(node)) for node in nodes])
    return np.diff(below, axis=0).sum(axis=1), float(entropies.sum())


def _entropy(scale: float) -> float:
    """Return the entropy, in bits, of a rounded Gaussian with a scale in rounding steps."""
    symbols = np.arange(int(np.ceil(_SCALES * scale)) + 2)
    tail = ndtr((0.5 - symbols) / scale) - ndtr((-0.5 - symbols) / scale)
    each = -tail * np.log2(np.maximum(tail, 1e-30))
    return float(each[0] + 2 * each[1:].sum())


def prior_histogram(latent: NDArray[np.float32], bits: Field, prior: Marginals, channel: int, title: str) -> Histogram:
    """Return how often a channel of a latent under the factorized prior takes each value, beside the prior."""
    values, expected = prior.values[channel], prior.probabilities[channel]
    found = _shares(values, latent[channel])
    likely = np.flatnonzero((expected > 1e-4) | (found > 0))
    shown = slice(likely[0], likely[-1] + 1) if len(likely) else slice(None)
    entropy = -latent[channel].size * (expected * np.log2(np.maximum(expected, 1e-30))).sum()
    paid = float(bits[channel].sum())
    return Histogram(values[shown], found[shown], expected[shown], title, paid, float(entropy))


def _shares(values: Field, elements: NDArray[np.float32]) -> Field:
    """Return how often elements take each of (K,) values."""
    nearest = np.abs(values[:, None] - elements.ravel()).argmin(axis=0)
    shares: Field = np.bincount(nearest, minlength=len(values)) / nearest.size
    return shares
