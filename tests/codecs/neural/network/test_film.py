"""The scale hyperprior that λ modulates: at one λ it is a plain one, and it can begin as one with gains."""

import numpy as np
import pytest
import torch

from nicviz.codecs.neural.encode import coder
from nicviz.codecs.neural.entropy.container import unpack
from nicviz.codecs.neural.family.own import session_codec
from nicviz.codecs.neural.network.film import LEAST, MOST, FilmHyperprior, Modulation, lambda_of
from nicviz.codecs.neural.network.models import ModelCache, at, load, working
from nicviz.codecs.neural.weights.locate import weights_of
from tests.codecs.neural.small import as_input, saved, small_network
from tests.codecs.pictures import photograph

FILM, PLAIN = "bmshj2018-hyperprior-film", "bmshj2018-hyperprior"


def test_qualities_are_equally_far_in_the_logarithm_of_lambda_between_those_of_the_paper() -> None:
    lambdas = np.array([lambda_of(quality) for quality in range(1, 9)])
    assert lambdas[[0, -1]] == pytest.approx([0.0012, 0.26])
    assert np.diff(np.log(lambdas)) == pytest.approx(np.log(0.26 / 0.0012) / 7)
    assert (lambda_of(0), lambda_of(9)) == (LEAST, pytest.approx(MOST))


def test_a_new_modulation_is_the_identity_whose_units_begin_all_over_the_logarithm() -> None:
    modulation = Modulation(5, 16)
    lambdas = torch.logspace(-3, 0, 64)[:, None]
    u = torch.rand(64, 5, 2, 2)
    assert torch.equal(modulation(u, lambdas), u)
    units = modulation.scale[:2](lambdas)
    assert 0 <= units.min() <= units.max() < 1
    changes = units.diff(dim=0).abs().sum(1)[lambdas[1:, 0].log() < np.log(0.3)]
    assert changes.min() > 0.3 * changes.max(), "as much at low as at high rates"


@pytest.mark.parametrize("quality", [1.0, 3.4, 8.0])
def test_at_one_lambda_it_is_a_plain_hyperprior_with_other_kernels(quality: float) -> None:
    network, x = small_network(FILM), as_input(photograph(64))
    with torch.no_grad():
        modulated = network(x, torch.tensor([[lambda_of(quality)]]))
        plain = network.at(quality)
        folded = plain(x)
    assert type(plain).__name__ == "ScaleHyperprior"
    assert (modulated["x_hat"] - folded["x_hat"]).abs().max() < 1e-5
    for name, likelihoods in folded["likelihoods"].items():
        assert (modulated["likelihoods"][name] - likelihoods).abs().max() < 1e-4


def test_each_picture_of_a_batch_has_its_own_lambda() -> None:
    network, x = small_network(FILM), as_input(photograph(64))
    lambdas = torch.tensor([[LEAST], [MOST]])
    with torch.no_grad():
        both = network(torch.cat((x, x)), lambdas)["x_hat"]
        alone = torch.cat([network(x, each[None])["x_hat"] for each in lambdas])
    assert (both - alone).abs().max() < 1e-5
    assert (both[0] - both[1]).abs().max() > 1e-3


def test_a_hyperprior_that_is_spread_has_its_own_picture_at_its_lambda_and_finer_steps_above() -> None:
    """As in the models with gains: at λ' the latent is scaled by √(λ' / λ) before it is rounded."""
    plain = small_network(PLAIN)
    network = FilmHyperprior(8, 12).eval()
    network.load_state_dict({**network.state_dict(), **plain.state_dict()}, strict=False)
    own = lambda_of(5)
    network.spread(own)
    x = as_input(photograph(64))
    with torch.no_grad():
        y = plain.g_a(x)
        for quality in (1, 5, 8):
            gain = (lambda_of(quality) / own) ** 0.5
            there = network.at(quality)
            assert (there.g_a(x) - gain * y).abs().max() < 0.01 * gain * y.abs().max()
            assert (there.g_s(gain * y) - plain.g_s(y)).abs().max() < 0.02
            z = plain.h_a(y.abs())
            assert (there.h_a(gain * y.abs()) - z).abs().max() < 0.02 * z.abs().max()
            assert (there.h_s(z).relu() - gain * plain.h_s(z)).abs().max() < 0.02 * gain * plain.h_s(z).max() + 1e-3


def test_one_file_codes_at_any_quality_and_tells_which_in_the_bitstream() -> None:
    codec = session_codec(saved(small_network(FILM).state_dict()), "film.pth")
    image = photograph(64)
    lengths = []
    for quality in (1.0, 3.3, 8.0):
        bitstream = codec.encode(image, quality)
        assert codec.encode(image, quality) == bitstream
        assert codec.estimate(image, quality).bpp > 0
        assert unpack(codec.name, bitstream, image.size).quality == np.float32(quality)
        assert np.array_equal(codec.decode(bitstream), codec.open(quality).decode(bitstream))
        lengths.append(bitstream)
    assert len(set(lengths)) == len(lengths)


def test_what_codes_at_a_quality_is_kept_and_shares_the_lock_and_the_identity() -> None:
    cache = ModelCache(lambda: 1 << 30)
    model = cache.get(weights_of(saved(small_network(FILM).state_dict()), "film"), FILM, "cpu")
    first, second = cache.at(model, 2.0), cache.at(model, 3.0)
    assert cache.at(model, 2.0) is first
    assert first is not second
    for each in (first, second):
        assert each.lock is model.lock
        assert each.identity == model.identity
    assert cache.num_bytes == model.num_bytes + first.num_bytes + second.num_bytes
    for quality in np.linspace(1, 8, 40):
        cache.at(model, float(quality))
    assert cache.num_bytes < model.num_bytes + 20 * first.num_bytes


def test_an_encoder_and_a_decoder_have_the_same_lambda_whatever_float_names_the_quality() -> None:
    model = load(weights_of(saved(small_network(FILM).state_dict()), "film"), "cpu")
    image = photograph(64)
    quality = 3.3  # no float32
    bitstream = coder.encode(at(model, quality), "film", image, quality)
    container = unpack("film", bitstream, image.size)
    with working(model):
        encoder, decoder = at(model, quality).network, at(model, container.quality).network
        assert torch.equal(encoder.h_s[0].weight, decoder.h_s[0].weight)
    assert coder.decode(at(model, container.quality), container).shape == image.shape
