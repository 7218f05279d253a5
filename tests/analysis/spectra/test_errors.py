from functools import partial

import numpy as np
import pytest

from nicviz.analysis.compare import compare_codec
from nicviz.analysis.spectra.errors import codec_spectra, error_spectra, input_spectra
from nicviz.analysis.spectra.part import error_part, fitting_gain
from nicviz.analysis.spectra.severities import severity_strip
from nicviz.codecs import CODECS
from nicviz.codecs.base import Codec
from nicviz.corruptions import corrupt
from nicviz.errors import Canceled, CodecError, NicvizError
from nicviz.images import LoadedImage
from nicviz.run.work import Signal
from nicviz.spectra.part import Part
from nicviz.spectra.power import channel_planes, difference, power_spectrum
from nicviz.tasks.compress import corrupted
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, ImageSetting

NOISE = CorruptionSetting("gaussian_noise", 3, 7)


def picture(height: int = 64, width: int = 96, seed: int = 0) -> LoadedImage:
    crop = ImageSetting("astronaut").load().pixels[40 + seed : 40 + seed + height, 180 : 180 + width]
    return LoadedImage(f"crop {height}×{width}", np.array(crop))


def load(image: LoadedImage) -> LoadedImage:
    return image


def spectra(images, codec="jpeg", quality=40.0, corruption=None, convention="luminance", signal=None):
    return codec_spectra(
        [partial(load, image) for image in images], corruption, CODECS[codec], CodecSetting(codec, quality), None,
        convention, signal or Signal(),
    )  # fmt: skip


def through(codec: str, image: np.ndarray, quality: float) -> np.ndarray:
    return CODECS[codec].decode(CODECS[codec].encode(image, quality))


@pytest.mark.parametrize("channel", ["luminance", "cb", "cr", "rgb"])
def test_d_g_and_r_are_the_spectra_of_their_definitions(channel) -> None:
    x = picture()
    noisy = corrupt(x.pixels, "gaussian_noise", 3, 7)
    group = spectra([x], corruption=NOISE, convention=channel).groups[0]
    clean, given = (through("jpeg", image, 40) for image in (x.pixels, noisy))
    for kind, image, reference in (("D", clean, x.pixels), ("G", given, noisy), ("R", given, x.pixels)):
        error = channel_planes(image.astype(float) - reference, channel)
        np.testing.assert_array_equal(group.power[kind], power_spectrum(difference(image, reference), channel))
        assert group.power[kind].mean() == pytest.approx(np.mean(error**2), rel=1e-9), "Parseval"
    alone = spectra([x], convention=channel).groups[0]
    assert set(alone.power) == {"D"}
    np.testing.assert_array_equal(alone.power["D"], group.power["D"])


def test_without_compression_r_is_the_corruption_and_nothing_is_lost_or_invented() -> None:
    x = picture(65, 97)
    group = spectra([x], "png", 0.0, NOISE).groups[0]
    given = input_spectra([partial(load, x)], NOISE, "luminance", Signal()).groups[0]
    assert not group.power["D"].any()
    assert not group.power["G"].any()
    np.testing.assert_array_equal(group.power["R"], given.power["corruption"])
    np.testing.assert_allclose(group.transfer.gain(), 1)
    np.testing.assert_allclose(group.transfer.coherence(), 1)


def test_the_mean_is_over_pictures_of_one_size_with_portrait_ones_transposed() -> None:
    wide, tall, other = picture(48, 64), picture(64, 48, seed=9), picture(40, 40)
    means = spectra([wide, tall, other])
    assert [(group.shape, group.num_pictures) for group in means.groups] == [((48, 64), 2), ((40, 40), 1)]
    alone = [spectra([image]).groups[0].power["D"] for image in (wide, tall)]
    assert alone[1].shape == (64, 48), "a picture alone stays as it is"
    np.testing.assert_allclose(means.groups[0].power["D"], (alone[0] + alone[1].T) / 2, rtol=1e-12)
    parts = [spectra([image]).groups[0].transfer for image in (wide, tall)]
    np.testing.assert_allclose(means.groups[0].transfer.gain(), (parts[0] + parts[1]).gain())


def test_a_codec_that_fails_on_one_picture_leaves_it_out_and_says_so(monkeypatch) -> None:
    encode = Codec.encode

    def fail(self, image, quality=None):
        if image.shape[0] == 40:
            raise CodecError("no 40 pixels today")
        return encode(self, image, quality)

    monkeypatch.setattr(Codec, "encode", fail)
    means = spectra([picture(48, 64), picture(40, 56)], "webp", 31.0)
    assert [group.num_pictures for group in means.groups] == [1]
    assert "no 40 pixels today" in means.problems[0]
    with pytest.raises(CodecError, match="no 40 pixels"):
        spectra([picture(40, 56)], "webp", 31.0)


def test_an_unreadable_picture_of_a_set_is_left_out_and_alone_it_is_an_error() -> None:
    def broken() -> LoadedImage:
        raise NicvizError("cannot be read")

    means = input_spectra([broken, partial(load, picture())], None, "luminance", Signal())
    assert means.groups[0].num_pictures == 1
    assert "cannot be read" in means.problems[0]
    with pytest.raises(NicvizError, match="cannot be read"):
        input_spectra([broken], None, "luminance", Signal())


def test_a_canceled_run_gives_nothing() -> None:
    signal = Signal()
    signal.set()
    with pytest.raises(Canceled):
        spectra([picture()], signal=signal)


def test_a_constant_picture_has_an_infinite_psnr_and_a_spectrum_of_zeros() -> None:
    flat = LoadedImage("flat", np.full((32, 40, 3), 77, np.uint8))
    group = spectra([flat], "png", 0.0).groups[0]
    assert group.psnr_db == [float("inf")]
    assert not group.power["D"].any()


def test_the_public_codes_convention_counts_what_its_rounding_removes() -> None:
    group = spectra([picture()], quality=60.0, convention="ood_nic").groups[0]
    assert group.transfer is None
    assert 0.9 < group.zeroed["D"][0] <= 1


def test_a_part_of_an_error_is_its_filtered_picture() -> None:
    x = picture()
    source = corrupted(x, NOISE)
    compared = compare_codec(x, NOISE, CODECS["jpeg"], 40.0)
    planes = error_spectra(x.pixels, source.pixels, compared.compression.pixels(), compared.clean.pixels())
    for kind in ("D", "G", "R"):
        whole = error_part(x, source, compared, kind, "luminance", Part())
        ring = error_part(x, source, compared, kind, "luminance", Part(0.2, 0.3))
        assert whole.energy == pytest.approx(planes[kind].mean(), rel=1e-9)
        assert ring.energy == pytest.approx(np.mean(ring.planes.astype(float) ** 2), rel=1e-4)
        assert ring.energy < whole.energy == pytest.approx(ring.total)
    error = channel_planes(difference(compared.compression.pixels(), x.pixels), "luminance")
    shown = np.clip(np.rint(2 * error[0] + 128), 0, 255).astype(np.uint8)
    np.testing.assert_array_equal(error_part(x, source, compared, "R", "luminance", Part()).picture(2.0)[..., 1], shown)
    assert fitting_gain([]) == 1
    assert 1 <= fitting_gain([ring]) <= 256


def test_the_severity_strip_has_rate_and_bands_of_every_severity() -> None:
    x = picture()
    points = severity_strip(x, NOISE, CODECS["jpeg"], CodecSetting("jpeg", 40.0), None, "luminance", Signal())
    assert [point.corruption.severity for point in points] == [1, 2, 3, 4, 5]
    assert points[4].bpp > points[0].bpp, "codecs spend bits on noise"
    noisy = corrupt(x.pixels, "gaussian_noise", 4, 7)
    error = power_spectrum(difference(through("jpeg", noisy, 40), x.pixels))
    assert points[3].bands["R"].total == pytest.approx(error.mean())
