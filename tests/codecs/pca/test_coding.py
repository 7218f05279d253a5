"""The bitstream of a block PCA: gain and noise of the optimal channel, and nothing but whole bitstreams decoded."""

import struct
import zlib

import numpy as np
import pytest

from nicviz.codecs import CODECS
from nicviz.codecs.pca.coding import LARGEST, claimed_size, decode_with_model, encode_with_model, quality_in
from nicviz.codecs.pca.model import BLOCK, TRAINED_ON, Allocation, trained_model
from nicviz.codecs.pca.plan import Plan
from nicviz.errors import CodecError
from tests.codecs.pictures import noise, photograph

NAMES = ("pca-16", "pca-16-white", "pca-16-pink", "pca-16-brown", "pca-16-text", "pca-16-rank")


def test_every_training_set_is_a_codec_and_so_is_the_rank() -> None:
    assert tuple(name for name in CODECS if name.startswith("pca-16")) == NAMES
    assert len(NAMES) == len(TRAINED_ON) + 1


def test_a_coefficient_comes_back_with_the_channels_gain_and_noise_whatever_the_picture_is() -> None:
    """Zamir and Feder: x̂ = g x + noise of variance g θ that knows nothing of x; here for uniform noise, no Gaussian."""
    model = trained_model("brown")
    allocation = model.water_filled(200.0)
    plan = Plan(model, allocation)
    image = noise(1024, 768)
    before = plan.filtered(image)
    dither = plan.dither(slice(0, len(before)))
    error = np.rint(before + dither) - dither - before
    assert error.var() == pytest.approx(1 / 12, rel=2e-3)
    centered = before - before.mean(axis=0)
    correlation = (error * centered).mean(axis=0) / before.std(axis=0) / error.std(axis=0)
    assert np.abs(correlation).max() < 5 / np.sqrt(len(before)), "independent of the picture, component by component"
    gains = allocation.gains.ravel()[plan.kept]
    returned = (before + error) * plan.filters * allocation.step
    coefficients = before * allocation.step / plan.filters
    measured = (returned * coefficients).mean(axis=0) / (coefficients**2).mean(axis=0)
    loud = gains > 0.5
    assert measured[loud] == pytest.approx(gains[loud], abs=0.05)
    spread = np.sqrt(gains * allocation.noise)
    assert (returned - gains * coefficients).std(axis=0) == pytest.approx(spread, rel=0.06)


@pytest.mark.parametrize("name", NAMES)
def test_the_bitstream_holds_size_and_quality(name: str) -> None:
    codec = CODECS[name]
    quality = codec.quality(None)
    data = codec.encode(photograph(50)[:, :37].copy(), quality)
    assert claimed_size(data) == (37, 50)
    assert quality_in(data) == quality


def test_another_basis_is_refused() -> None:
    data = CODECS["pca-16"].encode(photograph(48))
    with pytest.raises(CodecError, match=r"pca-16-brown.*another basis"):
        CODECS["pca-16-brown"].decode(data)


def test_a_header_that_claims_too_much_is_refused_before_anything_is_allocated() -> None:
    head = struct.pack("<4sf", trained_model("photographs").digest, 100.0) + b"\xff\xff\x7f" * 2
    data = head + bytes(60)
    data += struct.pack("<I", zlib.crc32(data))
    with pytest.raises(ValueError, match="megapixels"):
        claimed_size(data)
    assert CODECS["pca-16"].pixel_limit() == LARGEST


def test_bytes_that_pass_the_checksum_and_mean_nothing_are_codec_errors_or_pictures() -> None:
    """A range decoder reads anything as symbols; what it makes must be a picture of the size that was claimed."""
    random = np.random.default_rng(1)
    good = CODECS["pca-16"].encode(photograph(48))
    for cut in (10, 14, 20, 40, 60):
        body = good[:cut] + random.bytes(len(good) - 4 - cut)
        data = body + struct.pack("<I", zlib.crc32(body))
        try:
            image = CODECS["pca-16"].decode(data)
        except CodecError:
            continue
        assert image.dtype == np.uint8


def test_a_picture_in_which_nothing_is_kept_is_the_mean_color() -> None:
    model = trained_model("photographs")
    nothing = Allocation(1.0, np.zeros_like(model.variances))
    data = encode_with_model(photograph(40), model, 9.0, nothing)
    decoded = decode_with_model(data, model, lambda quality: nothing)
    assert decoded.shape == (40, 40, 3)
    assert (decoded == np.rint(model.color_mean)).all()
    assert len(data) < 40


def test_the_error_on_a_photograph_is_about_the_target() -> None:
    """The target holds on the training set; a part of one of its pictures is near it."""
    image = photograph(256)
    for target in (100.0, 20.0):
        error = (CODECS["pca-16"].decode(CODECS["pca-16"].encode(image, target)) - image.astype(float)) ** 2
        assert 0.4 * target < error.mean() < 1.6 * target


def test_a_thin_picture_and_blocks_at_the_border_are_whole() -> None:
    for shape in ((1, 3000), (BLOCK + 1, BLOCK - 1)):
        image = noise(*shape)
        assert CODECS["pca-16"].decode(CODECS["pca-16"].encode(image, 2.0)).shape == image.shape
