"""The context-adaptive entropy model beside a loop over positions that cuts out the two windows of each."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.codecs.neural.entropy.context import ContextPrior
from nicviz.codecs.neural.entropy.window import WindowPrior
from nicviz.codecs.neural.network.models import Model, load, working
from nicviz.codecs.neural.weights.locate import weights_of
from tests.codecs.neural.small import QUALITY, as_input, saved, small_model
from tests.codecs.pictures import photograph

# What is decoded before a position, of the 4×4 around it: three rows above, and two places of its own row.
KNOWN = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 0, 0]])


def base_model() -> Model:
    torch.manual_seed(3)
    network = ARCHITECTURES["lee2019"].build((8, 12, 8, 16, 10))
    with torch.no_grad():
        network.g_a[-1].weight *= 60
        for layer in (network.estimator[1], network.estimator[3]):
            layer.weight *= 3
    network.update()
    return load(weights_of(saved(network.state_dict()), "base"), "cpu")


@pytest.mark.parametrize("kind", ["base", "hybrid"])
def test_scales_and_means_are_those_of_a_loop_over_positions(kind: str) -> None:
    model = base_model() if kind == "base" else small_model("lee2019")
    with working(model) as network:
        y = network.g_a(as_input(photograph(64)))
        traced = model.prior.trace(y, QUALITY)
        seen = 12 if kind == "base" else 8
        synthesized = network.h_s(traced.z_hat)
        contexts = functional.pad(synthesized[:, :seen], (2, 1, 3, 0))
        decoded = torch.zeros(1, 12, y.shape[2] + 3, y.shape[3] + 3)
        for row in range(y.shape[2]):
            for column in range(y.shape[3]):
                window = (slice(None), slice(None), slice(row, row + 4), slice(column, column + 4))
                both = torch.cat((contexts[window], decoded[:, :seen][window] * KNOWN), dim=1)
                weights = torch.cat((network.bit_consuming.weight, network.bit_free.weight), dim=1)
                first = functional.conv2d(both, weights, network.bit_consuming.bias)
                log_scales, means = network.estimator(first)[0, :, 0, 0].chunk(2)
                scales = torch.cat((log_scales.exp(), synthesized[0, seen:, row, column]))
                means = torch.cat((means, torch.zeros(12 - seen)))
                value = (y[0, :, row, column] - means).round() + means
                decoded[0, :, row + 3, column + 2] = value
                assert (traced.means[0, :, row, column] - means).abs().max() < 1e-4
                assert (traced.scales[0, :, row, column] - scales.clamp_min(0.11)).abs().max() < 1e-4
                assert (traced.y_hat[0, :, row, column] - value).abs().max() < 1e-4
        assert traced.y_hat.abs().max() > 1, "the model codes something"
        assert traced.means[:, :seen].std() > 0.01, "and predicts something"


def test_the_training_pass_estimates_nearly_what_is_coded() -> None:
    """It rounds what the windows see about means that see less of it."""
    model = base_model()
    with working(model) as network:
        x = as_input(photograph(128))
        found = network(x)["likelihoods"]["y"].log2().sum()
        coded = model.prior.trace(network.g_a(x.clone()), QUALITY).likelihoods_y.log2().sum()
    assert float(found) == pytest.approx(float(coded), rel=0.05)


@pytest.mark.parametrize(("prior", "count", "slope"), [(ContextPrior, 12, 3), (WindowPrior, 14, 2)])
def test_a_window_reaches_only_what_is_coded_before(prior: type[WindowPrior], count: int, slope: int) -> None:
    window = prior.window
    assert len(window.taps) == count
    assert window.slope == slope
    for dy, dx in window.taps:
        rows_up, across = window.above - dy, dx - window.left
        assert across - slope * rows_up < 0, "its wavefront is an earlier one"


def test_channels_without_a_context_are_seen_by_no_window() -> None:
    model = small_model("lee2019")
    with working(model) as network:
        y = network.g_a(as_input(photograph(64)))
        z = model.prior.hyper_analysis(y, QUALITY)
        one = model.prior.trace(y, QUALITY, z)
        y[:, 8:] += 5
        other = model.prior.trace(y, QUALITY, z)
    assert torch.equal(one.scales, other.scales)
    assert torch.equal(one.means, other.means)
    assert not torch.equal(one.y_hat[:, 8:], other.y_hat[:, 8:])
    assert np.array_equal(other.means[:, 8:].numpy(), np.zeros_like(other.means[:, 8:].numpy()))
