"""An entropy model that is trained alone, on latents that are made once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nicviz.codecs.neural.family.own import session_codec
from nicviz.training.config import Config
from nicviz.training.latents import set_aside
from nicviz.training.networks import new_network
from nicviz.training.pictures import Photographs, load_photographs
from nicviz.training.run import Run
from tests.codecs.neural.small import saved, small_network
from tests.training.picture_folder import picture_folder

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Photographs:
    return load_photographs(picture_folder(tmp_path_factory.mktemp("pictures")), 64, CPU)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Config:
    start = tmp_path_factory.mktemp("start") / "start.pth"
    start.write_bytes(saved(small_network("bmshj2018-hyperprior").state_dict()))
    config = Config("pictures", 0.01, "lee2019", widths=(8, 12, 8, 16, 10), steps=40, batch=2, crop=64)
    return replace(config, start=str(start), hold_transforms=True, learning_rate=2e-3)


def test_crops_of_latents_are_those_that_the_transform_makes_of_the_pictures(
    held: Config, photographs: Photographs
) -> None:
    network, _ = new_network(held, photographs)
    transform = network.g_a
    latents, tensors = set_aside(network, photographs)
    assert latents.stride == 16
    with torch.no_grad():
        picture = photographs.pixels[0][:64, :64].permute(2, 0, 1)[None].float() / 255
        assert (latents.values[0][:, :2, :2] - transform(picture)[0][:, :2, :2]).abs().max() < 1e-4
    assert set(tensors) == {
        key for key in small_network("bmshj2018-hyperprior").state_dict() if key[:4] in ("g_a.", "g_s.")
    }
    crops = latents.crops(np.random.default_rng(1), 3, 64)
    assert crops.shape == (3, 12, 4, 4)
    for crop in crops:
        places = (value.unfold(1, 4, 1).unfold(2, 4, 1).permute(1, 2, 0, 3, 4) for value in latents.values)
        assert any(bool((each == crop).flatten(2).all(2).any()) for each in places)


def test_the_rate_falls_and_the_transforms_stay_and_what_was_learned_codes(
    held: Config, photographs: Photographs, tmp_path: Path
) -> None:
    run = Run(held, photographs, CPU)
    losses = [run.advance().loss for _ in range(40)]
    assert np.mean(losses[-8:]) < 0.9 * np.mean(losses[:8])
    state = run.averaged()
    start = small_network("bmshj2018-hyperprior").state_dict()
    assert all(torch.equal(state[key], start[key]) for key in start if key.startswith(("g_a.", "g_s.")))
    file = tmp_path / "learned.pth"
    torch.save({"state_dict": state}, file)
    codec = session_codec(file, file.name)
    picture = photographs.pixels[0].numpy()
    assert codec.decode(codec.encode(picture)).shape == picture.shape


def test_what_a_run_of_latents_restores_goes_on_bit_for_bit(held: Config, photographs: Photographs) -> None:
    whole, first, second = (Run(held, photographs, CPU) for _ in range(3))
    for _ in range(4):
        whole.advance()
    for _ in range(2):
        first.advance()
    second.restore(first.state())
    for _ in range(2):
        second.advance()
    expected, found = whole.averaged(), second.averaged()
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[key], found[key]) for key in expected)
