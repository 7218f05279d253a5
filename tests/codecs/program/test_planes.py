"""RGB to Y, Cb, Cr and back, against the equations of ITU-T H.273 written out for one pixel."""

import numpy as np
import pytest

from nicviz.codecs.program.planes import MATRICES, RANGES, Levels, to_image, to_planes
from tests.codecs.pictures import noise, photograph

WEIGHTS = {"bt709": (0.2126, 0.7152, 0.0722), "bt601": (0.299, 0.587, 0.114)}


def by_the_book(pixel: np.ndarray, levels: Levels) -> list[float]:
    """Return Y, Cb, Cr of one pixel as real numbers, in double precision (H.273, equations 31 to 37 and 47 to 52)."""
    red, green, blue = (float(value) / 255 for value in pixel)
    kr, kg, kb = WEIGHTS[levels.matrix]
    luma = kr * red + kg * green + kb * blue
    chroma = (blue - luma) / (2 * (1 - kb)), (red - luma) / (2 * (1 - kr))
    if levels.range == "full":
        most = 2**levels.bits - 1
        return [most * luma, *(most * c + 2 ** (levels.bits - 1) for c in chroma)]
    return [2 ** (levels.bits - 8) * (219 * luma + 16), *(2 ** (levels.bits - 8) * (224 * c + 128) for c in chroma)]


@pytest.mark.parametrize("bits", [8, 10, 12])
@pytest.mark.parametrize("range_", RANGES)
@pytest.mark.parametrize("matrix", MATRICES)
def test_samples_are_the_equations_rounded_once(matrix, range_, bits) -> None:
    image = noise(9, 11)
    for rounding, whole in (("nearest", np.rint), ("truncate", np.floor)):
        levels = Levels(bits, matrix=matrix, range=range_, rounding=rounding)
        planes = np.stack(to_planes(image, levels), axis=-1)
        expected = np.array([[by_the_book(pixel, levels) for pixel in row] for row in image])
        clear = np.abs(expected * 2 - np.rint(expected * 2)) > 1e-2  # not within float32 of where rounding turns
        assert clear.mean() > 0.9
        assert np.array_equal(planes[clear], np.clip(whole(expected), 0, 2**bits - 1)[clear])


@pytest.mark.parametrize("matrix", MATRICES)
def test_ten_bits_in_full_range_give_every_level_back(matrix) -> None:
    image = np.concatenate([noise(64, 64), np.zeros((1, 64, 3), np.uint8), np.full((1, 64, 3), 255, np.uint8)])
    levels = Levels(10, matrix=matrix)
    assert np.array_equal(to_image(to_planes(image, levels), levels), image)


def test_gray_has_no_color_and_black_and_white_are_the_ends() -> None:
    gray = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)
    luma, blue, red = to_planes(gray, Levels(10))
    assert np.unique([blue, red]).tolist() == [512]
    assert (luma[0, 0], luma[-1, 0]) == (0, 1023)
    luma = to_planes(gray, Levels(8, range="limited"))[0]
    assert (luma[0, 0], luma[-1, 0]) == (16, 235)


def test_halved_color_is_the_mean_of_four_before_rounding() -> None:
    image = photograph(16)
    levels = Levels(10, halved=True)
    whole = np.array([[by_the_book(pixel, levels) for pixel in row] for row in image])
    mean = whole.reshape(8, 2, 8, 2, 3).mean(axis=(1, 3))
    luma, blue, red = to_planes(image, levels)
    assert luma.shape == (16, 16)
    assert np.abs(blue - mean[:, :, 1]).max() <= 0.501
    assert np.abs(red - mean[:, :, 2]).max() <= 0.501


def test_halved_color_comes_back_by_the_triangle_filter() -> None:
    """Each sample against the equation written out: ¾ of the nearer and ¼ of the farther along each axis."""
    blue = np.random.default_rng(1).integers(300, 700, (4, 5)).astype(np.uint16)
    gray = np.full((8, 10), 512, np.uint16)
    levels = Levels(10, halved=True)
    image = to_image((gray, blue, np.full((4, 5), 512, np.uint16)), levels)

    def at(row: int, column: int) -> float:
        near = (row // 2, column // 2)
        far = (near[0] + (1 if row % 2 else -1), near[1] + (1 if column % 2 else -1))
        rows, columns = np.clip([near[0], far[0]], 0, 3), np.clip([near[1], far[1]], 0, 4)
        return float(np.array([0.75, 0.25]) @ blue[np.ix_(rows, columns)] @ np.array([0.75, 0.25]))

    for row in range(8):
        for column in range(10):
            expected = (512 + 1.8556 * (at(row, column) - 512)) / 1023 * 255  # B of Y and Cb, BT.709
            assert abs(image[row, column, 2] - np.clip(expected, 0, 255)) <= 0.51


def test_a_smooth_picture_survives_halving() -> None:
    ramp = np.linspace(40, 200, 32)
    image = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None, :], ramp[::-1, None]), axis=-1).astype(np.uint8)
    levels = Levels(10, halved=True)
    assert np.abs(to_image(to_planes(image, levels), levels).astype(int) - image).max() <= 6
