"""The entropy model of ELIC beside CompressAI's own latent codecs, which go over groups and checkerboard otherwise."""

import numpy as np
import pytest

from nicviz.codecs.neural.encode import coder
from nicviz.codecs.neural.network.models import load, working
from nicviz.codecs.neural.weights.locate import weights_of
from tests.codecs.neural.small import QUALITY, as_image, as_input, coded, saved, small_model, small_network
from tests.codecs.pictures import photograph

PUBLISHED = ("elic2022-official", "elic2022-chandelier")


@pytest.mark.parametrize("name", PUBLISHED)
def test_symbols_and_pictures_are_those_of_compressai(name):
    import torch

    image, model, network = photograph(128), small_model(name), small_network(name)
    with torch.no_grad():
        theirs = network.compress(as_input(image))
        expected = as_image(network.decompress(theirs["strings"], theirs["shape"])["x_hat"])
    _, container = coded(model, image)
    *passes, z = [strings[0] for strings in theirs["strings"]]
    assert container.strings[1] == z
    assert len(passes) == 10
    assert 0 <= sum(map(len, passes)) - len(container.strings[0]) <= 10 * 8, "a string has a few bytes of its own"
    assert len(container.strings[0]) > 300, "the model codes something"
    difference = np.abs(coder.decode(model, container).astype(int) - expected)
    assert difference.max() <= 1
    assert (difference > 0).mean() < 1e-3


def peer_of(network):
    """CompressAI's latent codecs with the modules of a compact network."""
    import torch
    from compressai.latent_codecs import ChannelGroupsLatentCodec, CheckerboardLatentCodec
    from compressai.latent_codecs import GaussianConditionalLatentCodec as Gaussian
    from torch import nn

    class Aggregation(nn.Module):
        """(spatial, channel, side) to parameters, as `CheckerboardLatentCodec` asks for them."""

        def __init__(self, k):
            super().__init__()
            self.k, self.spatial = k, network.spatial_context[k].out_channels

        def forward(self, merged):
            outside = merged.shape[1] - self.spatial - 2 * sum(network.groups)
            spatial, channel, side = merged.split((self.spatial, outside, 2 * sum(network.groups)), 1)
            places = torch.cat((side, channel, spatial), 1).movedim(1, -1)
            return network.side_of(side, self.k) + network.aggregation[self.k](places).movedim(-1, 1)

    groups = list(network.groups)
    return ChannelGroupsLatentCodec(
        groups=groups,
        channel_context={f"y{k}": network.channel_context[k - 1] for k in range(1, len(groups))},
        latent_codec={
            f"y{k}": CheckerboardLatentCodec(
                latent_codec={"y": Gaussian(gaussian_conditional=network.gaussian_conditional, quantizer="ste")},
                context_prediction=network.spatial_context[k],
                entropy_parameters=Aggregation(k),
            )
            for k in range(len(groups))
        },
    ).eval()


def small_compact():
    """A compact network whose aggregations do something: they begin at zero."""
    import torch

    network = small_network("elic2022-compact")
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(2)
        for aggregation in network.aggregation:
            aggregation[-1].weight.normal_(0, 0.3)
            aggregation[-1].bias.normal_(0.5, 0.3)
    return network


def test_the_compact_network_predicts_what_compressai_does_with_its_modules():
    import torch

    network = small_compact()
    with torch.no_grad():
        y = network.g_a(as_input(photograph(128))) * network.gain(QUALITY - 1)
        y_hat, likelihoods = network.code(y)
        z = network.hyper_analysis(y)
        medians = network.entropy_bottleneck._get_medians().reshape(1, -1, 1, 1)
        expected = peer_of(network)(y, network.h_s(torch.round(z - medians) + medians))
    assert y_hat.abs().max() > 2
    assert torch.allclose(y_hat, expected["y_hat"], atol=1e-4)
    assert torch.allclose(likelihoods["y"], expected["likelihoods"]["y"], atol=1e-5)


def test_what_is_coded_is_what_the_forward_pass_says():
    import torch

    model = small_model("elic2022-compact")
    image = photograph(128)
    with working(model) as network:
        y = network.g_a(coder.as_tensor(network, image))
        traced = model.prior.trace(y, QUALITY)
        y_hat, likelihoods = network.code(y * model.prior.gain(QUALITY))
        assert torch.allclose(traced.y_hat * model.prior.gain(QUALITY), y_hat, atol=1e-5)
        assert torch.allclose(traced.likelihoods_y, likelihoods["y"], atol=1e-6)
        assert torch.allclose(traced.likelihoods_z, likelihoods["z"], atol=1e-6)


@pytest.mark.parametrize("group", [0, 2, 4])
@pytest.mark.parametrize("second", [False, True])
def test_a_pass_depends_on_earlier_passes_alone(group, second):
    """Else no decoder could follow."""
    import torch

    model = load(weights_of(saved(small_compact().state_dict()), "small"), "cpu")
    with working(model) as network:
        y = network.g_a(coder.as_tensor(network, photograph(128)))
        z = model.prior.hyper_analysis(y, QUALITY)
        odd = (torch.arange(y.shape[2])[:, None] + torch.arange(y.shape[3])) % 2 == 1
        here = slice(sum(network.groups[:group]), sum(network.groups[: group + 1]))
        changed = y.clone()
        changed[:, here][:, :, odd if second else ~odd] += 40
        moved = model.prior.trace(y, QUALITY, z).scales != model.prior.trace(changed, QUALITY, z).scales
        assert not moved[:, : here.start].any()
        assert not moved[:, here][:, :, ~odd].any()
        assert second or moved[:, here][:, :, odd].any()
        assert group == 4 or moved[:, here.stop :].any()
