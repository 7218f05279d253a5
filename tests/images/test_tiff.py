"""TIFF of every layout, against values that follow from the tags (TIFF 6.0) and not from a reader."""

import io

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from nicviz.errors import ImageError
from nicviz.images import Limits, load_bytes
from tests.images.tiff_writer import packed, tags, tiff

RNG = np.random.default_rng(3)
HEIGHT, WIDTH = 13, 21
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, SEPARATED, YCBCR = 0, 1, 2, 3, 5, 6


def eight(samples: np.ndarray, bits: int) -> np.ndarray:
    return np.rint(samples * (255 / (2**bits - 1)))


def random(bits: int, channels: int = 1) -> np.ndarray:
    samples = RNG.integers(0, 2**bits, (HEIGHT, WIDTH, channels))
    samples[0, 0], samples[0, 1] = 0, 2**bits - 1
    return samples


def contiguous(samples: np.ndarray, bits: int, order: str = "<") -> bytes:
    if bits in (8, 16):
        return samples.astype(f"{order}u{bits // 8}").tobytes()
    return packed(samples.reshape(HEIGHT, -1), bits)


def page(samples: np.ndarray, bits: int, photometric: int, order: str = "<", **more: object) -> bytes:
    return tiff([(tags(WIDTH, HEIGHT, bits, samples.shape[2], photometric, **more), contiguous(samples, bits, order))],
                order)  # fmt: skip


def read(data: bytes) -> np.ndarray:
    return load_bytes(data, "a.tif").pixels.astype(int)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [1, 2, 4, 6, 8, 10, 12, 14, 16])
def test_gray_of_every_depth_is_scaled_and_white_is_white(bits: int, order: str) -> None:
    samples = random(bits)
    expected = np.repeat(eight(samples, bits), 3, axis=2)
    assert np.array_equal(read(page(samples, bits, BLACK_IS_ZERO, order)), expected)
    assert np.array_equal(read(page(samples, bits, WHITE_IS_ZERO, order)), 255 - expected)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [4, 8, 10, 12, 16])
@pytest.mark.parametrize("planes", [False, True])
def test_rgb_of_every_depth_is_read_contiguous_or_in_planes(bits: int, planes: bool, order: str) -> None:
    samples = random(bits, 3)
    if not planes:
        data = page(samples, bits, RGB, order)
    else:
        strips = [contiguous(samples[..., index : index + 1], bits, order) for index in range(3)]
        length, start = len(strips[0]), 8  # the writer puts the strip first
        more = {"_284": 2, "_273": ("I", [start + index * length for index in range(3)]), "_279": ("I", [length] * 3)}
        data = tiff([(tags(WIDTH, HEIGHT, bits, 3, RGB, **more), b"".join(strips))], order)
    loaded = load_bytes(data, "a.tif")
    assert np.array_equal(loaded.pixels, eight(samples, bits))
    assert loaded.notices == ((f"Samples of {bits} bits were reduced to 8 bits.",) if bits > 8 else ())


@pytest.mark.parametrize("bits", [8, 16])
def test_signed_samples_are_raised_by_half_their_range_with_a_notice(bits: int) -> None:
    samples = random(bits)
    stored = samples ^ (1 << (bits - 1))  # v − 2ⁿ⁻¹ in two's complement
    loaded = load_bytes(page(stored, bits, BLACK_IS_ZERO, _339=2), "a.tif")
    assert np.array_equal(loaded.pixels, np.repeat(eight(samples, bits), 3, axis=2))
    assert "Signed samples" in loaded.notices[0]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("colors", [1, 3])
@pytest.mark.parametrize("extra", [1, 2])
def test_alpha_is_laid_on_white_whether_the_colors_are_multiplied_with_it_or_not(bits: int, colors: int, extra: int):
    top = 2**bits - 1
    color, alpha = random(bits, colors), random(bits)
    if extra == 1:
        color = color * alpha // top
    share = alpha / top
    exact = (color / top if extra == 1 else color / top * share) + 1 - share
    data = page(np.dstack([color, alpha]), bits, RGB if colors == 3 else BLACK_IS_ZERO, _338=extra)
    assert np.abs(read(data) - 255 * exact).max() <= 0.51
    assert any("white" in notice for notice in load_bytes(data, "a").notices)


def test_a_channel_of_no_stated_meaning_is_left_out_with_a_notice() -> None:
    samples = random(8, 4)
    loaded = load_bytes(page(samples, 8, RGB, _338=0), "a.tif")
    assert np.array_equal(loaded.pixels, samples[..., :3])
    assert "1 further channel" in loaded.notices[0]


@pytest.mark.parametrize("form", ["16 bits", "upper half", "lower half"])
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_palettes_are_looked_up_in_each_of_the_three_ways_they_are_written(bits: int, form: str) -> None:
    levels = RNG.integers(0, 256, (3, 2**bits))
    colors = {"16 bits": levels * 257, "upper half": levels * 256, "lower half": levels}[form]
    indices = random(bits)
    data = page(indices, bits, PALETTE, _320=("H", colors.ravel().tolist()))
    assert np.array_equal(read(data), levels.T[indices[..., 0]])


@pytest.mark.parametrize("bits", [8, 16])
def test_cmyk_becomes_rgb_by_the_plain_formula(bits: int) -> None:
    samples = random(bits, 4)
    ink = samples / (2**bits - 1)
    loaded = load_bytes(page(samples, bits, SEPARATED), "a.tif")
    assert np.abs(loaded.pixels - 255 * (1 - ink[..., :3]) * (1 - ink[..., 3:])).max() <= 1.5
    assert "CMYK" in loaded.notices[-1]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("studio", [False, True])
def test_ycbcr_becomes_rgb_by_its_own_coefficients(bits: int, studio: bool) -> None:
    scale = 2 ** (bits - 8)
    y = RNG.integers(60, 180, (HEIGHT, WIDTH)) * scale
    cb, cr = (RNG.integers(110, 146, (HEIGHT, WIDTH)) * scale for _ in range(2))
    more = {"_532": ("Q", [n for v in (16, 235, 128, 240, 128, 240) for n in (v * scale, 1)])} if studio else {}
    data = page(np.dstack([y, cb, cr]), bits, YCBCR, _530=("H", [1, 1]), **more)
    top, half = 2**bits - 1, 2 ** (bits - 1)
    luma = (y - 16 * scale) * (top / (219 * scale)) if studio else y
    u, v = ((c - half) * ((top - half) / (112 * scale) if studio else 1) for c in (cb, cr))
    red, blue = luma + 1.402 * v, luma + 1.772 * u
    green = (luma - 0.299 * red - 0.114 * blue) / 0.587
    expected = np.clip(np.dstack([red, green, blue]) * (255 / top), 0, 255)
    assert np.abs(read(data) - expected).max() <= 1


def test_subsampled_ycbcr_without_jpeg_is_read() -> None:
    y = np.repeat(np.repeat(RNG.integers(60, 180, (8, 12)), 2, axis=0), 2, axis=1).astype(np.uint8)
    cb, cr = np.full((8, 12), 120, np.uint8), np.full((8, 12), 140, np.uint8)
    units = np.concatenate([y.reshape(8, 2, 12, 2).transpose(0, 2, 1, 3).reshape(8, 12, 4), cb[..., None],
                            cr[..., None]], axis=2)  # fmt: skip
    data = tiff([(tags(24, 16, 8, 3, YCBCR, _530=("H", [2, 2])), units.tobytes())])
    expected = np.dstack([y + 1.402 * 12, y - 0.344136 * -8 - 0.714136 * 12, y + 1.772 * -8])
    assert np.abs(read(data) - expected).max() <= 2


@pytest.mark.parametrize("bits", [1, 8, 12])
def test_bits_filled_from_the_other_end_are_turned_around(bits: int) -> None:
    samples = random(bits)
    strip = contiguous(samples, bits)
    flipped = bytes(int(f"{byte:08b}"[::-1], 2) for byte in strip)
    data = tiff([(tags(WIDTH, HEIGHT, bits, 1, BLACK_IS_ZERO, _266=2), flipped)])
    assert np.array_equal(read(data)[..., :1], eight(samples, bits))


def test_a_reduced_version_is_not_the_picture() -> None:
    small, whole, mask = random(8, 3), random(8, 3), random(1)
    pages = [
        (tags(WIDTH, HEIGHT, 8, 3, RGB, _254=1), contiguous(small, 8)),
        (tags(WIDTH, HEIGHT, 1, 1, 4, _254=4), contiguous(mask, 1)),
        (tags(WIDTH, HEIGHT, 8, 3, RGB), contiguous(whole, 8)),
    ]
    loaded = load_bytes(tiff(pages), "a.tif")
    assert np.array_equal(loaded.pixels, whole)
    assert "first of full resolution" in loaded.notices[0]
    assert np.array_equal(load_bytes(tiff(pages[:1]), "a.tif").pixels, small)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fax", [False, True])
def test_orientation_is_applied_once_by_either_reader(fax: bool, orientation: int) -> None:
    bilevel = RNG.integers(0, 2, (HEIGHT, WIDTH)).astype(bool)
    file = io.BytesIO()
    info = {274: orientation}
    Image.fromarray(bilevel).save(file, "TIFF", compression="group4" if fax else None, tiffinfo=info)
    shown = [None, None, lambda a: a[:, ::-1], lambda a: a[::-1, ::-1], lambda a: a[::-1], lambda a: a.T,
             lambda a: a[::-1].T, lambda a: a[::-1, ::-1].T, lambda a: a[:, ::-1].T][orientation]  # fmt: skip
    expected = shown(bilevel) if shown else bilevel
    assert np.array_equal(read(file.getvalue())[..., 0], expected * 255)


LOSSLESS = ["lzw", "zlib", "packbits", "lzma", "zstd", "png", "jpeg2000", "jpegxl", "webp"]


@pytest.mark.parametrize("compression", LOSSLESS)
@pytest.mark.parametrize("tile", [None, (16, 16)])
def test_every_lossless_compression_gives_the_samples(compression: str, tile: tuple[int, int] | None) -> None:
    samples = random(8, 3).astype(np.uint8)
    options = {"compressionargs": {"lossless": True}} if compression in ("webp", "jpegxl") else {}
    file = io.BytesIO()
    tifffile.imwrite(file, samples, photometric="rgb", compression=compression, tile=tile, **options)
    assert np.array_equal(read(file.getvalue()), samples)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planes", [False, True])
def test_differences_of_16_bits_are_undone_in_strips_of_uneven_height(order: str, planes: bool) -> None:
    samples = random(16, 3).astype(np.uint16)
    file = io.BytesIO()
    tifffile.imwrite(
        file, samples.transpose(2, 0, 1) if planes else samples, photometric="rgb", compression="lzw", predictor=True,
        byteorder=order, rowsperstrip=5, planarconfig="separate" if planes else "contig",
    )  # fmt: skip
    assert np.array_equal(read(file.getvalue()), eight(samples, 16))


@pytest.mark.parametrize("bits", [8, 16])
def test_differences_without_compression_are_undone(bits: int) -> None:
    samples = random(bits, 3)
    differences = np.diff(samples, axis=1, prepend=0) % 2**bits
    assert np.array_equal(read(page(differences, bits, RGB, _317=2)), eight(samples, bits))


def test_12_bit_jpeg_within_tiff_is_scaled() -> None:
    deep = (np.add.outer(np.arange(24) * 60, np.arange(40) * 60)).astype(np.uint16)
    strip = imagecodecs.jpeg8_encode(deep, level=100, bitspersample=12)
    data = tiff([(tags(40, 24, 12, 1, BLACK_IS_ZERO, _259=7), strip)])
    assert np.abs(read(data)[..., 0] - eight(deep, 12)).max() <= 1


@pytest.mark.parametrize("mode", ["RGB", "YCbCr", "L", "CMYK"])
def test_jpeg_within_tiff_is_close(mode: str) -> None:
    smooth = np.clip(np.add.outer(np.arange(40) * 3, np.arange(56) * 2)[..., None] + [0, 20, 40], 0, 255)
    image = Image.fromarray(smooth.astype(np.uint8)).convert(mode)
    file = io.BytesIO()
    image.save(file, "TIFF", compression="jpeg", quality=95)
    assert np.abs(read(file.getvalue()) - np.asarray(image.convert("RGB"))).max() <= 6


def test_a_tag_of_many_values_where_there_is_one_is_refused_at_once() -> None:
    wide = page(random(8), 8, BLACK_IS_ZERO, _256=("I", [21] * 500), _257=("I", [2**31]))
    with pytest.raises(ImageError, match="ImageWidth is not one whole number"):
        load_bytes(wide, "a.tif")


def test_a_profile_is_applied() -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = icc.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")
    samples = np.tile([220, 30, 60], (HEIGHT, WIDTH, 1)) * 257
    loaded = load_bytes(page(samples, 16, RGB, _34675=swapped), "a.tif")
    assert np.abs(loaded.pixels - np.array([30, 220, 60])).max() < 3
    assert "profile" in loaded.notices[-1]


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.uint32, np.complex64])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_samples_without_an_agreed_range_are_refused_in_every_layout(kind: type, planar: str) -> None:
    file = io.BytesIO()
    shape = (HEIGHT, WIDTH, 3) if planar == "contig" else (3, HEIGHT, WIDTH)
    tifffile.imwrite(file, np.zeros(shape, kind), photometric="rgb", planarconfig=planar)
    with pytest.raises(ImageError, match=r"a\.tif has .* samples, which have no agreed range"):
        load_bytes(file.getvalue(), "a.tif")


@pytest.mark.parametrize(
    ("photometric", "channels", "named"), [(8, 3, "CIELAB"), (32803, 1, "CFA"), (32844, 1, "LOGL")]
)
def test_other_color_models_are_refused_by_name(photometric: int, channels: int, named: str) -> None:
    with pytest.raises(ImageError, match=f"colors of the kind {named}"):
        load_bytes(page(random(8, channels), 8, photometric), "a.tif")


def test_what_a_tile_or_a_picture_within_unpacks_to_is_bounded_by_the_tags_before_it_is_unpacked() -> None:
    samples = random(8, 3).astype(np.uint8)
    for compression in ("jpeg", "png", "jpegxl", "jpeg2000"):
        file = io.BytesIO()
        large = np.zeros((1100, 1100, 3), np.uint8)
        tifffile.imwrite(file, large, photometric="rgb", compression=compression, rowsperstrip=1100)
        data = bytearray(file.getvalue())
        with tifffile.TiffFile(io.BytesIO(data)) as opened:
            for tag in (256, 257, 278):
                found = opened.pages[0].tags[tag]
                data[found.valueoffset : found.valueoffset + 2] = (16).to_bytes(2, "little")
        with pytest.raises(ImageError, match=r"1100×1100.*limit is 1 mega"):
            load_bytes(bytes(data), "a.tif", Limits(megapixels=1))
    tile = page(samples, 8, RGB, _322=65504, _323=65504, _324=("I", [8]), _325=("I", [samples.size]))
    with pytest.raises(ImageError, match=r"65504×65504.*limit is 64 mega"):
        load_bytes(tile, "a.tif")


def test_a_strip_beyond_the_end_is_refused() -> None:
    with pytest.raises(ImageError, match="cut short"):
        load_bytes(page(random(8), 8, BLACK_IS_ZERO, _279=("I", [100_000])), "a.tif")
