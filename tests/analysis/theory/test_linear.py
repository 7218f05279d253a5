"""The theory of the linear codec against the codec itself."""

from dataclasses import replace

import numpy as np
import pytest

from nicviz.analysis.theory.linear import (
    band_differences,
    equivalent_kernel,
    frequency_response,
    measured_gain,
    model_gain,
    predicted_gain,
    shared_out,
)
from nicviz.codecs import CODECS
from nicviz.codecs.pca.coding import decode_with_model, encode_with_model
from nicviz.codecs.pca.model import BLOCK, SIZE, TRAINED_ON, LinearModel, trained_model
from nicviz.samples import find_sample
from nicviz.spectra.radial import Transfer, natural_rings
from tests.analysis.theory.fields import model_sample

SIDE = 512
FIELDS = 5
WIDE = 12  # rings: of as many frequencies that chance is well under one percent


def faint(name: str) -> LinearModel:
    """A model with a tenth of the variance about mid-gray, so that its fields are pictures without clipping."""
    model = trained_model(name)
    return replace(model, variances=model.variances / 10, color_mean=np.full(3, 127.5))


def wide(values: np.ndarray) -> np.ndarray:
    """Sums over wider rings of means over natural ones."""
    rings = natural_rings((SIDE, SIDE))
    group = np.minimum(rings.frequency * WIDE / 0.6, WIDE - 1).astype(int)
    return np.bincount(group, values * rings.count, WIDE)


@pytest.mark.parametrize(("name", "target"), [*((name, 40.0) for name in TRAINED_ON), ("photographs", 8.0)])
def test_the_codecs_gain_per_ring_is_the_theorys_to_one_percent_on_gaussian_fields(name: str, target: float) -> None:
    model = faint(name)
    allocation = model.water_filled(target)
    total, errors, bits = np.zeros((2, len(natural_rings((SIDE, SIDE)).count))), [], 0
    for seed in range(FIELDS):
        sample = model_sample(model, (SIDE, SIDE), np.random.default_rng(seed))
        image = np.clip(np.rint(sample), 0, 255).astype(np.uint8)
        bitstream = encode_with_model(image, model, target, allocation)
        decoded = decode_with_model(bitstream, model, model.water_filled)
        found: Transfer = measured_gain(image, decoded, window=False)
        total += [found.given, found.kept]
        errors.append(((decoded - image.astype(float)) ** 2).mean())
        bits += 8 * len(bitstream)
    theory = model_gain(model, allocation, (SIDE, SIDE))
    expected = wide(theory * total[0]) / wide(total[0])
    measured = wide(total[1]) / wide(total[0])
    assert measured == pytest.approx(expected, abs=0.01)
    strong = expected > 0.5
    assert measured[strong] == pytest.approx(expected[strong], rel=0.01)
    assert np.mean(errors) == pytest.approx(target + 1 / 12, rel=0.02), "the distortion is the one that was asked for"
    bound = shared_out(model, allocation)
    rate = bits / (FIELDS * SIDE * SIDE)
    assert bound.bpp < rate < bound.bpp + 0.3 * bound.kept / SIZE + 0.02, (
        "a quarter bit for each coefficient above R(D)"
    )


def test_the_equivalent_filter_is_what_block_processing_does_on_average_over_places() -> None:
    model = trained_model("text")
    gains = model.water_filled(300.0).gains[0]
    operator = (model.basis * gains) @ model.basis.T
    response = frequency_response(equivalent_kernel(model.basis, gains), (64, 64))
    for row, column in ((0, 0), (3, 60), (20, 7), (32, 32)):
        wave = np.exp(2j * np.pi * np.add.outer(row * np.arange(64), column * np.arange(64)) / 64)
        blocks = wave.reshape(4, BLOCK, 4, BLOCK).transpose(0, 2, 1, 3).reshape(16, SIZE)
        out = (blocks @ operator.T).reshape(4, 4, BLOCK, BLOCK).transpose(0, 2, 1, 3).reshape(64, 64)
        assert (out * wave.conj()).mean() == pytest.approx(response[(row + 32) % 64, (column + 32) % 64], abs=1e-9)


def test_a_codec_that_keeps_everything_has_the_gain_one_everywhere() -> None:
    model = trained_model("pink")
    kernel = equivalent_kernel(model.basis, np.ones(SIZE))
    assert frequency_response(kernel, (40, 56)) == pytest.approx(np.ones((40, 56)), abs=1e-6)


@pytest.mark.parametrize("name", ["pca-16", "pca-16-brown", "pca-16-white"])
def test_on_a_photograph_theory_and_codec_agree_to_two_hundredths_in_every_band(name: str) -> None:
    image = find_sample("grass").load().pixels
    codec, model = CODECS[name], trained_model("photographs" if name == "pca-16" else name.removeprefix("pca-16-"))
    theory = predicted_gain(model, model.water_filled(100.0), image)
    measured = measured_gain(image, codec.decode(codec.encode(image, 100.0)))
    rings = natural_rings(image.shape[:2])
    bands = band_differences(theory.gain(), measured.gain(), rings.frequency, rings.count, (1 / 16, 1 / 4))
    for band in bands:
        assert band is not None
        assert band[0] == pytest.approx(band[1], abs=0.02)


def test_the_training_set_moves_the_bias() -> None:
    """At one distortion: white noise removes all frequencies alike, 1/f² noise the high ones most."""
    image = find_sample("grass").load().pixels
    rings = natural_rings(image.shape[:2])
    high, low = rings.frequency > 0.3, (rings.frequency > 0.01) & (rings.frequency < 0.05)
    ratios = []
    for name in ("white", "pink", "brown"):
        model = trained_model(name)
        gain = predicted_gain(model, model.water_filled(500.0), image).gain()
        ratios.append(np.nanmean(gain[high]) / np.nanmean(gain[low]))
    assert ratios[0] == pytest.approx(1, abs=1e-3)
    assert ratios[0] > ratios[1] > ratios[2]
    assert ratios[2] < 0.4


def test_rate_and_distortion_of_an_allocation_are_those_of_the_formulas() -> None:
    model = trained_model("photographs")
    share = shared_out(model, model.water_filled(100.0))
    variances = model.variances.ravel()
    assert share.mse == pytest.approx(100)
    assert share.bpp == pytest.approx(
        np.maximum(0, 0.5 * np.log2(np.maximum(variances, 1e-9) / share.noise)).sum() / 256
    )
    assert share.kept == (variances > share.noise).sum()


def test_bands_compare_ring_by_ring_with_their_weights() -> None:
    first, second = np.array([1.0, 0.5, np.nan, 0.25]), np.array([1.0, 0.7, 0.3, 0.15])
    frequency, count = np.array([0.01, 0.1, 0.2, 0.2]), np.array([1.0, 2.0, 9.0, 4.0])
    low, medium, high = band_differences(first, second, frequency, count, (0.05, 0.3))
    assert low == pytest.approx((1, 1, 0))
    assert medium == pytest.approx(((1 + 1) / 6, (1.4 + 0.6) / 6, np.sqrt((2 * 0.04 + 4 * 0.01) / 6)))
    assert high is None
