"""Reading images: every format, every kind of pixel, every notice."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from nicviz.errors import ImageError, NicvizError
from nicviz.images import LoadedImage, content_hash, load_bytes, load_file

RNG = np.random.default_rng(0)
SMOOTH = np.clip(np.add.outer(np.arange(40) * 3, np.arange(56) * 2)[..., None] + np.array([0, 20, 40]), 0, 255).astype(
    np.uint8
)
NOISE = RNG.integers(0, 256, (40, 56, 3), dtype=np.uint8)


def saved(image: Image.Image | np.ndarray, kind: str, **options: object) -> bytes:
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


LOSSLESS = {
    "a.png": saved(NOISE, "PNG"),
    "a.webp": saved(NOISE, "WEBP", lossless=True),
    "a.tif": saved(NOISE, "TIFF"),
    "deflated.tiff": saved(NOISE, "TIFF", compression="tiff_adobe_deflate"),
    "a.bmp": saved(NOISE, "BMP"),
    "a.jp2": saved(NOISE, "JPEG2000"),
    "a.j2k": saved(NOISE, "JPEG2000", no_jp2=True),
    "a.jxl": imagecodecs.jpegxl_encode(NOISE, lossless=True),
    "boxed.jxl": imagecodecs.jpegxl_encode(NOISE, lossless=True, usecontainer=True),
}
LOSSY = {"a.jpg": saved(SMOOTH, "JPEG", quality=95), "a.avif": saved(SMOOTH, "AVIF", quality=95)}


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_formats_give_the_exact_pixels_and_no_notice(name: str) -> None:
    loaded = load_bytes(LOSSLESS[name], name)
    assert np.array_equal(loaded.pixels, NOISE)
    assert loaded.notices == ()
    assert loaded.name == name


@pytest.mark.parametrize("name", LOSSY)
def test_lossy_formats_give_close_pixels_and_no_notice(name: str) -> None:
    loaded = load_bytes(LOSSY[name], name)
    assert loaded.pixels.shape == SMOOTH.shape
    assert np.abs(loaded.pixels.astype(int) - SMOOTH).mean() < 3
    assert loaded.notices == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (257, 3)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "AVIF", "JPEG2000", "JXL"])
def test_small_and_thin_images_are_read(kind: str, size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 90, np.uint8)
    data = imagecodecs.jpegxl_encode(image) if kind == "JXL" else saved(image, kind)
    assert load_bytes(data, "thin").pixels.shape == image.shape


def test_pixels_are_read_only_and_hashed_with_their_shape() -> None:
    loaded = load_bytes(LOSSLESS["a.png"], "a.png")
    with pytest.raises(ValueError, match="read-only"):
        loaded.pixels[0, 0] = 0
    assert loaded.sha256 == load_bytes(LOSSLESS["a.bmp"], "b").sha256 == content_hash(NOISE.copy())
    assert content_hash(NOISE) != content_hash(NOISE.reshape(56, 40, 3))
    assert content_hash(NOISE[:, ::2]) == content_hash(NOISE[:, ::2].copy())


def only_notice(loaded: LoadedImage) -> str:
    assert len(loaded.notices) == 1, loaded.notices
    return loaded.notices[0]


def test_a_wrong_extension_is_a_notice() -> None:
    assert "PNG" in only_notice(load_bytes(LOSSLESS["a.png"], "photo.jpg"))
    assert load_bytes(LOSSLESS["a.png"], "photo.backup").notices == ()


@pytest.mark.parametrize("mode", ["L", "1", "P"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_gray_and_palette_are_expanded_without_a_notice(mode: str, kind: str) -> None:
    image = Image.fromarray(SMOOTH).convert(mode)
    loaded = load_bytes(saved(image, kind), "a")
    assert np.array_equal(loaded.pixels, np.asarray(image.convert("RGB")))
    assert loaded.notices == ()


def test_gray_jpeg_xl_is_expanded() -> None:
    loaded = load_bytes(imagecodecs.jpegxl_encode(NOISE[..., 0], lossless=True), "a.jxl")
    assert np.array_equal(loaded.pixels, np.repeat(NOISE[..., :1], 3, axis=2))
    assert loaded.notices == ()


def on_white(rgba: np.ndarray) -> np.ndarray:
    alpha = rgba[..., 3:] / 255
    return rgba[..., :3] * alpha + 255 * (1 - alpha)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JXL", "JPEG2000"])
def test_alpha_is_laid_on_white_with_a_notice(kind: str) -> None:
    rgba = np.dstack([NOISE, SMOOTH[..., 0]])
    if kind == "JXL":
        data = imagecodecs.jpegxl_encode(rgba, lossless=True)
    else:
        data = saved(Image.fromarray(rgba), kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    loaded = load_bytes(data, "a")
    assert np.abs(loaded.pixels - on_white(rgba)).max() <= 0.51
    assert "white" in only_notice(loaded)


def test_opaque_alpha_is_no_news() -> None:
    rgba = np.dstack([NOISE, np.full(NOISE.shape[:2], 255, np.uint8)])
    loaded = load_bytes(saved(Image.fromarray(rgba), "PNG"), "a.png")
    assert np.array_equal(loaded.pixels, NOISE)
    assert loaded.notices == ()


def test_gray_with_alpha_and_palettes_with_transparency_are_laid_on_white() -> None:
    gray = Image.merge("LA", (Image.new("L", (5, 4), 10), Image.new("L", (5, 4), 0)))
    assert (load_bytes(saved(gray, "PNG"), "a.png").pixels == 255).all()
    palette = Image.new("P", (5, 4), 1)
    palette.putpalette([0, 0, 0, 200, 30, 30])
    loaded = load_bytes(saved(palette, "PNG", transparency=1), "a.png")
    assert (loaded.pixels == 255).all()
    assert "white" in only_notice(loaded)


def tiff(samples: np.ndarray) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, samples, photometric="rgb")
    return file.getvalue()


def test_16_bits_are_reduced_to_8_with_a_notice() -> None:
    deep = RNG.integers(0, 65536, NOISE.shape, dtype=np.uint16)
    rgb = np.rint(deep * (255 / 65535)).astype(np.uint8)
    twelve = np.rint((deep >> 4) * (255 / 4095)).astype(np.uint8)
    gray = np.repeat(rgb[..., :1], 3, axis=2)
    files = {
        "rgb.png": (imagecodecs.png_encode(deep), rgb),
        "gray.png": (imagecodecs.png_encode(np.ascontiguousarray(deep[..., 0])), gray),
        "gray.tif": (saved(Image.fromarray(deep[..., 0]), "TIFF"), gray),
        "rgb.tif": (tiff(deep), rgb),
        "rgb.jxl": (imagecodecs.jpegxl_encode(deep, lossless=True), rgb),
        "rgb.jp2": (imagecodecs.jpeg2k_encode(deep, level=0, reversible=True), rgb),
        "12.jp2": (imagecodecs.jpeg2k_encode(deep >> 4, level=0, reversible=True, bitspersample=12), twelve),
        "gray.j2k": (saved(Image.fromarray(deep[..., 0]), "JPEG2000", no_jp2=True), gray),
    }
    for name, (data, expected) in files.items():
        loaded = load_bytes(data, name)
        assert np.array_equal(loaded.pixels, expected), name
        assert "8 bits" in loaded.notices[-1], name
        # imagecodecs marks 16-bit JPEG XL as linear light, which is not converted and therefore reported
        assert len(loaded.notices) == 1 + name.endswith(".jxl"), name


def test_10_bit_avif_says_so() -> None:
    deep = SMOOTH.astype(np.uint16) * 4
    loaded = load_bytes(imagecodecs.avif_encode(deep, level=95, bitspersample=10), "a.avif")
    assert any("8 bits" in notice for notice in loaded.notices)


@pytest.mark.parametrize("mode", ["I", "F"])
def test_samples_without_an_agreed_range_are_refused(mode: str) -> None:
    with pytest.raises(ImageError, match=r"a\.tif has .* samples"):
        load_bytes(saved(Image.new(mode, (9, 9)), "TIFF"), "a.tif")
    with pytest.raises(ImageError, match="floating-point"):
        load_bytes(imagecodecs.jpegxl_encode(NOISE.astype(np.float32) / 255), "a.jxl")


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_converted_with_a_notice(kind: str) -> None:
    image = Image.fromarray(SMOOTH).convert("CMYK")
    loaded = load_bytes(saved(image, kind, **({"quality": 100} if kind == "JPEG" else {})), "a")
    assert np.abs(loaded.pixels.astype(int) - SMOOTH).mean() < 2
    assert "CMYK" in only_notice(loaded)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation_is_applied_with_a_notice(kind: str, orientation: int) -> None:
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(SMOOTH, kind, exif=exif)
    loaded = load_bytes(data, "a")
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    assert loaded.pixels.shape == ((40, 56, 3) if orientation < 5 else (56, 40, 3))
    assert np.array_equal(loaded.pixels, expected)
    assert ("EXIF" in "".join(loaded.notices)) == (orientation > 1)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF", "JXL"])
def test_of_several_pictures_the_first_is_taken_with_a_notice(kind: str) -> None:
    frames = [Image.new("RGB", (32, 24), color) for color in ((200, 0, 0), (0, 200, 0), (0, 0, 200))]
    if kind == "JXL":
        data = imagecodecs.jpegxl_encode(np.stack([np.asarray(frame) for frame in frames]), lossless=True)
    else:
        options = {"lossless": True} if kind == "WEBP" else {}
        data = saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    loaded = load_bytes(data, "a")
    assert loaded.pixels.shape == (24, 32, 3)
    assert np.abs(loaded.pixels.astype(int) - (200, 0, 0)).max() <= 3
    assert "first" in only_notice(loaded)


def swapped_profile() -> bytes:
    """A matrix profile whose red and green primaries are swapped, made from littleCMS's own sRGB."""
    icc = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for index in range(struct.unpack(">I", icc[128:132])[0]):
        at = 132 + 12 * index
        swap = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}
        icc[at : at + 4] = swap.get(bytes(icc[at : at + 4]), icc[at : at + 4])
    return bytes(icc)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
def test_a_profile_other_than_srgb_is_converted_with_a_notice(kind: str) -> None:
    image = Image.new("RGB", (16, 16), (220, 30, 60))
    options = {"icc_profile": swapped_profile()} | ({"lossless": True} if kind == "WEBP" else {})
    loaded = load_bytes(saved(image, kind, **options), "a")
    assert np.abs(loaded.pixels.astype(int) - (30, 220, 60)).max() < 5
    assert "profile" in only_notice(loaded)


def test_an_srgb_profile_changes_nothing_and_a_damaged_one_is_reported() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    loaded = load_bytes(saved(NOISE, "PNG", icc_profile=srgb), "a.png")
    assert np.array_equal(loaded.pixels, NOISE)
    assert loaded.notices == ()
    loaded = load_bytes(saved(NOISE, "PNG", icc_profile=b"no profile at all"), "a.png")
    assert np.array_equal(loaded.pixels, NOISE)
    assert "taken as sRGB" in only_notice(loaded)


def test_a_gray_picture_may_carry_a_profile_for_rgb() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for image in (Image.fromarray(NOISE[..., 0]), Image.fromarray(NOISE[..., 0]).convert("LA")):
        loaded = load_bytes(saved(image, "PNG", icc_profile=srgb), "a.png")
        assert np.array_equal(loaded.pixels, np.repeat(NOISE[..., :1], 3, axis=2))
        assert loaded.notices == ()


def test_a_profile_in_jpeg_2000_is_found() -> None:
    icc = swapped_profile()
    data = saved(Image.new("RGB", (16, 16), (220, 30, 60)), "JPEG2000")
    start = data.index(b"colr") - 4
    length = int.from_bytes(data[start : start + 4], "big")
    box = struct.pack(">I4sBBB", 11 + len(icc), b"colr", 2, 0, 0) + icc
    header = data.index(b"jp2h") - 4
    grown = int.from_bytes(data[header : header + 4], "big") + len(box) - length
    patched = data[:header] + struct.pack(">I", grown) + data[header + 4 : start] + box + data[start + length :]
    loaded = load_bytes(patched, "a.jp2")
    assert np.abs(loaded.pixels.astype(int) - (30, 220, 60)).max() < 5


def test_a_gamma_that_is_not_applied_is_reported() -> None:
    data = LOSSLESS["a.png"]
    chunk = b"gAMA" + struct.pack(">I", 100_000)
    chunk = struct.pack(">I", 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    assert "gamma of 1 " in only_notice(load_bytes(data[:33] + chunk + data[33:], "a.png"))


def test_files_are_named_without_their_folder(tmp_path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(LOSSLESS["a.png"])
    assert load_file(path).name == "photo.png"
    assert np.array_equal(load_file(str(path)).pixels, NOISE)
    with pytest.raises(NicvizError, match=r"no image file .*missing\.png"):
        load_file(tmp_path / "missing.png")
    with pytest.raises(NicvizError, match="no image file"):
        load_file(tmp_path)
