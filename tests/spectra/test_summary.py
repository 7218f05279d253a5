"""The summary of a spectrum against the functions that pages use, and the coarse plane against plain cells."""

import numpy as np
import pytest

from nicviz.spectra.bands import fine_bands
from nicviz.spectra.power import channel_planes, frequencies, power_spectrum, transform
from nicviz.spectra.radial import radial_profile
from nicviz.spectra.summary import CELLS, HALF, Summary, summarize, whole_plane

SHAPES = [(96, 128), (97, 131), (64, 64), (512, 71), (80, 81)]


def picture(shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)


def summary(image: np.ndarray, num_rings: int = 16) -> Summary:
    return summarize(transform(channel_planes(image, "luminance"))[0], image.shape[1], num_rings)


@pytest.mark.parametrize("shape", [*SHAPES, (20, 30), (1, 1), (1, 7)])
def test_bands_rings_and_total_are_those_of_the_whole_plane(shape: tuple[int, int]) -> None:
    image = picture(shape)
    power, found = power_spectrum(image), summary(image)
    for name, band in fine_bands(power).bands().items():
        assert found.bands[name].energy == pytest.approx(band.energy, rel=1e-12)
        assert found.bands[name].density == (band.density and pytest.approx(band.density, rel=1e-12))
    np.testing.assert_allclose(found.rings, radial_profile(power, 16), rtol=1e-12)
    assert found.total == pytest.approx(power.mean(), rel=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_cell_of_the_coarse_plane_is_the_mean_over_its_frequencies(shape: tuple[int, int]) -> None:
    image = picture(shape)
    power, coarse = power_spectrum(image), summary(image).coarse
    assert coarse is not None
    assert coarse.shape == HALF
    whole = whole_plane(coarse)
    rows = (np.rint(frequencies(shape[0]) * CELLS).astype(int) + CELLS // 2) % CELLS
    columns = (np.rint(frequencies(shape[1]) * CELLS).astype(int) + CELLS // 2) % CELLS
    for row in range(CELLS):
        for column in range(0, CELLS, 7):
            expected = power[np.ix_(rows == row, columns == column)].mean()
            # Half a cell from −0.5 the plane's own edge cuts its mirror image off: a real plane has both or their mean.
            assert whole[row, column] == pytest.approx(expected, rel=1e-9), (row, column)


def test_a_whole_plane_is_its_own_mirror_image() -> None:
    coarse = summary(picture((96, 128))).coarse
    assert coarse is not None
    inner = whole_plane(coarse)[1:, 1:]
    np.testing.assert_allclose(inner, inner[::-1, ::-1], rtol=1e-12)


def test_a_picture_that_lacks_cells_has_no_coarse_plane() -> None:
    assert summary(picture((63, 200))).coarse is None
    assert summary(picture((64, 64))).coarse is not None
