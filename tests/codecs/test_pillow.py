"""How each codec of Pillow is set."""

import io
import re
import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from nicviz.codecs import CODECS as CODEC
from tests.codecs.pictures import noise, photograph


def pillow_encoded(image: np.ndarray, kind: str, **settings: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format=kind, **settings)
    return buffer.getvalue()


def test_png_of_noise_is_exact():
    image = noise(61, 47)
    assert np.array_equal(CODEC["png"].decode(CODEC["png"].encode(image)), image)


@pytest.mark.parametrize(("name", "subsampling"), [("jpeg", 2), ("jpeg-444", 0)])
def test_jpeg_has_the_color_resolution_that_its_name_says(name, subsampling):
    from PIL.JpegImagePlugin import get_sampling

    with Image.open(io.BytesIO(CODEC[name].encode(photograph(64)))) as image:
        assert get_sampling(image) == subsampling
        assert "progressive" not in image.info


def test_jpeg_quality_is_that_of_libjpeg():
    image = photograph(64)
    for quality in (1, 30, 75, 100):
        assert CODEC["jpeg"].encode(image, quality) == pillow_encoded(
            image, "JPEG", quality=quality, subsampling="4:2:0"
        )


def test_jpeg2000_is_a_raw_codestream_with_the_9_7_wavelet_and_the_color_transform():
    stream = CODEC["jpeg2000"].encode(photograph(128), 40)
    assert stream.startswith(b"\xff\x4f\xff\x51")
    coding_style = stream[stream.index(b"\xff\x52") :]
    layers, color_transform, levels = struct.unpack(">HBB", coding_style[6:10])
    irreversible = coding_style[13] == 0
    assert (layers, color_transform, levels, irreversible) == (1, 1, 5, True)


@pytest.mark.parametrize("ratio", [5, 20, 40.5, 100])
def test_jpeg2000_meets_its_compression_ratio(ratio):
    image = photograph(256)
    assert image.nbytes / len(CODEC["jpeg2000"].encode(image, ratio)) == pytest.approx(ratio, rel=0.02)


def test_webp_is_lossy_and_equals_the_plain_writer():
    image = photograph(64)
    assert CODEC["webp"].encode(image, 100)[12:16] == b"VP8 "
    for quality in (0, 40, 100):
        assert CODEC["webp"].encode(image, quality) == pillow_encoded(image, "WEBP", quality=quality)


@pytest.mark.parametrize(("height", "width"), [(96, 96), (32, 33), (61, 47), (31, 96), (5, 3)])
def test_jpeg2000_is_the_bytes_of_the_plain_writer_but_for_its_version(height, width):
    settings = {"quality_mode": "rates", "irreversible": True, "mct": 1, "no_jp2": True}
    picture = np.ascontiguousarray(photograph(96)[:height, :width])
    for image in (picture, picture // 8, noise(height, width) // 255):
        for ratio in (12, 40.5, 400):
            plain = pillow_encoded(image, "JPEG2000", quality_layers=[ratio], **settings)
            assert without_version(CODEC["jpeg2000"].encode(image, ratio)) == without_version(plain)


def without_version(stream: bytes) -> bytes:
    found, count = re.subn(rb"OpenJPEG version 2\.5\.\d", b"OpenJPEG version", stream)
    assert count == 1
    return found


def test_jpeg2000_from_many_threads_is_that_of_one():
    pictures = [np.ascontiguousarray(photograph(96)[k:]) for k in range(8)]
    alone = [CODEC["jpeg2000"].encode(picture, 20) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda k: CODEC["jpeg2000"].encode(pictures[k % 8], 20), range(64))) == 8 * alone


def test_png_is_the_bytes_of_the_plain_writer():
    image = photograph(96)
    assert CODEC["png"].encode(image) == pillow_encoded(image, "PNG")
