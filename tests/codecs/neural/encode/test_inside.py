"""A look inside small models of every architecture: latents, bits, changes, derivatives."""

from copy import deepcopy

import numpy as np
import pytest

from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.codecs.neural.encode import coder, inside
from nicviz.codecs.neural.entropy.binary import BinaryPrior
from nicviz.codecs.neural.entropy.swept import SweptPrior
from nicviz.codecs.neural.network.models import working
from nicviz.codecs.neural_base import Edit, Place
from nicviz.errors import NicvizError
from tests.codecs.neural.small import QUALITY, as_input, coded, small_model
from tests.codecs.pictures import photograph


@pytest.fixture(scope="module")
def found(model):
    return inside.latents(model, photograph(128), QUALITY)


def test_latents_are_what_is_coded_and_their_bits_are_the_estimate(architecture, model):
    image = photograph(128)[:100, :75]
    found = inside.latents(model, image, QUALITY)
    with working(model):
        decoded = coder.decode_latent(model, coded(model, image)[1])
    assert np.array_equal(found.given, decoded[0].numpy())
    assert np.array_equal(found.y_hat, found.given[: len(found.y_hat)])
    assert len(np.unique(found.y_hat)) > 1, "the model codes something"
    assert found.bits == pytest.approx(coder.estimate(model, image, QUALITY).bpp * image[:, :, 0].size, rel=1e-6)
    assert found.stride == (16 if found.alphabet is None else 8)
    assert found.bits_y.shape == found.y_hat.shape
    record = ARCHITECTURES[architecture]
    assert (found.means is not None) == record.means
    assert (found.z_hat is None) == (found.bits_z is None) == (found.scales is None) == (not model.prior.has_scales)
    for each in (found.y_hat, found.bits_y, *(x for x in (found.z_hat, found.means, found.scales) if x is not None)):
        assert each.flags.c_contiguous
        assert each.dtype in (np.float32, np.float64)
    if found.z_hat is not None:
        assert found.bits_z.shape == found.z_hat.shape
        assert found.scales.shape == found.y_hat.shape
        assert (found.bits_z >= 0).all()
    assert (found.bits_y >= 0).all()


def test_the_bits_of_an_element_are_those_of_a_gaussian_under_its_mean_and_scale(architecture, model):
    from scipy.stats import norm

    record = ARCHITECTURES[architecture]
    if not model.prior.has_scales or record.has_gains:
        return  # gains and offsets stand between latent and symbol
    found = inside.latents(model, photograph(64), QUALITY)
    symbols = np.round(found.y_hat - (0 if found.means is None else found.means)).astype(float)
    scales = np.maximum(found.scales, 0.11)
    chance = norm.cdf((0.5 - np.abs(symbols)) / scales) - norm.cdf((-0.5 - np.abs(symbols)) / scales)
    assert found.bits_y == pytest.approx(-np.log2(np.maximum(chance, 1e-9)), abs=2e-3)


def test_a_latent_that_is_not_changed_gives_the_estimate(model, found):
    same = inside.edited(model, found, Edit(), QUALITY, (128, 128))
    ones = np.ones(len(found.y))
    whole = inside.edited(model, found, Edit(ones, ones, found.z), QUALITY, (128, 128))
    estimate = coder.estimate(model, photograph(128), QUALITY)
    for each in (same, whole):
        assert each.bits == pytest.approx(found.bits, rel=1e-5)
        assert np.abs(each.y_hat - found.y_hat).max() < 1e-4
        assert np.abs(each.reconstruction.astype(int) - estimate.reconstruction).max() <= 1


def test_a_changed_latent_is_what_the_codec_makes_of_it(model, found):
    """With factors alone the bits are those of a bitstream: the encoder would code just that."""
    factors = np.linspace(0, 2, len(found.y))
    changed = inside.edited(model, found, Edit(factors), QUALITY, (128, 128))
    with working(model):
        y = model.prior.analyze(as_input(photograph(128)), QUALITY) * as_tensor_of(factors)
        coded = model.prior.encode(y, QUALITY)
    assert np.abs(coded.latent[0, : len(changed.y_hat)].numpy() - changed.y_hat).max() < 1e-4
    assert np.abs(changed.y_hat[0]).max() < np.abs(found.y_hat[0]).max() + 1, "the first channel is removed"


def as_tensor_of(values):
    import torch

    return torch.from_numpy(values).float().view(1, -1, 1, 1)


def test_finer_steps_cost_bits_and_bring_the_latent_nearer(architecture, model, found):
    if ARCHITECTURES[architecture].has_gains or found.alphabet is not None or isinstance(model.prior, BinaryPrior):
        return  # an untrained network's offsets move what was rounded anywhere, and few values end somewhere
    errors, bits = [], []
    for step in (0.5, 1.0, 2.0):
        changed = inside.edited(model, found, Edit(steps=np.full(len(found.y), step)), QUALITY, (128, 128))
        errors.append(np.abs(changed.y_hat - found.y).max())
        bits.append(changed.bits_y.sum())
        assert errors[-1] <= step / 2 + 1e-3, "rounded to steps"
    assert bits[0] > bits[1] > bits[2]
    assert errors[0] < errors[1] < errors[2]


def test_steps_of_a_gaussian_are_priced_as_its_integral(architecture, model, found):
    from scipy.stats import norm

    if not model.prior.has_scales or ARCHITECTURES[architecture].has_gains:
        return
    step = 0.7
    changed = inside.edited(model, found, Edit(steps=np.full(len(found.y), step)), QUALITY, (128, 128))
    if isinstance(model.prior, SweptPrior):
        return  # what is decoded moves the means of its neighbors
    means = 0 if found.means is None else found.means
    scales = np.maximum(found.scales, 0.11 * step)
    off = np.abs(changed.y_hat - means)
    chance = norm.cdf((step / 2 - off) / scales) - norm.cdf((-step / 2 - off) / scales)
    certain = found.scales > 0.12
    assert changed.bits_y[certain] == pytest.approx(-np.log2(np.maximum(chance, 1e-9))[certain], abs=5e-3)


def test_steps_of_a_factorized_prior_are_priced_by_its_own_distribution():
    model = small_model("bmshj2018-factorized")
    found = inside.latents(model, photograph(128), QUALITY)
    one = inside.edited(model, found, Edit(steps=np.ones(12)), QUALITY, (128, 128))
    assert one.bits_y == pytest.approx(found.bits_y, abs=1e-3), "CompressAI's own likelihood, at a step of one"


def test_another_hyper_latent_changes_the_price_of_the_same_picture(model, found):
    if not model.prior.has_scales:
        with pytest.raises(NicvizError, match="hyper-latent"):
            inside.edited(model, found, Edit(z=np.zeros((1, 1, 1), np.float32)), QUALITY, (128, 128))
        return
    other = found.z + np.random.default_rng(1).normal(0, 300, found.z.shape).astype(np.float32)
    swapped = inside.edited(model, found, Edit(z=other), QUALITY, (128, 128))
    assert swapped.bits_z.sum() > found.bits_z.sum(), "an unlikely one"
    assert not np.array_equal(swapped.bits_y, found.bits_y)
    with pytest.raises(NicvizError, match="shape"):
        inside.edited(model, found, Edit(z=other[:, :1]), QUALITY, (128, 128))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda channels: Edit(np.ones(3)), "{} finite"),
        (lambda channels: Edit(np.full(channels, np.nan)), "{} finite"),
        (lambda channels: Edit(steps=np.zeros(channels)), "above 0"),
    ],
    ids=["few", "nan", "step"],
)
def test_an_edit_that_does_not_fit_is_refused(model, found, edit, message):
    channels = len(found.y)
    with pytest.raises(NicvizError, match=message.format(channels)):
        inside.edited(model, found, edit(channels), QUALITY, (128, 128))


def test_what_an_element_draws_is_the_derivative_of_the_decoder(model, found):
    import torch

    place = Place(5, 6, 2)
    patch = inside.response(model, found, place)
    with working(model) as network, torch.inference_mode(mode=False), torch.enable_grad():
        synthesis = deepcopy(network.g_s).double()
        given = torch.from_numpy(found.given.copy()).double()[None]
        wave = torch.zeros_like(given)
        wave[0, 5, 6, 2] = 1.0
        _, whole = torch.autograd.functional.jvp(synthesis, given, wave)
    whole = whole[0].permute(1, 2, 0).numpy()
    inner = whole[patch.top : patch.top + len(patch.values), patch.left : patch.left + patch.values.shape[1]]
    size = np.abs(inner).max()
    assert size > 0
    assert np.abs(inner - patch.values).max() < 1e-3 * size, "Cheng's see a little beyond the neighborhood"
    rest = whole.copy()
    rest[patch.top : patch.top + len(patch.values), patch.left : patch.left + patch.values.shape[1]] = 0
    assert np.abs(rest).max() < 1e-3 * size, "nothing is drawn elsewhere"


def test_what_an_element_sees_is_the_derivative_of_the_encoder(model):
    import torch

    image, place = photograph(128), Place(3, 5, 7)
    patch = inside.receptive_field(model, image, place, QUALITY)
    height, width = patch.values.shape[:2]
    stride = 128 // inside.latents(model, image, QUALITY).y.shape[1]
    assert patch.top <= 5.5 * stride <= patch.top + height  # its middle only where it does not reach the border
    assert patch.left <= 7.5 * stride <= patch.left + width
    random = np.random.default_rng(3)
    direction = random.normal(size=(128, 128, 3))
    with working(model) as network:
        x = as_input(image).double()
        step = torch.from_numpy(1e-5 * direction).permute(2, 0, 1)[None]
        g_a = deepcopy(network.g_a).double()
        moved = (g_a(x + step) - g_a(x - step))[0, 3, 5, 7].item() / 2e-5
    part = direction[patch.top : patch.top + height, patch.left : patch.left + width]
    assert (patch.values * part).sum() == pytest.approx(moved, rel=2e-3, abs=1e-4)


def test_places_that_are_not_in_the_latent_are_refused(model, found):
    channels, rows = found.y_hat.shape[:2]
    beyond = (Place(channels, 0, 0), Place(0, rows, 0), Place(0, 0, -1))
    for place, name in zip(beyond, ("channel", "row", "column"), strict=True):
        with pytest.raises(NicvizError, match=name):
            inside.response(model, found, place)
        with pytest.raises(NicvizError, match=name):
            inside.receptive_field(model, photograph(128), place, QUALITY)


def test_the_factorized_prior_is_a_distribution_and_prices_its_symbols(model, found):
    if found.alphabet is not None:
        return  # no factorized prior: tests/codecs/neural/entropy/test_volume.py
    if ARCHITECTURES[model.architecture.name].prior is BinaryPrior:
        return  # two values: see its own tests
    reach = 500  # the step may be a small one
    prior = inside.marginals(model, QUALITY, reach)
    latent, bits = found.innermost
    assert prior.values.shape == prior.probabilities.shape == (len(latent), 2 * reach + 1)
    assert prior.probabilities.sum(1) == pytest.approx(np.ones(len(latent)), abs=0.02)
    at = np.abs(prior.values[:, None, :] - latent.reshape(len(latent), -1, 1)).argmin(-1)
    chance = np.take_along_axis(prior.probabilities, at, 1)
    assert -np.log2(chance) == pytest.approx(bits.reshape(len(latent), -1), abs=2e-3)


def test_context_explains_bits_only_where_there_is_a_context_model(architecture, model, found):
    swept = isinstance(model.prior, SweptPrior)
    assert (found.bits_alone is not None) == (swept or found.alphabet is not None)
    if swept:
        first = slice(0, model.network.groups[0] if hasattr(model.network, "groups") else None)  # of channels
        alone, bits = found.bits_alone[first, 0, 0], found.bits_y[first, 0, 0]
        assert alone == pytest.approx(bits, abs=1e-3), "the first has no neighbor"
        if architecture.startswith("mbt2018"):  # untrained, Cheng's code zeros of the least scale everywhere
            assert not np.array_equal(found.bits_alone, found.bits_y)


def test_latents_are_the_same_twice(model, found):
    again = inside.latents(model, photograph(128), QUALITY)
    assert all(
        np.array_equal(a, b)
        for a, b in zip(vars(found).values(), vars(again).values(), strict=True)
        if isinstance(a, np.ndarray)
    )
    assert again.stride == found.stride
