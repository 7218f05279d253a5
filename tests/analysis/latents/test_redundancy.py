"""Correlation over lags and histograms, on fields whose numbers are known."""

import numpy as np
import pytest

from nicviz.analysis.latents.histogram import prior_histogram, residual_histogram
from nicviz.analysis.latents.levels import levels
from nicviz.analysis.latents.look import look
from nicviz.analysis.latents.record import look_record
from nicviz.analysis.latents.redundancy import correlation, redundancies
from nicviz.codecs import CODECS, NeuralCodec
from nicviz.codecs.neural_base import Latents, Marginals
from nicviz.images import LoadedImage

SHAPE = (6, 64, 96)


def latents_of(y: np.ndarray, means: np.ndarray | None, scales: np.ndarray | None, bits: np.ndarray) -> Latents:
    y_hat = np.round(y - (0 if means is None else means)) + (0 if means is None else means)
    return Latents(y.astype(np.float32), y_hat.astype(np.float32), None, None, means, scales, bits, None, None, 16)


def autoregressive(rho: float, rng: np.random.Generator) -> np.ndarray:
    field = rng.normal(size=SHAPE)
    for column in range(1, SHAPE[2]):
        field[..., column] = rho * field[..., column - 1] + np.sqrt(1 - rho**2) * field[..., column]
    return field


def test_correlation_of_an_autoregressive_field_is_its_coefficient_to_the_lag() -> None:
    found = correlation(autoregressive(0.7, np.random.default_rng(2)), 3)
    assert found[3, 3] == 1
    assert found[3, 4:] == pytest.approx([0.7, 0.49, 0.343], abs=0.03)
    assert found[3, 3::-1][1:] == pytest.approx(found[3, 4:])
    assert np.abs(np.delete(found, 3, axis=0)).max() < 0.05


def test_correlation_is_numpy_s_for_one_channel() -> None:
    field = np.random.default_rng(0).normal(size=(1, 40, 50)).cumsum(axis=2)
    centered = field[0] - field[0].mean()
    expected = (centered[:-2, 1:] * centered[2:, :-1]).mean() / field[0].var()
    assert correlation(field, 2)[4, 1] == pytest.approx(expected)
    assert np.isnan(correlation(np.ones((2, 8, 8)), 2)).all()


def test_scales_that_are_right_remove_what_magnitudes_have_in_common() -> None:
    rng = np.random.default_rng(4)
    scales = np.exp(autoregressive(0.95, rng))
    means = 3 * autoregressive(0.9, rng)
    y = means + scales * rng.normal(size=SHAPE)
    found = latents_of(y, means, scales, np.ones(SHAPE))
    signed = {each.name: each.neighbor for each in redundancies(found)}
    magnitudes = {each.name: each.neighbor for each in redundancies(found, magnitudes=True)}
    assert list(signed) == ["y", "y/σ", "(y − μ)/σ"]
    assert signed["y"] > 0.2
    assert abs(signed["(y − μ)/σ"]) < 0.02
    assert magnitudes["|y|"] > 0.2
    assert abs(magnitudes["|(y − μ)/σ|"]) < 0.02


def test_silent_channels_do_not_count() -> None:
    bits = np.ones(SHAPE)
    bits[3:] = 1e-9
    found = latents_of(np.random.default_rng(0).normal(size=SHAPE), None, None, bits)
    (only,) = redundancies(found)
    assert only.num_channels == 3
    assert only.name == "y"


def test_elements_drawn_from_the_model_have_the_histogram_that_it_expects() -> None:
    from scipy.stats import norm

    rng = np.random.default_rng(6)
    scales = np.exp(rng.normal(0.3, 0.8, SHAPE))
    means = rng.normal(0, 4, SHAPE)
    y = means + scales * rng.normal(size=SHAPE)
    symbols = np.round(y - means)
    chance = norm.cdf((symbols + 0.5) / scales) - norm.cdf((symbols - 0.5) / scales)
    found = residual_histogram(levels(latents_of(y, means, scales, -np.log2(chance)))["y"], 2)
    assert found is not None
    assert found.expected.sum() == pytest.approx(1, abs=1e-3)
    assert found.found == pytest.approx(found.expected, abs=0.012)
    assert found.bits == pytest.approx(found.usual_bits, rel=0.02)
    assert residual_histogram(levels(latents_of(y, None, None, np.ones(SHAPE)))["y"], 2) is None


def test_a_channel_under_a_factorized_prior_is_counted_at_its_values() -> None:
    prior = Marginals(np.array([[-1.0, 0.0, 1.0, 2.0]]), np.array([[0.25, 0.5, 0.25, 0.0]]))
    latent = np.array([[[0.0, 0.0, 1.0, -1.0]]], np.float32)
    found = prior_histogram(latent, np.array([[[1.0, 1.0, 2.0, 2.0]]]), prior, 0, "ẑ")
    assert found.centers.tolist() == [-1, 0, 1]
    assert found.found.tolist() == [0.25, 0.5, 0.25]
    assert (found.bits, found.usual_bits) == (6.0, 6.0)


def test_a_latent_without_neighbors_has_no_correlation_and_a_record_says_so() -> None:
    codec = CODECS["compact-factorized"]
    assert isinstance(codec, NeuralCodec)
    found = look(LoadedImage("dot", np.full((1, 1, 3), 90, np.uint8)), codec, None)
    assert [each.field.shape for each in redundancies(found.latents)] == [(1, 1)]
    assert look_record(found)["neighbor_correlation"] == {"y": None, "|y|": None}
