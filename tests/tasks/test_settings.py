import numpy as np
import pytest

from nicviz.codecs import CODECS
from nicviz.errors import NicvizError
from nicviz.images import encode_png
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, ImageSetting, Match, parse_crop


def test_a_codec_is_written_with_its_native_quality() -> None:
    assert CodecSetting.parse("jpeg2000:40", CODECS) == CodecSetting("jpeg2000", 40)
    assert CodecSetting.parse("jpeg", CODECS) == CodecSetting("jpeg", None)
    assert str(CodecSetting("jpegxl", 1.25)) == "jpegxl:1.25"


@pytest.mark.parametrize(
    ("text", "named"),
    [("jpg:50", "jpg"), ("jpeg:500", "500"), ("jpeg:nan", "nan"), ("jpeg:inf", "inf"), ("jpeg:", "''"), ("png:3", "3")],
)
def test_a_bad_codec_is_refused_with_the_value_named(text: str, named: str) -> None:
    with pytest.raises(NicvizError, match=named):
        CodecSetting.parse(text, CODECS)


@pytest.mark.parametrize(
    ("text", "named"),
    [("fog", "fog"), ("fog:6", "6"), ("fog:0", "0"), ("fog:x", "'x'"), ("smoke:3", "smoke"), ("fog:-1", "-1")],
)
def test_a_bad_corruption_is_refused_with_the_value_named(text: str, named: str) -> None:
    with pytest.raises(NicvizError, match=named):
        CorruptionSetting.parse(text)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_off_the_range_is_refused(seed: int) -> None:
    with pytest.raises(NicvizError, match=str(seed)):
        CorruptionSetting("fog", 3, seed)


@pytest.mark.parametrize("text", ["0.5", "bpp", "bpp=", "bpp=-1", "bpp=0", "ssim=0.9", "psnr=200", "bpp=nan"])
def test_a_bad_match_is_refused(text: str) -> None:
    with pytest.raises(NicvizError, match="match"):
        Match.parse(text)


def test_a_match_reads_as_it_is_written() -> None:
    assert Match.parse("bpp=0.5") == Match("bpp", 0.5)
    assert str(Match("psnr", 32.5)) == "psnr=32.5"


def test_crop_and_downscale_are_done_in_order_and_noted() -> None:
    image = ImageSetting("astronaut", crop=(10, 20, 300, 200), longest_side=150).load()
    assert image.pixels.shape == (100, 150, 3)
    assert [word in " ".join(image.notices) for word in ("300×200", "150×100")] == [True, True]


def test_a_chart_takes_its_size_after_an_at_sign() -> None:
    assert ImageSetting("zone-plate@64").load().pixels.shape == (64, 64, 3)
    assert ImageSetting("zone-plate", size=96).load().pixels.shape == (96, 96, 3)


@pytest.mark.parametrize("source", ["nothing-here", "../../etc/hostname.png", "/etc/passwd", "zone-plate@x"])
def test_a_source_that_is_no_image_is_refused(source: str) -> None:
    with pytest.raises(NicvizError):
        ImageSetting(source).load()


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "1,2,3,-4", ""])
def test_a_bad_crop_is_refused(text: str) -> None:
    with pytest.raises(NicvizError, match="crop"):
        parse_crop(text)


def test_a_sample_is_not_hidden_by_a_file_of_its_name(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "astronaut").write_bytes(b"not the sample")
    assert ImageSetting("astronaut").load().pixels.shape == (512, 512, 3)


def test_a_file_may_have_an_at_sign_in_its_name(tmp_path) -> None:
    file = tmp_path / "mine@2x.png"
    file.write_bytes(encode_png(ImageSetting("checker", size=32).load().pixels))
    assert ImageSetting(str(file)).load().pixels.shape == (32, 32, 3)


@pytest.mark.parametrize("name", [name for name, codec in CODECS.items() if codec.scale and not codec.scale.step])
def test_a_quality_as_it_is_written_is_the_very_same_quality(name: str) -> None:
    scale = CODECS[name].scale
    assert scale is not None
    for value in np.linspace(scale.low, scale.high, 50).clip(scale.low, scale.high):
        quality = CODECS[name].quality(float(value))
        assert CodecSetting.parse(CODECS[name].setting(quality), CODECS).quality == quality
