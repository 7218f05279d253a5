"""Channels that carry nothing begin as what the network loses, and what it had stays."""

import numpy as np
import pytest
import torch

from nicviz.codecs.neural.network.elic import CompactElic
from nicviz.training.channels import begin_anew
from nicviz.training.pictures import Photographs, load_photographs
from tests.training.picture_folder import picture_folder

pytestmark = pytest.mark.slow

SIDE, LAMBDA = 64, 0.05


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Photographs:
    return load_photographs(picture_folder(tmp_path_factory.mktemp("pictures")), SIDE, torch.device("cpu"))


def with_dead(dead: list[int]) -> CompactElic:
    """A network whose latent is the mean colors of blocks, in four channels, and nothing in the dead ones."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = CompactElic(8, 16).requires_grad_(False).eval()
    alive = [k for k in range(16) if k not in dead]
    network.g_a.main_layers[-1].weight[:] = 0
    network.g_a.main_layers[-1].bias[:] = 0
    network.g_s.main_layers[-1].weight[:] = 0
    network.g_s.main_layers[-1].bias[:] = 0
    for place, channel in enumerate(alive):
        color, size = place % 3, 256
        network.g_a.linear[1].weight[channel, color * size : (color + 1) * size] = 20 / size
        network.g_s.linear[0].weight[color * size : (color + 1) * size, channel] = 1 / 20 if place < 3 else 0
    return network


def mean_square(network: CompactElic, x: torch.Tensor) -> float:
    gain = network.gain(7.0)
    return float((network.g_s((network.g_a(x) * gain).round() / gain) - x).square().mean())


def test_they_lower_the_error_and_the_others_stay(photographs: Photographs) -> None:
    dead = [9, 12, 13, 15]
    network, x = with_dead(dead), photographs.crops(np.random.default_rng(1), 32, SIDE)
    before, own = mean_square(network, x), {name: value.clone() for name, value in network.state_dict().items()}
    assert begin_anew(network, photographs, LAMBDA, "mse", SIDE, np.random.default_rng(0)) == len(dead)
    assert mean_square(network, x) < 0.8 * before
    spread = (network.g_a(x) * network.gain(7.0)).std((0, 2, 3))[dead]
    assert (spread > 0.3).all(), "they are not rounded to zero"
    guessed = network.h_s[-1].bias[dead]
    assert torch.allclose(guessed, spread, rtol=0.5), "the entropy model expects about what they are"
    alive = [k for k in range(16) if k not in dead]
    for name in ("g_a.6.weight", "g_a.linear.1.weight", "g_s.0.weight"):
        assert torch.equal(network.state_dict()[name][alive], own[name][alive]), name
    assert begin_anew(network, photographs, LAMBDA, "mse", SIDE, np.random.default_rng(0)) == 0, (
        "now they carry something"
    )


def test_new_channels_are_orthogonal_and_the_first_gives_most(photographs: Photographs) -> None:
    dead = [9, 12, 13, 15]
    network = with_dead(dead)
    begin_anew(network, photographs, LAMBDA, "mse", SIDE, np.random.default_rng(0))
    ways = network.g_s.linear[0].weight[:, dead, 0, 0]
    lengths = ways.norm(dim=0)
    assert torch.allclose(ways.T @ ways, torch.diag(lengths.square()), atol=1e-5)
    spread = (network.g_a(photographs.crops(np.random.default_rng(2), 64, SIDE)) * network.gain(7.0)).std((0, 2, 3))
    assert spread[dead[0]] == spread[dead].max()


def test_a_loss_of_ms_ssim_gives_the_steps_of_its_rate(photographs: Photographs) -> None:
    spreads = []
    for lmbda, metric in ((0.01, "mse"), (13.0, "ms-ssim")):
        network = with_dead([9, 12])
        begin_anew(network, photographs, lmbda, metric, SIDE, np.random.default_rng(0))
        spreads.append(network.h_s[-1].bias[[9, 12]])
    assert torch.allclose(*spreads, rtol=1e-4)


def test_where_nothing_is_alive_all_begin_anew(photographs: Photographs) -> None:
    network = with_dead(list(range(16)))
    x = photographs.crops(np.random.default_rng(1), 8, SIDE)
    before = mean_square(network, x)
    assert begin_anew(network, photographs, LAMBDA, "mse", SIDE, np.random.default_rng(0)) == 16
    assert all(value.isfinite().all() for value in network.state_dict().values())
    assert mean_square(network, x) < 0.9 * before
