"""The recurrent network: beside a plain loop over its equations, and what its parts may depend on."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from nicviz.codecs.neural.architectures import ARCHITECTURES, likely, recognize
from nicviz.codecs.neural.family.own import session_codec
from nicviz.codecs.neural.network.recurrent import Recurrent
from tests.codecs.neural.small import WIDTHS, saved, small_network

NAME = "toderici2017"


def lstm(
    weights: dict[str, torch.Tensor], name: str, x: torch.Tensor, past: list[torch.Tensor], stride: int
) -> torch.Tensor:
    """The equations of a convolutional LSTM, gate by gate; the past is output and cell."""
    inward, back = weights[f"{name}.conv_ih.weight"], weights[f"{name}.conv_hh.weight"]
    hidden = back.shape[1]
    sums = functional.conv2d(x, inward, stride=stride, padding=1)
    if past:
        sums = sums + functional.conv2d(past[0], back, padding=back.shape[2] // 2)
    entry, keep, new, out = (sums[:, k * hidden : (k + 1) * hidden] for k in range(4))
    before = past[1] if past else torch.zeros_like(new)
    cell = torch.sigmoid(keep) * before + torch.sigmoid(entry) * torch.tanh(new)
    past[:] = [torch.sigmoid(out) * torch.tanh(cell), cell]
    return past[0]


def test_the_loop_is_that_of_the_paper() -> None:
    network = small_network(NAME)
    weights = dict(network.state_dict())
    x = torch.rand(2, 3, 48, 32, generator=torch.Generator().manual_seed(3))
    pasts: dict[str, list[torch.Tensor]] = {
        f"{part}.rnn{k}": [] for part in ("encoder", "decoder") for k in range(1, 5)
    }
    residual = x - 0.5
    with torch.no_grad():
        for values, picture in network.iterate(x, 5):
            h = functional.conv2d(residual, weights["encoder.conv.weight"], stride=2, padding=1)
            for k in (1, 2, 3):
                h = lstm(weights, f"encoder.rnn{k}", h, pasts[f"encoder.rnn{k}"], 2)
            expected = torch.tanh(functional.conv2d(h, weights["binarizer.conv.weight"]))
            torch.testing.assert_close(values, expected, rtol=1e-4, atol=1e-6)
            h = functional.conv2d(torch.where(values >= 0, 1.0, -1.0), weights["decoder.conv1.weight"])
            for k in (1, 2, 3, 4):
                h = lstm(weights, f"decoder.rnn{k}", h, pasts[f"decoder.rnn{k}"], 1)
                count, channels, height, width = h.shape
                h = h.view(count, channels // 4, 2, 2, height, width).permute(0, 1, 4, 2, 5, 3)
                h = h.reshape(count, channels // 4, 2 * height, 2 * width)
            residual = residual - torch.tanh(functional.conv2d(h, weights["decoder.conv2.weight"])) / 2
            torch.testing.assert_close(x - picture, residual, rtol=1e-4, atol=1e-5)


def test_the_decoder_draws_what_the_encoder_saw() -> None:
    network = small_network(NAME)
    x = torch.rand(1, 3, 64, 32, generator=torch.Generator().manual_seed(4))
    with torch.no_grad():
        values, seen = zip(*network.iterate(x, 6), strict=True)
        drawn = list(network.g_s.iterate(network.binarizer.bits(torch.cat(values, 1))))
    assert all(torch.equal(one, other) for one, other in zip(seen, drawn, strict=True))


def test_a_bit_changes_the_picture_within_the_reach_of_the_decoder_and_not_before_its_iteration() -> None:
    network, reach = small_network(NAME), 8
    bits = torch.ones(1, 16 * WIDTHS[NAME][4], 1, 2 * reach + 3)
    other = bits.clone()
    other[:, 4, :, reach + 1] = -1  # of the second iteration
    with torch.no_grad():
        pairs = list(zip(network.g_s.iterate(bits), network.g_s.iterate(other), strict=True))
    assert torch.equal(*pairs[0])
    for one, two in pairs[1:]:
        changed = (one != two).any(dim=(0, 1, 2)).nonzero()
        assert len(changed), "it changes something"
        assert changed.min() >= 16
        assert changed.max() < 16 * (2 * reach + 2)


def test_in_training_signs_are_drawn_with_the_chance_of_the_value_and_pass_gradients() -> None:
    binarizer = small_network(NAME).binarizer.train()
    values = torch.full((100_000,), 0.6, requires_grad=True)
    torch.manual_seed(0)
    bits = binarizer.bits(values)
    assert set(bits.detach().round(decimals=5).tolist()) == {-1.0, 1.0}
    assert float(bits.detach().mean()) == pytest.approx(0.6, abs=0.02)
    bits.sum().backward()
    assert (values.grad == 1).all()
    binarizer.at_random = False
    assert (binarizer.bits(torch.tensor([-0.1, 0.0, 0.2])) == torch.tensor([-1.0, 1.0, 1.0])).all()


def test_it_is_recognized_at_any_width_with_its_scale() -> None:
    state = small_network(NAME).state_dict()
    assert recognize(state) is ARCHITECTURES[NAME]
    file = saved(state)
    assert likely(file) is ARCHITECTURES[NAME]
    codec = session_codec(file, "mine.pth")
    assert codec.architecture == NAME
    assert (codec.scale.low, codec.scale.high, codec.scale.step) == (1, 16, 1)
    assert codec.progression is not None
    image = np.full((20, 30, 3), 90, np.uint8)
    assert codec.decode(codec.encode(image, 3)).shape == image.shape


def test_parts_that_were_saved_apart_are_one_model() -> None:
    state = small_network(NAME).state_dict()
    parts: dict[str, dict[str, torch.Tensor]] = {}
    for key, value in state.items():
        part, _, name = key.partition(".")
        parts.setdefault(part, {})[name] = value
    image = np.full((16, 16, 3), 200, np.uint8)
    together, apart = (session_codec(saved(content), "mine.pth") for content in (state, parts | {"epoch": 3}))
    assert np.array_equal(apart.estimate(image, 2).reconstruction, together.estimate(image, 2).reconstruction)


def test_the_published_widths_are_those_of_the_paper() -> None:
    with torch.device("meta"):
        network = Recurrent(64, 256, 512, 512, 32, 512, 512, 256, 128)
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    assert shapes["encoder.rnn3.conv_ih.weight"] == (2048, 512, 3, 3)
    assert shapes["decoder.rnn2.conv_ih.weight"] == (2048, 128, 3, 3)
    assert shapes["decoder.rnn4.conv_hh.weight"] == (512, 128, 3, 3)
    assert shapes["decoder.conv2.weight"] == (3, 32, 1, 1)
