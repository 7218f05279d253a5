"""The search for a latent: what it minimizes, that it finds it, and that what it finds is an ordinary bitstream."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from nicviz.codecs import CODECS
from nicviz.codecs.neural.encode import coder, search
from nicviz.codecs.neural.encode.search import LatentPair, Search
from nicviz.codecs.neural.family import compact
from nicviz.codecs.neural.network.fold import FoldedNormalization
from nicviz.codecs.neural.network.models import MODELS, working
from nicviz.errors import CodecError, WeightsError
from tests.codecs.neural.small import as_input, small_model, small_network
from tests.codecs.pictures import noise, photograph

pytestmark = pytest.mark.slow

NAME, PLAIN = "compact-hyperprior-search", "compact-hyperprior"
HYPERPRIOR = "bmshj2018-hyperprior"


def lmbda(quality: float) -> float:
    return compact.card_of(compact.manifest()[NAME], quality).training.lmbda


def lagrangian(name: str, image: np.ndarray, quality: float) -> float:
    """λ · 255² · MSE + bpp, of the bitstream and of the picture that the decoder makes of it."""
    bitstream = CODECS[name].encode(image, quality)
    error = CODECS[name].decode(bitstream).astype(float) - image
    return lmbda(quality) * float((error**2).mean()) + 8 * len(bitstream) * 3 / image.size


@pytest.mark.parametrize("quality", [1, 4, 6])
def test_a_searched_bitstream_has_a_lower_lagrangian(quality):
    image = photograph(192)
    plain, found = (lagrangian(name, image, quality) for name in (PLAIN, NAME))
    print(f"quality {quality}: {100 * (found / plain - 1):.1f} %")
    assert found < 0.97 * plain


@pytest.mark.parametrize(("shape", "gains"), [((1, 1), False), ((65, 130), True), ((70, 64), True)])
def test_it_is_never_worse_on_odd_sizes_and_on_noise(shape, gains):
    image = noise(*shape)
    plain, found = lagrangian(PLAIN, image, 3), lagrangian(NAME, image, 3)
    word = 32 * 3 / image.size  # that an entropy coder may write more
    assert found < 0.98 * plain if gains else found <= 1.001 * plain + word


def test_the_weights_are_those_of_the_plain_codec():
    assert [card.sha256 for card in compact.manifest()[NAME].cards] == [
        card.sha256 for card in compact.manifest()[PLAIN].cards
    ]
    assert CODECS[NAME].versions(4)["search"].startswith(f"SGA {search._VERSION}, 50 steps, λ 0.013, synthesis in ")
    assert "search" not in CODECS[PLAIN].versions(4)


def test_the_same_image_gives_the_same_bytes_and_the_estimate_tells_them():
    codec, image = CODECS[NAME], photograph(128)
    bitstream = codec.encode(image, 2)
    assert codec.encode(image, 2) == bitstream
    estimate = codec.estimate(image, 2)
    assert np.array_equal(estimate.reconstruction, codec.decode(bitstream))
    (many,) = codec.estimate_many(image[None], 2, image)
    assert np.array_equal(many.reconstruction, estimate.reconstruction)
    assert many.bpp == estimate.bpp == pytest.approx(8 * len(bitstream) / 128**2, abs=8 * 64 / 128**2)


def test_what_is_minimized_is_the_lagrangian_of_compressai(monkeypatch):
    monkeypatch.setattr(search, "searches_in_bfloat16", lambda _: False)
    model, network = small_model(HYPERPRIOR), small_network(HYPERPRIOR)
    image = as_input(photograph(128))
    with torch.no_grad():
        y = model.network.g_a(image)
        latents = LatentPair(y, model.network.h_a(y.abs()))
        problem = search._Problem(model.network, image, (128, 128), 0.02)
        found = problem.bits(*problem.rounded(latents))
        theirs = network(image)
        nats = -sum(float(each.log().sum()) for each in theirs["likelihoods"].values())
        squares = float((theirs["x_hat"].clamp(0, 1) - image).square().mean())
    assert float(found) == pytest.approx(nats / math.log(2) + 0.02 * 255**2 * squares * 128**2, rel=1e-5)


def test_what_the_decoder_clips_is_no_error():
    network = small_model(HYPERPRIOR).network
    parts = {name: getattr(network, name) for name in ("entropy_bottleneck", "gaussian_conditional", "h_s")}
    image, y, z = torch.ones(1, 3, 64, 64), torch.zeros(1, 12, 4, 4), torch.zeros(1, 8, 1, 1)

    def bits(brightness: float) -> float:
        network = SimpleNamespace(**parts, g_s=lambda _: brightness * image)
        with torch.no_grad():
            return float(search._Problem(network, image, (64, 64), 1).bits(y, z))

    assert bits(1.0) == bits(1.5) < bits(0.9)


def test_what_lies_outside_the_image_has_no_error():
    model = small_model(HYPERPRIOR)
    image = as_input(photograph(64))
    y, z = torch.zeros(1, 12, 4, 4), torch.zeros(1, 8, 1, 1)
    other = image.clone()
    other[..., 40:, :] = other[..., :, 50:] = 0
    with torch.no_grad():
        bits = [float(search._Problem(model.network, each, (40, 50), 0.02).bits(y, z)) for each in (image, other)]
    assert bits[0] == bits[1]


@pytest.mark.parametrize(("part", "temperature"), [(0.3, 0.5), (0.5, 0.15), (0.9, 0.5), (0.55, 0.3)])
def test_draws_round_up_as_often_as_in_the_paper(part, temperature):
    down, up = (math.exp(-math.atanh(each) / temperature) for each in (part, 1 - part))
    values = torch.full((200_000,), -3 + part)
    draws = search._soft(values, temperature, torch.Generator().manual_seed(1))
    assert ((draws >= -3) & (draws <= -2)).all()
    assert float((draws > -2.5).float().mean()) == pytest.approx(up / (up + down), abs=0.005)


def test_a_search_that_goes_astray_changes_nothing(monkeypatch):
    monkeypatch.setattr(search, "_RATE", 30.0)
    model, image = MODELS.get(compact.find(PLAIN, 4), None), photograph(64)
    wanted = Search(0.013, 10)
    assert coder.encode(model, "test", image, 4, wanted) == coder.encode(model, "test", image, 4)
    monkeypatch.undo()
    assert coder.encode(model, "test", image, 4, wanted) != coder.encode(model, "test", image, 4)


def test_no_steps_are_no_search():
    model, image = small_model(HYPERPRIOR), photograph(64)
    assert coder.encode(model, "test", image, 0.0, Search(0.02, 0)) == coder.encode(model, "test", image, 0.0)


def test_weights_and_network_are_as_before():
    model = MODELS.get(compact.find(NAME, 1), None)
    before = {name: value.clone() for name, value in model.network.state_dict().items()}
    CODECS[NAME].encode(photograph(64), 1)
    assert all(torch.equal(value, before[name]) for name, value in model.network.state_dict().items())
    assert all(parameter.grad is None for parameter in model.network.parameters())
    with working(model) as network:
        assert not network.g_a(torch.zeros(1, 3, 64, 64)).requires_grad


@pytest.mark.parametrize("inverse", [False, True])
def test_the_folded_normalization_has_the_gradient_of_compressais(inverse):
    from compressai.layers import GDN

    torch.manual_seed(3)
    layer = GDN(6, inverse=inverse).double()
    with torch.no_grad():
        layer.gamma += 0.05 * torch.rand(6, 6, dtype=torch.float64)
    x = torch.randn(2, 6, 5, 7, dtype=torch.float64)
    weight = torch.randn_like(x)
    gradients, values = [], []
    for each in (layer, FoldedNormalization(layer)):
        own = x.clone().requires_grad_()
        values.append(each(own))
        (values[-1] * weight).sum().backward()
        gradients.append(own.grad)
    assert torch.allclose(*values, rtol=1e-12)
    assert torch.allclose(*gradients, rtol=1e-10, atol=1e-12)


def test_a_search_is_only_for_what_it_was_made_for():
    described = compact.manifest()["compact-hyperprior-msssim"]
    with pytest.raises(WeightsError, match="would search with a bmshj2018-hyperprior trained for ms-ssim"):
        replace(described, search=50)
    with pytest.raises(WeightsError, match="a bmshj2018-factorized trained for mse"):
        replace(compact.manifest()["compact-factorized"], search=50)


def test_it_takes_a_quarter_of_the_pixels(monkeypatch):
    monkeypatch.setenv("NICVIZ_DEVICE", "cpu")
    monkeypatch.setenv("NICVIZ_NEURAL_MEGAPIXELS", "0.04")
    image = photograph(128)
    CODECS[PLAIN].encode(image, 1)
    with pytest.raises(CodecError, match=r"at most 0\.01 megapixels"):
        CODECS[NAME].encode(image, 1)


def test_a_latent_that_is_not_finite_is_told():
    model = small_model(HYPERPRIOR)
    with torch.no_grad():
        model.network.g_a[0].weight.fill_(3e38)
    with pytest.raises(CodecError, match="no finite latent"):
        coder.encode(model, "test", photograph(64), 0.0, Search(0.02, 2))


def test_the_strings_are_those_of_the_latents_that_were_found():
    model, image = small_model(HYPERPRIOR), photograph(64)
    with working(model) as network:
        y = network.g_a(as_input(image))
        z = model.prior.hyper_analysis(y, 1.0) + 3
        coded = model.prior.encode(y, 0.0, z)
        assert coded.strings != model.prior.encode(y, 0.0).strings
        assert torch.equal(coded.latent, y.round())
