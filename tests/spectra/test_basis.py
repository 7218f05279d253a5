"""The Fourier basis and the grids against NumPy's transform and a count by hand."""

import numpy as np
import pytest

from nicviz.errors import UnknownName
from nicviz.spectra.basis import GRIDS, SIDE, SIGN_PATTERNS, fourier_basis, perturbation, perturbed

CELLS = [(0, 0), (1, 0), (0, -1), (3, 5), (-7, 2), (16, 16), (0, 16), (16, 0), (31, -16)]


@pytest.mark.parametrize(("u", "v"), CELLS)
def test_a_basis_function_has_unit_norm_and_one_conjugate_pair(u: int, v: int) -> None:
    wave = fourier_basis(u, v, 32)
    assert wave.dtype == np.float64
    assert (wave**2).sum() == pytest.approx(1, abs=1e-12)
    found = {(int(x), int(y)) for y, x in np.argwhere(np.abs(np.fft.fft2(wave)) > 1e-9)}
    assert found == {(u % 32, v % 32), (-u % 32, -v % 32)}
    assert np.abs(np.fft.fft2(wave).imag).max() < 1e-9, "a cosine: no phase at the origin"


def test_axis_zero_is_vertical() -> None:
    assert np.ptp(fourier_basis(0, 3, 32), axis=1).max() < 1e-12, "v alone: rows are constant"
    assert np.ptp(fourier_basis(3, 0, 32), axis=0).max() < 1e-12, "u alone: columns are constant"


@pytest.mark.parametrize("grid", GRIDS.values(), ids=lambda grid: grid.name)
def test_the_basis_functions_of_a_grid_are_orthogonal(grid) -> None:
    some = grid.frequencies[:: len(grid.frequencies) // 40]
    waves = np.stack([fourier_basis(int(u), int(v)).ravel() for u, v in some])
    np.testing.assert_allclose(waves @ waves.T, np.eye(len(waves)), atol=1e-10)


@pytest.mark.parametrize("norm", [4.0, 16.0])
def test_the_perturbation_has_the_norm_that_it_says(norm: float) -> None:
    for u, v in [(1, 0), (3, -5), (64, 16), (200, 131)]:
        levels = perturbation(u, v, norm)
        np.testing.assert_allclose(levels, 255 * norm * fourier_basis(u, v), atol=0.5)
        assert np.linalg.norm(norm * fourier_basis(u, v)) == pytest.approx(norm, rel=1e-12)
        assert np.linalg.norm(levels / 255) == pytest.approx(norm, rel=0.1), "rounding to levels changes it a little"


@pytest.mark.parametrize("signs", SIGN_PATTERNS)
def test_the_input_is_what_clamping_and_rounding_the_sum_gives(signs: tuple[int, int, int]) -> None:
    image = np.random.default_rng(3).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    image[:4], image[4:8] = 0, 255
    wave = 255 * 4.0 * fourier_basis(17, -40)[..., None] * np.array(signs)
    expected = np.rint(np.clip(image + wave, 0, 255)).astype(np.uint8)
    np.testing.assert_array_equal(perturbed(image, perturbation(17, -40, 4.0), signs), expected)


def test_the_grids_compute_each_pair_once() -> None:
    assert {name: len(grid.frequencies) for name, grid in GRIDS.items()} == {"nyquist": 514, "lowest": 1985}
    for grid in GRIDS.values():
        assert grid.cells.shape == (grid.side, grid.side)
        assert set(grid.cells.ravel()) == set(range(len(grid.frequencies)))
        np.testing.assert_array_equal(grid.cells, grid.cells[::-1, ::-1])
        assert grid.axis[grid.reach] == 0


@pytest.mark.parametrize("grid", GRIDS.values(), ids=lambda grid: grid.name)
def test_every_cell_is_the_wave_at_its_place(grid) -> None:
    rows, columns = np.random.default_rng(0).integers(0, grid.side, (2, 30))
    for row, column in [*zip(rows, columns, strict=True), (0, 0), (0, grid.side - 1), (grid.side - 1, 3)]:
        u, v = round(grid.axis[column] * SIDE), round(grid.axis[row] * SIDE)
        stands_for = grid.frequencies[grid.cells[row, column]]
        np.testing.assert_allclose(fourier_basis(u, v), fourier_basis(*map(int, stands_for)), atol=1e-12)


@pytest.mark.parametrize("grid", GRIDS.values(), ids=lambda grid: grid.name)
def test_the_first_cells_cover_the_map_eight_by_eight(grid) -> None:
    first = grid.cells < grid.num_first
    assert first.sum() == 64
    places = np.flatnonzero(first.any(axis=0)) - grid.reach
    np.testing.assert_array_equal(places, np.arange(-7, 8, 2) * (grid.spacing // 2))
    quarter = grid.cells < len(grid.frequencies) // 4
    blocks = quarter[: grid.side // 8 * 8, : grid.side // 8 * 8].reshape(8, grid.side // 8, 8, grid.side // 8)
    assert blocks.any(axis=(1, 3)).all(), "every start of the order covers the whole map"


def test_an_unknown_grid_names_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="nyquist, lowest"):
        GRIDS["highest"]
