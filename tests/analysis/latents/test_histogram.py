"""What a model expects of a channel: against sampled elements, and in the rounding steps of a variable-rate model."""

import numpy as np
import pytest
from scipy.special import ndtr

from nicviz.analysis.latents.histogram import EDGES, residual_histogram
from nicviz.analysis.latents.levels import levels
from nicviz.analysis.latents.look import look
from nicviz.codecs import CODECS, NeuralCodec
from nicviz.codecs.neural_base import Latents
from nicviz.images import LoadedImage
from nicviz.samples import SAMPLES


def _drawn(scales: np.ndarray, step: float) -> Latents:
    """Return a latent of one channel that its model describes."""
    values = step * np.round(np.random.default_rng(3).normal(0, scales) / step)
    bits = -np.log2(ndtr((values + step / 2) / scales) - ndtr((values - step / 2) / scales))
    single = [np.asarray(each, np.float32)[None] for each in (values, scales)]
    return Latents(single[0], single[0], None, None, None, single[1], bits[None], None, None, 16, step)


@pytest.mark.parametrize("step", [1.0, 0.3, 10.0])
def test_elements_that_are_drawn_from_the_model_fit_it(step: float) -> None:
    scales = np.geomspace(0.2, 200, 10_000).reshape(100, 100)  # far more than 64 symbols, too
    found = residual_histogram(levels(_drawn(scales, step))["y"], 0)
    assert found is not None
    assert found.expected.sum() == pytest.approx(1, abs=1e-3)
    assert np.abs(found.expected - found.found).max() < 4 * np.sqrt(0.25 / scales.size)
    assert found.usual_bits == pytest.approx(found.bits, rel=0.01)
    assert len(found.centers) == len(EDGES) - 1


@pytest.mark.parametrize("quality", [1.0, 5.5, 8.0])
def test_the_bits_of_a_variable_rate_model_follow_from_its_symbols_in_its_steps(quality: float) -> None:
    codec = CODECS["compact-vbr"]
    assert isinstance(codec, NeuralCodec)
    latents = look(LoadedImage("part", SAMPLES["chelsea"].load().pixels[:64, :128]), codec, quality).latents
    assert latents.scales is not None
    symbols, scales = np.round(latents.y_hat / latents.step), latents.scales.astype(float) / latents.step
    likely = ndtr((0.5 - np.abs(symbols)) / scales) - ndtr((-0.5 - np.abs(symbols)) / scales)
    assert -np.log2(np.maximum(likely, 1e-9)) == pytest.approx(latents.bits_y, abs=1e-3)
    counted = [residual_histogram(levels(latents)["y"], channel) for channel in range(len(latents.y))]
    usual = sum(each.usual_bits for each in counted if each is not None)
    assert 0.5 < usual / latents.bits_y.sum() < 2, "in units of the latent it would be ten times as much at quality 1"
