"""A neural codec opened at a quality: the same functions with the model at hand, and its latents."""

import numpy as np
import pytest
import torch

from nicviz.codecs import CODECS
from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.codecs.neural.device import pixel_limit
from nicviz.codecs.neural_base import Estimate
from nicviz.errors import CodecError, NicvizError
from tests.codecs.pictures import noise, photograph


@pytest.mark.parametrize(
    "name",
    [
        "compact-hyperprior", "compact-vbr", "compact-film-vbr", "compact-lee2019", "compact-factorized",
        "compact-coarse2fine", "compact-elic",
    ],
)  # fmt: skip
def test_an_opened_codec_does_what_the_codec_does(name):
    codec, image = CODECS[name], photograph(70)
    quality = codec.ladder[0]
    opened = codec.open(quality)
    bitstream = opened.encode(image)
    assert bitstream == codec.encode(image, quality)
    assert np.array_equal(opened.decode(bitstream), codec.decode(bitstream))
    one, other = opened.estimate(image), codec.estimate(image, quality)
    assert isinstance(one, Estimate)
    assert one.bpp == other.bpp
    assert np.array_equal(one.reconstruction, other.reconstruction)
    assert opened.latents(image).bits == pytest.approx(one.bpp * 70 * 70, rel=1e-6)


@pytest.mark.parametrize("way", ["encode", "estimate", "latents", "estimate_many"])
def test_a_picture_so_thin_that_padding_makes_it_huge_is_refused_before_any_work(way):
    image = np.zeros((1, pixel_limit() // 16, 3), np.uint8)
    given = image[None] if way == "estimate_many" else image
    with pytest.raises(CodecError, match=f"{image.shape[1]}×1: padded, it is too large"):
        getattr(CODECS["compact-hyperprior"].open(3), way)(given)


def test_latents_of_a_search_are_those_that_it_found():
    codec, image = CODECS["compact-hyperprior-search"], photograph(48)
    opened, plain = codec.open(4), CODECS["compact-hyperprior"].open(4)
    found = opened.latents(image)
    assert found.bits == pytest.approx(opened.estimate(image).bpp * 48 * 48, rel=1e-6)
    assert not np.array_equal(found.y_hat, plain.latents(image).y_hat)


def test_a_handle_checks_what_it_is_given_as_the_codec_does(monkeypatch):
    monkeypatch.setenv("NICVIZ_DEVICE", "cpu")
    opened = CODECS["compact-factorized"].open()
    for use in (opened.latents, opened.estimate, opened.encode):
        with pytest.raises(NicvizError, match="uint8"):
            use(np.zeros((4, 4)))
    monkeypatch.setenv("NICVIZ_NEURAL_MEGAPIXELS", "0.001")
    for use in (opened.latents, opened.estimate, opened.encode):
        with pytest.raises(CodecError, match=r"compact-factorized takes at most 0\.001 megapixels"):
            use(photograph(64))
    with pytest.raises(CodecError, match="another codec"):
        opened.decode(CODECS["compact-hyperprior"].encode(photograph(16), 1))
    with pytest.raises(NicvizError, match="from"):
        CODECS["compact-factorized"].open(99)


def test_each_architecture_fits_its_own_tensors_alone():
    import torch

    for record in ARCHITECTURES.values():
        shapes = {name: torch.zeros(4, 4, 1, 1) for name in (*record.has, *record.widths)}
        if "h_s.4.weight" in shapes:
            shapes["h_s.4.weight"] = torch.zeros(4 * (record.hyper_outputs or 1 + record.means), 4, 1, 1)
        if record.inputs:
            shapes[record.inputs[0]] = torch.zeros(4, record.inputs[1], 1, 1)
        assert [each.name for each in ARCHITECTURES.values() if each.fits(shapes)] == [record.name]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["compact-elic", "compact-film-vbr", "compact-lee2019", "compact-mentzer2018", "compact-toderici2017"]
)
def test_a_bitstream_is_read_with_another_number_of_threads(name):
    codec, usual = CODECS[name], torch.get_num_threads()
    pictures = [photograph(64), noise(128, 192), noise(200, 256)]
    try:
        for first, second in ((1, 2), (2, 1)):
            for picture in pictures:
                torch.set_num_threads(first)
                bitstream = codec.encode(picture, codec.ladder[-1])
                torch.set_num_threads(second)
                assert codec.decode(bitstream).shape == picture.shape
    finally:
        torch.set_num_threads(usual)
