"""The network of Mentzer et al.: what its layers may see, what its mask keeps, what its gradients are."""

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from nicviz.codecs.neural.network.mentzer import CausalConvolution, Importance, Mentzer2018


@pytest.fixture(scope="module")
def network() -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(4)
        return Mentzer2018(8, 5, 1, 6, 5)


@pytest.mark.parametrize("own", [False, True], ids=["first", "others"])
def test_a_causal_convolution_is_a_masked_one_in_three_dimensions(own: bool) -> None:
    generator = torch.Generator().manual_seed(1)
    layer = CausalConvolution(3, 4, own=own)
    volume = torch.randn(2, 5, 3, 6, 7, generator=generator)
    kernel = torch.zeros(4, 3, 2, 3, 3)
    mask = torch.ones(2, 3, 3)
    mask[1, 1, 1 + own :] = 0
    mask[1, 2] = 0
    kernel[:, :, mask.bool()] = layer.weight.detach().transpose(1, 2)
    padded = functional.pad(volume.transpose(1, 2), (1, 1, 1, 1, 1, 0), value=-2.0)
    expected = functional.conv3d(padded, kernel, layer.bias).transpose(1, 2)
    with torch.no_grad():
        assert torch.allclose(layer(volume, torch.tensor(-2.0)), expected, atol=1e-5)


@torch.no_grad()
def test_no_probability_knows_a_symbol_of_its_own_front_or_of_a_later_one(network: Any) -> None:
    random = np.random.default_rng(2)
    y_hat = network.centers[torch.from_numpy(random.integers(0, 5, (1, 5, 7, 8)))]
    before = network.context.probabilities(y_hat, network.centers[0])
    channel, row, column = np.indices((5, 7, 8))
    fronts = column + 2 * row + 4 * channel
    for place in [(0, 0, 0), (1, 3, 4), (2, 6, 0), (3, 0, 7)]:
        changed = y_hat.clone()
        changed[(0, *place)] += 1.0
        moved = (network.context.probabilities(changed, network.centers[0]) != before)[0].any(1).numpy()
        assert moved.any(), "it is seen by some"
        assert not moved[fronts <= fronts[place]].any()


def test_the_map_keeps_the_first_channels_and_the_last_of_them_in_part() -> None:
    layer = Importance(4)
    features = torch.ones(1, 5, 1, 3)
    features[0, 0, 0] = torch.tensor([-50.0, 0.5, 50.0])
    kept = layer.mask(features)[0, :, 0].T
    part = 4 * float(torch.sigmoid(torch.tensor(0.5))) - 2
    assert torch.allclose(kept, torch.tensor([[0, 0, 0, 0], [1, 1, part, 0], [1, 1, 1, 1]]), atol=1e-6)
    assert torch.equal(layer(features)[0, :, 0].T, kept), "the features are one"


def test_a_latent_goes_to_the_nearest_center_with_the_gradient_of_the_soft_assignment(network: Any) -> None:
    y = torch.linspace(-3, 3, 60).view(1, 5, 3, 4).requires_grad_()
    network.train()
    found, symbols = network.quantized(y)
    centers = network.centers.detach()
    distances = (y.detach()[..., None] - centers).abs()
    assert torch.equal(symbols, distances.argmin(-1))
    assert torch.allclose(found, centers[symbols], atol=1e-6)
    (gradient,) = torch.autograd.grad(found.sum(), y)
    chances = torch.softmax(-(distances**2), -1)
    soft = (chances * centers).sum(-1)
    slope = 2 * ((chances * centers**2).sum(-1) - soft**2)  # the variance of the centers, twice
    assert torch.allclose(gradient, slope, atol=1e-5)
    network.eval()
    assert torch.equal(network.quantized(y)[0], centers[symbols])


def test_in_training_the_rate_is_the_mean_of_that_of_all_and_of_that_of_the_kept(network: Any) -> None:
    x = torch.rand(2, 3, 32, 40, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        whole = -network.eval()(x)["likelihoods"]["y"].log()
        mask = network.g_a[1].mask(network.g_a[0](x))
    output = network.train()(x)
    assert torch.allclose(-output["likelihoods"]["y"].log(), whole * (1 + mask) / 2, rtol=1e-4, atol=1e-5)
    network.zero_grad()
    torch.autograd.backward(-output["likelihoods"]["y"].log().sum())
    gradient = network.g_a[0][-1].weight.grad
    assert gradient[0].abs().max() > 0, "the map learns from the rate"
    assert not gradient[1:].any(), "the symbols do not"
    network.eval()
