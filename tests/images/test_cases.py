"""The small files of shared/cases/images, each against its true value as its README states it."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from nicviz.images import LoadedImage, load_file
from tests.shared_data import shared


@pytest.fixture(scope="module")
def folder() -> Path:
    return shared("cases") / "images"


@pytest.fixture(scope="module")
def ramp(folder: Path) -> np.ndarray:
    return np.load(folder / "ramp.npy").astype(int)


def off(loaded: LoadedImage, expected: np.ndarray) -> float:
    return float(np.abs(loaded.pixels - expected).max())


# Within 3 levels for tif_ycc11: its chroma was cut to whole numbers when it was written.
@pytest.mark.parametrize(
    ("name", "within"),
    [
        ("tif16_planar.tif", 1), ("tif_ycc11.tif", 3), ("tif_thumbfirst.tif", 0), ("j10.jxl", 1), ("bgr.jp2", 0),
        ("png_bigtext.png", 0), ("png_badcrc.png", 0), ("mpo.jpg", 4), ("jpeg12.jpg", 4), ("noeoi.jpg", 4),
        ("plain.jfif", 4),
    ],
)  # fmt: skip
def test_color_files_hold_the_ramp(folder: Path, ramp: np.ndarray, name: str, within: int) -> None:
    assert off(load_file(folder / name), ramp) <= within


@pytest.mark.parametrize(("name", "within"), [("tif12.tif", 1), ("tif16_wiz.tif", 0), ("tif_s8.tif", 0)])
def test_gray_files_hold_its_first_channel(folder: Path, ramp: np.ndarray, name: str, within: int) -> None:
    assert off(load_file(folder / name), ramp[..., :1]) <= within


def test_four_bits_are_scaled_to_the_whole_range(folder: Path, ramp: np.ndarray) -> None:
    pixels = load_file(folder / "j4.jxl").pixels
    stored = imagecodecs.jpegxl_decode((folder / "j4.jxl").read_bytes())
    assert np.array_equal(pixels, stored * 17)
    assert abs(pixels.mean() - ramp.mean()) < 1


def test_premultiplied_alpha_is_applied_once(folder: Path, ramp: np.ndarray) -> None:
    assert load_file(folder / "j_premul.jxl").pixels[20, 30, 0] == 191
    alpha = ramp[..., :1] / 255  # as the file has it: the first channel again
    laid = 255 * (ramp[..., :1] / 255 * alpha + 1 - alpha)
    assert off(load_file(folder / "tif_ga_assoc.tif"), laid) <= 1


def test_one_bit_is_black_and_white(folder: Path) -> None:
    pixels = load_file(folder / "g1.jp2").pixels
    assert set(np.unique(pixels)) == {0, 255}
    assert pixels.mean() == 127.5


def test_the_transparent_gray_is_in_raw_units(folder: Path) -> None:
    loaded = load_file(folder / "png2_trns.png")
    assert set(np.unique(loaded.pixels)) == {0, 170, 255}
    assert abs(loaded.pixels.mean() - 170) < 1


def test_the_clean_aperture_is_what_is_seen(folder: Path, ramp: np.ndarray) -> None:
    assert off(load_file(folder / "aclap.avif"), ramp[12:36, 16:48]) <= 4


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tif12.tif", "12 bits"), ("tif16_wiz.tif", "16 bits"), ("j10.jxl", "10 bits"), ("tif_s8.tif", "Signed"),
        ("tif_ga_assoc.tif", "white"), ("tif_thumbfirst.tif", "full resolution"), ("png_badcrc.png", "tEXt"),
        ("png_cicp_p3.png", "primaries 12"), ("mpo.jpg", "several pictures"), ("jpeg12.jpg", "12 bits"),
        ("noeoi.jpg", "end marker"),
    ],
)  # fmt: skip
def test_what_was_done_is_said(folder: Path, name: str, said: str) -> None:
    assert said in " ".join(load_file(folder / name).notices)


@pytest.mark.parametrize("name", ["s1x1.png", "s63x65.png", "flat_black.png", "png_bigtext.png", "bgr.jp2", "g1.jp2"])
def test_what_needs_no_word_has_none(folder: Path, name: str) -> None:
    assert load_file(folder / name).notices == ()
