"""The charts are what their text says: measured on their pixels."""

import numpy as np
import pytest

from nicviz.charts import CHARTS, DEFAULT
from nicviz.color import srgb_to_lab
from nicviz.errors import ImageError


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("size", [16, 17, 63, 200])
def test_charts_are_square_rgb_of_the_size_asked_for_and_always_the_same(name: str, size: int) -> None:
    image = CHARTS[name].draw(size)
    assert image.shape == (size, size, 3)
    assert image.dtype == np.uint8
    assert np.array_equal(image, CHARTS[name].draw(size))
    assert image.min() < image.max()


@pytest.mark.parametrize("name", CHARTS)
def test_charts_have_limits_and_a_default(name: str) -> None:
    assert CHARTS[name].draw().shape == (DEFAULT, DEFAULT, 3)
    assert CHARTS[name].description.endswith(".")
    for size in (15, 4097, 0, -1):
        with pytest.raises(ImageError, match=f"{size} px.*16 to 4096"):
            CHARTS[name].draw(size)


def test_the_zone_plate_reaches_nyquist_at_the_edge_without_aliasing() -> None:
    size, window = 512, 32
    image = CHARTS["zone-plate"].draw(size)[..., 0].astype(float) - 127.5
    assert image[0].max() > 100
    for left in range(0, size - window + 1, window):
        power = np.abs(np.fft.rfft(image[size // 2, left : left + window] * np.hanning(window))) ** 2
        found = np.average(np.fft.rfftfreq(window), weights=power)
        middle = abs(left + window / 2 - size / 2) / size
        assert found == pytest.approx(middle, abs=1 / window)
    signs = np.sign(image[:, 0][:, None] * image[:, :2])
    assert (signs[:, 0] * signs[:, 1] < 0).mean() > 0.95


def test_slanted_edges_have_their_angles_and_contrasts() -> None:
    size = 512
    cell = size // 4
    image = CHARTS["slanted-edges"].draw(size)[..., 0].astype(float)
    for row, contrast in enumerate((1, 0.5, 0.25, 0.1)):
        for column, degrees in enumerate((5, 15, 30, 45)):
            patch = image[row * cell : (row + 1) * cell, column * cell : (column + 1) * cell]
            step = patch[:, -1].max() - patch[:, 0].min()
            assert step == pytest.approx(255 * contrast, abs=1)
            position = ((patch.max() - patch) / step).sum(axis=1)[cell // 4 : -cell // 4]
            slope = np.polyfit(np.arange(len(position)), position, 1)[0]
            assert np.degrees(np.arctan(-slope)) == pytest.approx(degrees, abs=0.3)


def test_the_color_planes_keep_their_lightness_inside_and_outside_of_the_gamut() -> None:
    lab = srgb_to_lab(CHARTS["lab-planes"].draw(256))
    for (row, column), lightness in zip(np.ndindex(2, 2), (80, 65, 50, 35), strict=True):
        plane = lab[row * 128 : (row + 1) * 128, column * 128 : (column + 1) * 128]
        assert np.abs(plane[..., 0] - lightness).max() < 0.6
        chroma = np.hypot(plane[..., 1], plane[..., 2])
        assert chroma.max() > 75
        is_gray = chroma < 0.5
        assert 0.3 < is_gray.mean() < 0.95
        rows, columns = np.nonzero(~is_gray)
        offset = (columns + 0.5 - 64) / 64 * 110
        assert np.abs(plane[rows, columns, 1] - offset).max() < 1.5
        assert np.corrcoef(plane[rows, columns, 2], -rows)[0, 1] > 0.999


@pytest.mark.parametrize("size", [128, 512, 1024])
def test_the_noise_has_the_power_law_of_minus_two_after_rounding(size: int) -> None:
    image = CHARTS["one-over-f"].draw(size)
    assert np.array_equal(image[..., 0], image[..., 2])
    assert image.min() >= 0
    assert min(image.min(), 255 - image.max()) == 0
    power = np.abs(np.fft.fft2(image[..., 0].astype(float))) ** 2
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size))
    used = frequency > 0
    exponent = np.polyfit(np.log(frequency[used]), np.log(power[used]), 1)[0]
    assert exponent == pytest.approx(-2, abs=0.05)
    half = (frequency > 0.02) & (frequency < 0.5)
    assert np.polyfit(np.log(frequency[half]), np.log(power[half]), 1)[0] == pytest.approx(-2, abs=0.05)


def test_the_checkers_have_their_cells() -> None:
    image = CHARTS["checker"].draw(512)[..., 0]
    assert set(np.unique(image)) == {0, 255}
    assert image.mean() == pytest.approx(127.5, abs=1)
    for corner, cell in {(0, 0): 1, (0, 256): 2, (256, 0): 5, (256, 256): 8}.items():
        line = image[corner[0], corner[1] : corner[1] + 256].astype(int)
        assert np.flatnonzero(np.diff(line))[:10].tolist() == [cell * k - 1 for k in range(1, 11)]


@pytest.mark.parametrize("size", [64, 65])
def test_the_impulse_holds_all_frequencies_alike(size: int) -> None:
    image = CHARTS["impulse"].draw(size)
    amplitude = np.abs(np.fft.fft2(image[..., 0] - 128.0))
    assert np.allclose(amplitude, 127)
    assert (image != 128).any(axis=-1).sum() == 1
