"""Files that are too large, damaged, cut short or made to harm: an `ImageError`, quickly, and nothing else."""

import io
import struct
import time
import zlib

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from nicviz.errors import ImageError, NicvizError
from nicviz.images import Limits, load_bytes, load_file
from nicviz.images.readers.jpegxl import read_header

PHOTO = np.clip(
    np.add.outer(np.arange(48) * 3, np.arange(64) * 2)[..., None]
    + np.array([0, 20, 40])
    + np.random.default_rng(0).integers(0, 20, (48, 64, 3)),
    0,
    255,
).astype(np.uint8)


def saved(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(PHOTO).save(file, kind, **options)
    return file.getvalue()


FILES = {
    "a.png": saved("PNG"),
    "a.jpg": saved("JPEG"),
    "progressive.jpg": saved("JPEG", progressive=True),
    "a.webp": saved("WEBP"),
    "lossless.webp": saved("WEBP", lossless=True),
    "a.tif": saved("TIFF"),
    "lzw.tif": saved("TIFF", compression="tiff_lzw"),
    "a.bmp": saved("BMP"),
    "a.avif": saved("AVIF"),
    "a.jp2": saved("JPEG2000"),
    "a.j2k": saved("JPEG2000", no_jp2=True, irreversible=True, quality_layers=[20]),
    "deep.png": imagecodecs.png_encode(PHOTO.astype(np.uint16) << 8),
    "deep.jp2": imagecodecs.jpeg2k_encode(PHOTO.astype(np.uint16) << 8, level=0, reversible=True),
    "a.jxl": imagecodecs.jpegxl_encode(PHOTO, level=90),
    "boxed.jxl": imagecodecs.jpegxl_encode(PHOTO, level=90, usecontainer=True),
}


@pytest.mark.parametrize("name", FILES)
def test_the_whole_file_is_read(name: str) -> None:
    assert load_bytes(FILES[name], name).pixels.shape == PHOTO.shape


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_refused_by_name(name: str) -> None:
    data = FILES[name]
    for length in sorted({1, 2, 3, 8, 12, 16, 24, 32, 64, *range(0, len(data) - 8, max(1, len(data) // 40))} - {0}):
        with pytest.raises(ImageError, match=name.replace(".", r"\.")):
            load_bytes(data[:length], name)


@pytest.mark.parametrize("name", FILES)
def test_flipped_bytes_give_an_image_or_an_image_error(name: str) -> None:
    rng = np.random.default_rng(1)
    limits = Limits(megapixels=1)
    for trial in range(150):
        data = bytearray(FILES[name])
        reach = 200 if trial % 2 else len(data)  # half of the trials aim at the header
        for position in rng.integers(0, min(reach, len(data)), rng.integers(1, 6)):
            data[position] = rng.integers(0, 256)
        try:
            pixels = load_bytes(bytes(data), name, limits).pixels
        except ImageError:
            continue
        assert pixels.dtype == np.uint8
        assert pixels.ndim == 3
        assert pixels.shape[0] * pixels.shape[1] <= 1_000_000


def test_garbage_and_nothing_are_refused_with_what_is_accepted() -> None:
    for data in (b"", b"hello", bytes(1000), np.random.default_rng(2).bytes(5000), b"GIF89a" + bytes(100)):
        with pytest.raises(ImageError, match=r"^notes\.txt is .*Accepted are PNG, JPEG, WebP"):
            load_bytes(data, "notes.txt")


def png_bomb(side: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(bytes(1000))
    chunks = [
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in (header, body)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def jpeg_bomb() -> bytes:
    data = FILES["a.jpg"]
    start = data.index(b"\xff\xc0") + 5
    return data[:start] + struct.pack(">HH", 65500, 65500) + data[start + 4 :]


def webp_bomb() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)

    def three(number: int) -> bytes:
        return number.to_bytes(3, "little")

    extended = chunk(b"VP8X", b"\x02\0\0\0" + three(16382) * 2)
    frame = three(0) * 2 + three(63) + three(47) + three(100) + b"\0" + FILES["a.webp"][12:]
    body = b"WEBP" + extended + chunk(b"ANIM", bytes(6)) + chunk(b"ANMF", frame)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff_bomb() -> bytes:
    data = FILES["a.tif"]
    for tag in (256, 257):  # width and height, one long integer each
        at = data.index(struct.pack("<HHI", tag, 4, 1)) + 8
        data = data[:at] + struct.pack("<I", 100_000) + data[at + 4 :]
    return data


def bmp_bomb() -> bytes:
    return FILES["a.bmp"][:18] + struct.pack("<ii", 100_000, 100_000) + FILES["a.bmp"][26:]


def jpeg2000_bomb() -> bytes:
    data = FILES["a.j2k"]
    return data[:8] + struct.pack(">II", 100_000, 100_000) + data[16:]


def jpegxl_bomb() -> bytes:
    bits = [0, (3, 2), (99_999, 30), (1, 3)]  # not a multiple of 8, 30 bits of height, width equal
    value = position = 0
    for item in bits:
        number, count = item if isinstance(item, tuple) else (item, 1)
        value |= number << position
        position += count
    return b"\xff\x0a" + value.to_bytes(8, "little") + FILES["a.jxl"][8:]


def avif_bomb() -> bytes:
    data = FILES["a.avif"]
    start = data.index(b"ispe") + 8
    return data[:start] + struct.pack(">II", 16_000, 16_000) + data[start + 8 :]


BOMBS = {
    "a.png": png_bomb(100_000),
    "a.jpg": jpeg_bomb(),
    "a.webp": webp_bomb(),
    "a.tif": tiff_bomb(),
    "a.bmp": bmp_bomb(),
    "a.j2k": jpeg2000_bomb(),
    "a.jxl": jpegxl_bomb(),
    "a.avif": avif_bomb(),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_decompression_bomb_is_refused_with_the_limit_before_it_is_decoded(name: str) -> None:
    start = time.process_time()
    with pytest.raises(ImageError, match="limit is 64 megapixels"):
        load_bytes(BOMBS[name], name)
    assert time.process_time() - start < 2


def test_limits_are_those_given_or_those_of_the_environment(monkeypatch) -> None:
    data = FILES["a.png"]
    with pytest.raises(ImageError, match=r"64×48.*limit is 0\.003 megapixels"):
        load_bytes(data, "a.png", Limits(megapixels=0.003))
    monkeypatch.setenv("NICVIZ_MAX_MEGABYTES", "0.001")
    with pytest.raises(ImageError, match=r"limit is 0\.001 MB"):
        load_bytes(data, "a.png")
    monkeypatch.setenv("NICVIZ_MAX_MEGABYTES", "")
    monkeypatch.setenv("NICVIZ_MAX_MEGAPIXELS", "200")
    assert Limits.from_env() == Limits(megapixels=200, megabytes=64)
    for bad in ("many", "0", "-3", "nan", "inf"):
        monkeypatch.setenv("NICVIZ_MAX_MEGAPIXELS", bad)
        with pytest.raises(NicvizError, match=f"NICVIZ_MAX_MEGAPIXELS .* got '{bad}'"):
            Limits.from_env()


@pytest.mark.slow
def test_an_image_over_pillows_own_limit_is_read_when_the_limit_allows() -> None:
    large = np.zeros((9_500, 9_500), np.uint8)  # 90 megapixels, over Pillow's warning
    data = imagecodecs.png_encode(large, level=1)
    assert load_bytes(data, "large.png", Limits(megapixels=100)).pixels.shape == (9_500, 9_500, 3)


def test_a_large_file_is_refused_before_it_is_read(tmp_path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(65_000_001)
    with pytest.raises(ImageError, match=r"huge\.png has 65\.0 MB"):
        load_file(path)


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (256, 64), (300, 300), (333, 500), (2000, 3000), (511, 512)])
def test_the_jpeg_xl_header_is_read_without_decoding(size: tuple[int, int]) -> None:
    image = np.zeros((*size, 3), np.uint8)
    for options in ({}, {"usecontainer": True}, {"lossless": True}):
        header = read_header(imagecodecs.jpegxl_encode(image, effort=1, **options))
        assert (header.height, header.width) == size
        assert header.is_srgb
        assert not header.is_animated


def test_cyclic_and_endless_jpeg_xl_boxes_end() -> None:
    container = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
    for boxes in (bytes(100), struct.pack(">I4s", 1, b"free") + bytes(8), struct.pack(">I4s", 4, b"free") * 50):
        with pytest.raises(ImageError, match="codestream"):
            load_bytes(container + boxes, "a.jxl")
