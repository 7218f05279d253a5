"""The 3D context on wavefronts, beside the convolutions that it stands for."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from nicviz.codecs.neural.encode import coder, inside
from nicviz.codecs.neural.network.models import working
from nicviz.codecs.neural_base import Edit
from nicviz.errors import CodecError
from tests.codecs.neural.small import QUALITY, coded, small_model
from tests.codecs.pictures import photograph


@pytest.fixture(scope="module")
def model() -> Any:
    return small_model("mentzer2018")


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (6, 1), (5, 7)], ids=str)
def test_the_walk_gives_the_probabilities_of_the_whole_convolutions(model: Any, size: tuple[int, int]) -> None:
    volume = (12, *size)
    random = np.random.default_rng(5)
    symbols = torch.from_numpy(random.integers(0, 5, volume))
    seen: list[int] = []
    found = torch.zeros(symbols.numel(), 5)

    def code(places: torch.Tensor, probabilities: np.ndarray) -> torch.Tensor:
        seen.extend(places.tolist())
        found[places] = torch.from_numpy(probabilities)
        return symbols.flatten()[places]

    with working(model) as network:
        _, latent = model.prior._walk(volume, code)
        expected = network.context.probabilities(network.centers[symbols][None], network.centers[0])
    assert sorted(seen) == list(range(symbols.numel())), "each position once"
    assert torch.equal(latent, network.centers[symbols])
    assert torch.allclose(found.view(*volume, 5).permute(0, 3, 1, 2), expected[0], atol=1e-6)
    assert found.sum(1).numpy() == pytest.approx(np.ones(len(found)), abs=1e-5)


def test_words_that_no_encoder_writes_are_an_error_and_no_picture(model: Any) -> None:
    _, sound = coded(model, photograph(64))
    words = np.random.default_rng(7).integers(0, 256, (6, 48), dtype=np.uint8)
    for string in (b"\xff" * 8, bytes(4), *(each.tobytes() for each in words)):
        with pytest.raises(CodecError, match="Decode it where it was encoded"):
            coder.decode(model, replace(sound, strings=(string,)))


def test_what_is_expected_of_a_channel_is_a_distribution_over_its_values(model: Any) -> None:
    found = inside.latents(model, photograph(128), QUALITY)
    centers = np.sort(model.network.centers.numpy())
    assert found.alphabet == pytest.approx(np.broadcast_to(centers, (12, 5)))
    assert found.expected.sum(1) == pytest.approx(np.ones(12), abs=1e-5)
    assert np.isin(found.y_hat, found.alphabet).all()
    numbers = np.abs(found.y_hat[..., None] - centers).argmin(-1)
    chance = np.take_along_axis(found.expected, numbers.reshape(12, -1), 1)
    assert found.bits_alone.reshape(12, -1) == pytest.approx(-np.log2(chance), rel=1e-4)


def test_before_anything_is_known_channels_far_from_the_first_have_one_distribution(model: Any) -> None:
    prior = inside.marginals(model, QUALITY, 32)
    assert prior.values.shape == prior.probabilities.shape == (12, 5)
    assert (np.diff(prior.values) > 0).all()
    assert prior.probabilities.sum(1) == pytest.approx(np.ones(12), abs=1e-5)
    assert prior.probabilities[5:] == pytest.approx(np.broadcast_to(prior.probabilities[4], (7, 5))), "out of sight"


def test_other_steps_stretch_the_centers(model: Any) -> None:
    found = inside.latents(model, photograph(128), QUALITY)
    steps = np.linspace(0.5, 2, 12)
    changed = inside.edited(model, found, Edit(steps=steps), QUALITY, (128, 128))
    for channel, step in enumerate(steps):
        values = found.alphabet[channel] * np.float32(step)
        nearest = values[np.abs(found.y[channel][..., None] - values).argmin(-1)]
        assert changed.y_hat[channel] == pytest.approx(nearest, abs=1e-5)


def test_the_importance_map_says_which_channels_are_zero(model: Any) -> None:
    found = inside.latents(model, photograph(128), QUALITY)
    assert found.importance.shape == found.y.shape[1:]
    assert 0 <= found.importance.min() < found.importance.max() <= 12
    kept = found.importance > np.arange(12)[:, None, None]
    assert not found.y[~kept].any()
    assert (found.y[kept] != 0).mean() > 0.999
