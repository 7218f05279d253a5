"""Sizes that bitstreams claim, and what they are refused for."""

import struct
import zlib

import pytest
from PIL import ImageFile

from nicviz.codecs import CODECS as CODEC
from nicviz.codecs import headers
from nicviz.codecs.base import no_limit
from nicviz.errors import CodecError
from tests.codecs.pictures import noise, photograph

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


@pytest.mark.parametrize("name", SIZE_OF)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape[0]}x{shape[1]}")
def test_the_size_read_from_a_header_is_the_image_size(name, shape):
    assert SIZE_OF[name](CODEC[name].encode(noise(*shape))) == (shape[1], shape[0])


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
