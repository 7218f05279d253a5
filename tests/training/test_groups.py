"""A network in groups that starts as a scale hyperprior: the same picture and rates, channels by falling energy."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nicviz.codecs.neural.network.elic import LEVELS
from nicviz.training.config import Config
from nicviz.training.groups import grouped
from nicviz.training.networks import new_network
from nicviz.training.pictures import Photographs, load_photographs
from nicviz.training.run import Run
from tests.codecs.neural.small import as_input, saved, small_network
from tests.codecs.pictures import photograph
from tests.training.picture_folder import picture_folder

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
CHANNELS = 12  # of the start's latent


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Photographs:
    return load_photographs(picture_folder(tmp_path_factory.mktemp("pictures")), 64, CPU)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    start = tmp_path_factory.mktemp("start") / "start.pth"
    start.write_bytes(saved(small_network("bmshj2018-hyperprior").state_dict()))
    return Config("pictures", 0.01, "elic", (8, 16), steps=10, batch=2, crop=64, start=str(start))


def test_with_held_transforms_it_begins_at_the_highest_rate_as_the_start(
    config: Config, photographs: Photographs
) -> None:
    network, untrained = new_network(replace(config, hold_transforms=True), photographs)
    assert {name.split(".")[0] for name in untrained} == {
        "log_gains", "channel_context", "spatial_context", "aggregation"
    }  # fmt: skip
    start, x = small_network("bmshj2018-hyperprior"), as_input(photograph(128))
    with torch.no_grad():
        found, expected = network.eval()(x, s=LEVELS - 1.0), start(x)
        order = [
            int((network.g_a.main_layers[6].weight[k] == start.g_a[6].weight).flatten(1).all(1).nonzero())
            for k in range(12)
        ]
        energies = start.g_a(photographs.crops(np.random.default_rng(0), 128, 64)).std((0, 2, 3))[order]
    assert sorted(order) == list(range(CHANNELS))
    assert (energies[:-1] >= energies[1:] * 0.8).all(), "by falling energy, of other crops"
    assert torch.allclose(found["x_hat"], expected["x_hat"], atol=1e-5)
    for name, channels in (("y", order), ("z", list(range(8)))):
        pair = found["likelihoods"][name][:, : len(channels)], expected["likelihoods"][name][:, channels]
        assert torch.allclose(*pair, atol=1e-4), name


def test_a_network_in_groups_goes_on_as_it_is(config: Config, photographs: Photographs) -> None:
    network, _ = new_network(config, photographs)
    own = network.state_dict()
    found = grouped(own, network, photographs, np.random.default_rng(0))
    assert found.keys() == own.keys()
    assert all(torch.equal(found[name], own[name]) for name in own)


@pytest.mark.parametrize("hold", [False, True])
def test_it_learns_at_all_levels_and_gains_stay_with_held_transforms(
    config: Config, photographs: Photographs, tmp_path: Path, hold: bool
) -> None:
    run = Run(replace(config, hold_transforms=hold, learning_rate=1e-3), photographs, CPU)
    before = run.network.log_gains.detach().clone()
    losses = [run.advance().loss for _ in range(10)]
    assert all(np.isfinite(losses))
    assert torch.equal(run.network.log_gains, before) is hold
    assert {"log_gains", "g_a.0.weight", "aggregation.4.4.bias"} <= run.averaged().keys()
