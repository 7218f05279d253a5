"""Kinds of valid files that readers take for damaged or read wrongly, made here, with values from their formats."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from nicviz.errors import ImageError
from nicviz.images import LoadedImage, load_bytes
from tests.images.png_writer import chunk, png

RNG = np.random.default_rng(5)
NOISE = RNG.integers(0, 256, (24, 40, 3), dtype=np.uint8)
SMOOTH = np.clip(np.add.outer(np.arange(24) * 5, np.arange(40) * 3)[..., None] + [0, 20, 40], 0, 255).astype(np.uint8)


def saved(image: np.ndarray, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind, **options)
    return file.getvalue()


def only_notice(loaded: LoadedImage) -> str:
    assert len(loaded.notices) == 1, loaded.notices
    return loaded.notices[0]


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_transparent_gray_of_png_is_in_the_units_of_its_samples(bits: int) -> None:
    samples = RNG.integers(0, 2**bits, (9, 11, 1))
    samples[0, 0] = clear = 2**bits // 3
    loaded = load_bytes(png(samples, bits, chunk(b"tRNS", struct.pack(">H", clear))), "a.png")
    expected = np.where(samples == clear, 255, np.rint(samples * (255 / (2**bits - 1))))
    assert np.array_equal(loaded.pixels, np.repeat(expected, 3, axis=2))
    assert "white" in loaded.notices[-1]


@pytest.mark.parametrize("bits", [8, 16])
def test_a_transparent_color_of_png_is_exact_in_all_its_bits(bits: int) -> None:
    samples = RNG.integers(0, 2**bits, (9, 11, 3))
    samples[0, 1] = samples[0, 0] ^ (0, 0, 1)  # one unit beside the transparent color
    loaded = load_bytes(png(samples, bits, chunk(b"tRNS", struct.pack(">HHH", *samples[0, 0]))), "a.png")
    expected = np.rint(samples * (255 / (2**bits - 1)))
    expected[0, 0] = 255
    assert np.array_equal(loaded.pixels, expected)


def test_megabytes_of_text_and_a_large_profile_do_not_make_a_png_damaged() -> None:
    text = chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(3_000_000)))
    plain = chunk(b"tEXt", b"prompt\0" + b"x" * 2_000_000)
    profile = chunk(b"iCCP", b"large\0\0" + zlib.compress(bytes(1_500_000)))
    loaded = load_bytes(png(NOISE, 8, text, plain, profile), "a.png")
    assert np.array_equal(loaded.pixels, NOISE)
    assert "profile cannot be used" in only_notice(loaded)


def test_a_wrong_checksum_matters_where_pixels_are() -> None:
    loaded = load_bytes(png(NOISE, 8, chunk(b"tEXt", b"a\0b", crc=1), chunk(b"tRNS", bytes(6), crc=2)), "a.png")
    assert np.array_equal(loaded.pixels, NOISE)
    assert [notice.split()[2] for notice in loaded.notices] == ["tEXt", "tRNS"]
    with pytest.raises(ImageError, match=r"a\.png is a damaged.*checksum of the chunk IDAT is wrong"):
        load_bytes(png(NOISE, 8, pixel_crc=3), "a.png")


def to_linear(levels: np.ndarray) -> np.ndarray:
    shares = levels / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def to_levels(linear: np.ndarray) -> np.ndarray:
    linear = np.clip(linear, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


P3_TO_SRGB = np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]])
P3 = chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))


@pytest.mark.parametrize("how", ["cICP", "cHRM"])
def test_display_p3_of_png_is_converted(how: str) -> None:
    chunks = chunk(b"cICP", bytes((12, 13, 0, 1))) if how == "cICP" else P3
    colors = RNG.integers(90, 160, (8, 8, 3))
    loaded = load_bytes(png(colors, 8, chunks), "a.png")
    assert np.abs(loaded.pixels - to_levels(to_linear(colors) @ P3_TO_SRGB.T)).max() <= 1.5
    assert "Converted to sRGB" in only_notice(loaded)


@pytest.mark.parametrize("gamma", [1.0, 0.55])
def test_a_gamma_of_png_is_converted(gamma: float) -> None:
    colors = RNG.integers(0, 256, (8, 8, 3))
    loaded = load_bytes(png(colors, 8, chunk(b"gAMA", struct.pack(">I", round(gamma * 1e5)))), "a.png")
    assert np.abs(loaded.pixels - to_levels((colors / 255) ** (1 / gamma))).max() <= 2
    assert f"gamma of {gamma:g} " in only_notice(loaded)


def test_srgb_by_other_names_is_left_alone_and_high_dynamic_range_is_reported() -> None:
    names = (
        chunk(b"cICP", bytes((1, 13, 0, 1))),
        chunk(b"gAMA", struct.pack(">I", 45455)),
        chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
        chunk(b"sRGB", b"\0") + chunk(b"gAMA", struct.pack(">I", 100_000)),
    )
    for name in names:
        loaded = load_bytes(png(NOISE, 8, name), "a.png")
        assert np.array_equal(loaded.pixels, NOISE)
        assert loaded.notices == ()
    loaded = load_bytes(png(NOISE, 8, chunk(b"cICP", bytes((9, 16, 0, 1)))), "a.png")
    assert np.array_equal(loaded.pixels, NOISE)
    assert "taken as sRGB" in only_notice(loaded)


def test_chromaticities_without_a_sense_are_reported() -> None:
    loaded = load_bytes(png(NOISE, 8, chunk(b"cHRM", bytes(32))), "a.png")
    assert np.array_equal(loaded.pixels, NOISE)
    assert "sRGB" in only_notice(loaded)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 2}])
def test_a_jpeg_without_its_end_marker_is_read_and_one_cut_shorter_is_not(options: dict) -> None:
    data = saved(NOISE, "JPEG", quality=90, **options)
    loaded = load_bytes(data[:-2], "a.jpg")
    assert np.array_equal(loaded.pixels, load_bytes(data, "a.jpg").pixels)
    assert "end marker" in only_notice(loaded)
    scans = [at for at in range(len(data) - 1) if data[at : at + 2] == b"\xff\xda"]
    for cut in (*scans[1:], len(data) - 6, len(data) - 12, len(data) // 2):
        with pytest.raises(ImageError, match="cut short"):
            load_bytes(data[:cut], "a.jpg")


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", ["12 bits", "lossless", "JPEG-LS"])
def test_jpeg_of_other_kinds_is_read(kind: str, channels: int) -> None:
    deep = np.repeat(np.repeat(RNG.integers(0, 4096, (3, 5, channels)), 8, axis=0), 8, axis=1).astype(np.uint16)
    deep = np.ascontiguousarray(deep.squeeze())
    if kind == "JPEG-LS":
        data, top, within = imagecodecs.jpegls_encode(deep | (deep << 4)), 65535, 1
        deep = deep | (deep << 4)
    elif kind == "lossless":
        data, top, within = imagecodecs.jpeg8_encode(deep, lossless=True, bitspersample=12), 4095, 1
    else:
        data, top, within = imagecodecs.jpeg8_encode(deep, level=100, bitspersample=12, subsampling="444"), 4095, 3
    loaded = load_bytes(data, "a.jpg")
    expected = deep.reshape(24, 40, channels) * (255 / top)
    assert np.abs(loaded.pixels - expected).max() <= within
    assert "were reduced to 8 bits" in only_notice(loaded)


def test_a_jpeg_of_several_pictures_says_so() -> None:
    file = io.BytesIO()
    Image.fromarray(SMOOTH).save(file, "MPO", save_all=True, append_images=[Image.fromarray(SMOOTH[::-1].copy())])
    loaded = load_bytes(file.getvalue(), "a.jpg")
    assert np.abs(loaded.pixels.astype(int) - SMOOTH).max() < 20
    assert "several pictures" in only_notice(loaded)


def with_definition(data: bytes, *channels: tuple[int, int, int]) -> bytes:
    """Return a JP2 file with a channel definition (number, type, association), in place of any it has."""
    start = data.index(b"jp2h") - 4
    length = int.from_bytes(data[start : start + 4], "big")
    head = data[start + 8 : start + length]
    if b"cdef" in head:
        head = head[: head.index(b"cdef") - 4]
    body = struct.pack(">H", len(channels)) + b"".join(struct.pack(">HHH", *channel) for channel in channels)
    head += struct.pack(">I4s", 8 + len(body), b"cdef") + body
    return data[:start] + struct.pack(">I4s", 8 + len(head), b"jp2h") + head + data[start + length :]


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_channels_of_jpeg_2000_are_put_in_the_order_of_their_definition(bits: int) -> None:
    samples = RNG.integers(0, 2**bits, (24, 40, 3)).astype(np.uint8 if bits == 8 else np.uint16)
    stored = np.ascontiguousarray(samples[..., ::-1])
    data = imagecodecs.jpeg2k_encode(stored, level=0, reversible=True, mct=False, bitspersample=bits)
    loaded = load_bytes(with_definition(data, (0, 0, 3), (1, 0, 2), (2, 0, 1)), "a.jp2")
    assert np.array_equal(loaded.pixels, np.rint(samples * (255 / (2**bits - 1))))


@pytest.mark.parametrize("kind", [1, 2, 65535])
def test_opacity_of_jpeg_2000_is_what_its_definition_says(kind: int) -> None:
    alpha = RNG.integers(0, 256, (24, 40, 1))
    color = NOISE * alpha // 255 if kind == 2 else NOISE
    stored = np.dstack([color, alpha]).astype(np.uint8)
    data = imagecodecs.jpeg2k_encode(stored, level=0, reversible=True, mct=False)
    loaded = load_bytes(with_definition(data, (0, 0, 1), (1, 0, 2), (2, 0, 3), (3, kind, 0)), "a.jp2")
    share = alpha / 255
    expected = {1: color * share + 255 * (1 - share), 2: color + 255 * (1 - share), 65535: color}[kind]
    assert np.abs(loaded.pixels - expected).max() <= 0.51


def test_boxes_after_the_codestream_do_not_make_a_jpeg_2000_damaged() -> None:
    data = saved(NOISE, "JPEG2000")
    at = data.index(b"jp2c") - 4
    whole = data[:at] + struct.pack(">I", len(data) - at) + data[at + 4 :] + struct.pack(">I4s", 12, b"xml ") + b"<a/>"
    assert np.array_equal(load_bytes(whole, "a.jp2").pixels, NOISE)


@pytest.mark.parametrize("bits", [8, 16])
def test_signed_samples_of_jpeg_2000_are_raised_with_a_notice(bits: int) -> None:
    samples = RNG.integers(0, 2**bits, (24, 40))
    stored = (samples - 2 ** (bits - 1)).astype(np.int8 if bits == 8 else np.int16)
    loaded = load_bytes(imagecodecs.jpeg2k_encode(stored, level=0, reversible=True), "a.jp2")
    assert np.array_equal(loaded.pixels[..., 0], np.rint(samples * (255 / (2**bits - 1))))
    assert "Signed samples" in loaded.notices[0]


@pytest.mark.parametrize("orientation", [1, 2, 3, 6, 8])
def test_the_clean_aperture_of_avif_is_cut_before_it_is_turned(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(SMOOTH, "AVIF", quality=95, exif=exif)
    width, height, left, top = 20, 10, 6, 8  # offsets are of the center, in halves
    values = (width, 1, height, 1, 2 * left + width - 40, 2, 2 * top + height - 24, 2)
    loaded = load_bytes(with_property(data, b"clap" + struct.pack(">IIIIiIiI", *values)), "a.avif")
    part = SMOOTH[top : top + height, left : left + width]
    shown = {1: part, 2: part[:, ::-1], 3: part[::-1, ::-1], 6: np.rot90(part, -1), 8: np.rot90(part)}[orientation]
    assert loaded.pixels.shape == shown.shape
    assert np.abs(loaded.pixels.astype(int) - shown).max() <= 8


def test_a_clean_aperture_outside_of_the_picture_is_ignored_with_a_notice() -> None:
    data = saved(SMOOTH, "AVIF", quality=95)
    outside = struct.pack(">IIIIiIiI", 20, 1, 10, 1, 100, 1, 0, 1)
    for values in (outside, struct.pack(">IIIIiIiI", 21, 2, 10, 1, 0, 1, 0, 1), bytes(32)):
        loaded = load_bytes(with_property(data, b"clap" + values), "a.avif")
        assert loaded.pixels.shape == SMOOTH.shape
        assert "clean aperture" in only_notice(loaded)


def with_property(data: bytes, content: bytes) -> bytes:
    """Return an AVIF file whose first item has one more property; its data is moved as far as the boxes grow."""
    added = struct.pack(">I", len(content) + 4) + content
    properties = data.index(b"ipco") - 4
    length = int.from_bytes(data[properties : properties + 4], "big")
    count, at = 0, properties + 8
    while at < properties + length:
        at, count = at + int.from_bytes(data[at : at + 4], "big"), count + 1
    table = data.index(b"ipma") + 4
    entry = table + 4 + 4 + 2  # version and flags, number of entries, number of the item
    grown = bytearray(data)
    for box, more in ((b"meta", len(added) + 1), (b"iprp", len(added) + 1), (b"ipco", len(added)), (b"ipma", 1)):
        where = data.index(box) - 4
        grown[where : where + 4] = (int.from_bytes(data[where : where + 4], "big") + more).to_bytes(4, "big")
    location = data.index(b"iloc") + 4
    start = data.index(b"mdat")
    for place in range(location, data.index(b"iinf") - 4 - 3):  # offsets into the data, wherever they stand
        value = int.from_bytes(data[place : place + 4], "big")
        if start + 4 <= value < len(data):
            grown[place : place + 4] = (value + len(added) + 1).to_bytes(4, "big")
    grown[entry] += 1
    associations = data[entry]
    grown[entry + 1 + associations : entry + 1 + associations] = bytes((0x80 | (count + 1),))
    grown[properties + length : properties + length] = added
    return bytes(grown)
