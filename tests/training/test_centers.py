"""The start around a few centers: a KLT whose components share the channels."""

from itertools import product

import numpy as np
import pytest
import torch

from nicviz.codecs.neural.network.mentzer import Mentzer2018
from nicviz.training.centers import shared_out, start_with_centers
from nicviz.training.pictures import Photographs, load_photographs
from tests.training.picture_folder import picture_folder


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Photographs:
    return load_photographs(picture_folder(tmp_path_factory.mktemp("pictures")), 64, torch.device("cpu"))


@pytest.mark.slow
@torch.inference_mode()
def test_what_the_transforms_lose_is_what_no_channel_carries(photographs: Photographs) -> None:
    """96 channels of two signed values each hold all 48 of a 4×4 block; the last layer alone drops any."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        network = Mentzer2018(96, 20, 2).eval()
    for name, parameter in network.named_parameters():
        if name.endswith("conv2.bias"):
            parameter.zero_()
    start_with_centers(network, photographs, 0.01, "mse", np.random.default_rng(0))
    importance = network.g_a[1].importance(network.g_a[0](photographs.crops(np.random.default_rng(2), 40, 64)))
    assert 12 < importance.mean() < 16, "it begins with two thirds of 20"
    assert importance.std() > 1, "and not everywhere"
    network.g_a[0][-1].weight[0] = 0
    network.g_a[0][-1].bias[0] = 30.0  # all channels are kept
    crops = photographs.crops(np.random.default_rng(1), 60, 64)
    blocks = crops.unfold(2, 8, 8).unfold(3, 8, 8).permute(0, 2, 3, 1, 4, 5).reshape(-1, 192).double()
    mean = crops.mean((0, 2, 3)).double().repeat_interleave(64)
    variances = torch.linalg.eigvalsh((blocks - mean).T @ (blocks - mean) / len(blocks)).flip(0)
    chosen, _ = shared_out(variances.clamp_min(0).sqrt().numpy(), 20, 6)
    lost = float(variances[len(set(chosen)) :].sum() / 192)
    error = float((network.g_s(network.g_a(crops)) - crops).square().mean())
    assert error == pytest.approx(lost, rel=0.1), "2×2 blocks of 2×2 blocks of all components are 8×8 blocks"
    coded = network.g_s(network.quantized(network.g_a(crops))[0])
    assert float((coded - crops).square().mean()) < error + 0.25 * float(variances.sum() / 192)


def test_channels_are_shared_out_so_that_no_other_sharing_errs_less() -> None:
    deviations = np.array([5.0, 2.0, 1.5, 0.3])
    chosen, shifts = shared_out(deviations, 5, 6)

    def error(counts: tuple[int, ...]) -> float:
        parts = [1.0 if count == 0 else 1 / (12 * count**2) for count in counts]  # a step is one deviation
        return float((deviations**2 * parts).sum())

    best = min((each for each in product(range(6), repeat=4) if sum(each) == 5), key=error)
    counts = tuple(np.bincount(chosen, minlength=4))
    assert error(counts) == pytest.approx(error(best))
    for component in set(chosen):
        own = shifts[chosen == component]
        assert own.sum() == pytest.approx(0)
        assert np.diff(np.sort(own)) == pytest.approx(np.full(len(own) - 1, 1 / len(own)))


def test_the_channel_that_is_worth_most_comes_first() -> None:
    chosen, _ = shared_out(np.array([0.5, 9.0, 1.0]), 3, 6)
    assert chosen[0] == 1
