"""What is particular to single classical codecs: how each is set, where its limits are, what its ends look like."""

import io
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from nicviz.codecs import headers
from nicviz.codecs.base import no_limit
from nicviz.codecs.classical import CLASSICAL
from nicviz.errors import CodecError
from tests.codecs.pictures import noise, photograph

CODEC = {codec.name: codec for codec in CLASSICAL}
SIZE_OF = {
    "png": headers.png_size,
    "jpeg": headers.jpeg_size,
    "jpeg-444": headers.jpeg_size,
    "jpeg2000": headers.jpeg2000_size,
    "jpegxl": headers.jpegxl_size,
    "webp": headers.webp_size,
    "avif": headers.avif_size,
}
SHAPES = (
    (1, 1),
    (5, 3),
    (8, 8),
    (16, 24),
    (40, 40),
    (33, 257),
    (300, 10),
    (9, 1200),
    (256, 256),
    (270, 480),
    (513, 64),
)


def pillow_encoded(image: np.ndarray, kind: str, **settings: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format=kind, **settings)
    return buffer.getvalue()


def test_the_seven_codecs_are_there_in_order():
    assert list(CODEC) == ["png", "jpeg", "jpeg-444", "jpeg2000", "jpegxl", "webp", "avif"]


@pytest.mark.parametrize("name", SIZE_OF)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape[0]}x{shape[1]}")
def test_the_size_read_from_a_header_is_the_image_size(name, shape):
    assert SIZE_OF[name](CODEC[name].encode(noise(*shape))) == (shape[1], shape[0])


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


@pytest.mark.parametrize("name", ["jpeg2000", "jpegxl"])
def test_continuous_scales_allow_an_equal_bpp_search_to_one_percent(name):
    codec, image = CODEC[name], photograph(256)
    low, high = codec.ladder[0], codec.ladder[-1]
    for bpp in (0.5, 1.0):
        target = bpp * image.shape[0] * image.shape[1] / 8
        coarse, fine = low, high
        for _ in range(14):
            middle = (coarse * fine) ** 0.5
            length = len(codec.encode(image, middle))
            if abs(length / target - 1) < 0.01:
                break
            coarse, fine = (middle, fine) if length < target else (coarse, middle)
        assert length == pytest.approx(target, rel=0.01)


def test_jpegxl_is_a_lossy_raw_codestream():
    image = photograph(64)
    stream = CODEC["jpegxl"].encode(image, 0.1)
    assert stream.startswith(b"\xff\x0a")
    assert not np.array_equal(CODEC["jpegxl"].decode(stream), image)


def test_webp_is_lossy_and_equals_the_plain_writer():
    image = photograph(64)
    assert CODEC["webp"].encode(image, 100)[12:16] == b"VP8 "
    for quality in (0, 40, 100):
        assert CODEC["webp"].encode(image, quality) == pillow_encoded(image, "WEBP", quality=quality)


def test_avif_has_color_at_full_resolution():
    stream = CODEC["avif"].encode(photograph(64), 45)
    configuration = stream.index(b"av1C") + 4
    profile, flags = stream[configuration + 1] >> 5, stream[configuration + 2]
    subsampling_x, subsampling_y, monochrome = flags >> 3 & 1, flags >> 2 & 1, flags >> 4 & 1
    assert (profile, subsampling_x, subsampling_y, monochrome) == (1, 0, 0, 0)


@pytest.mark.parametrize(("name", "quality", "levels"), [("avif", 80, 2), ("jpeg2000", 4, 1), ("jpeg2000", 60, 1)])
def test_another_decoder_sees_the_same_picture(name, quality, levels):
    stream = CODEC[name].encode(photograph(128), quality)
    with Image.open(io.BytesIO(stream)) as image:
        assert np.abs(np.asarray(image).astype(int) - CODEC[name].decode(stream)).max() <= levels


@pytest.mark.parametrize(("name", "limit"), [("jpeg", 65500), ("jpeg-444", 65500), ("webp", 16383), ("avif", 32768)])
def test_the_largest_side_works_and_one_more_is_refused_with_the_limit(name, limit):
    codec = CODEC[name]
    for shape in ((1, limit), (limit, 1)):
        assert codec.decode(codec.encode(np.full((*shape, 3), 90, np.uint8))).shape == (*shape, 3)
    for shape in ((1, limit + 1), (limit + 1, 1)):
        with pytest.raises(CodecError, match=f"{name}.*{limit}"):
            codec.encode(np.full((*shape, 3), 90, np.uint8))


@pytest.mark.parametrize("name", ["png", "jpeg2000", "jpegxl"])
def test_long_thin_images_work_where_the_format_allows_them(name):
    image = np.full((70000, 1, 3), 90, np.uint8)
    assert CODEC[name].decode(CODEC[name].encode(image)).shape == image.shape


def test_jpegxl_refuses_an_image_that_would_take_gigabytes_to_encode():
    huge = np.broadcast_to(np.uint8(0), (5000, 5000, 3))
    with pytest.raises(CodecError, match="jpegxl takes at most 24 megapixels"):
        CODEC["jpegxl"].encode(huge)


def claims_too_much() -> dict[str, bytes]:
    """Return per codec a bitstream whose header, and nothing else, claims an image beyond the limit."""
    streams = {name: bytearray(CODEC[name].encode(photograph(48))) for name in SIZE_OF}
    side = 60000
    frame = streams["jpeg"].index(b"\xff\xc0")
    streams["jpeg"][frame + 5 : frame + 9] = struct.pack(">HH", side, side)
    for offset in (8, 24):
        streams["jpeg2000"][offset : offset + 8] = struct.pack(">II", side, side)
    streams["webp"][26:30] = struct.pack("<HH", 16383, 16383)
    # SizeHeader: not small, 30 bits of height - 1, ratio 1 (square)
    streams["jpegxl"][2:7] = (3 << 1 | (side - 1) << 3 | 1 << 33).to_bytes(5, "little")
    huge_png = bytearray(streams["png"])
    huge_png[16:24] = struct.pack(">II", side, side)
    huge_png[29:33] = struct.pack(">I", zlib.crc32(huge_png[12:29]))
    streams["png"] = huge_png
    return {name: bytes(streams[name]) for name in ("png", "jpeg", "jpeg2000", "jpegxl", "webp")}


@pytest.mark.parametrize("name", ["png", "jpeg", "jpeg2000", "jpegxl", "webp"])
def test_a_header_that_claims_too_many_pixels_is_refused_by_its_size(name):
    with pytest.raises(CodecError, match=f"{name}.*limit is {no_limit() // 1_000_000} megapixels"):
        CODEC[name].decode(claims_too_much()[name])


def test_avif_sizes_of_container_and_stream_must_agree():
    stream = bytearray(CODEC["avif"].encode(photograph(48)))
    size = stream.index(b"ispe") + 8
    stream[size : size + 8] = struct.pack(">II", 30000, 30000)
    with pytest.raises(CodecError, match="differ in size"):
        CODEC["avif"].decode(bytes(stream))


def test_damaged_png_pixels_are_noticed_by_their_checksum():
    stream = bytearray(CODEC["png"].encode(photograph(48)))
    stream[stream.index(b"IDAT") + 200] ^= 1
    with pytest.raises(CodecError, match="checksum"):
        CODEC["png"].decode(bytes(stream))


def test_truncation_is_an_error_even_where_the_program_lets_pillow_load_truncated_images(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for name in SIZE_OF:
        stream = CODEC[name].encode(photograph(48))
        for cut in (len(stream) // 2, len(stream) - 10, len(stream) - 1):
            with pytest.raises(CodecError, match=f"not a whole {name} bitstream"):
                CODEC[name].decode(stream[:cut])


def test_the_classical_codecs_load_no_heavy_library():
    code = (
        "import sys, nicviz.codecs.classical as c; [e.versions(e.quality(None)) for e in c.CLASSICAL];"
        "print(sorted({'torch', 'compressai', 'scipy', 'skimage', 'cv2'} & set(sys.modules)))"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"
