"""Codecs at one rate: interpolation on known laws, ends, codecs of one quality."""

import numpy as np
import pytest

from nicviz.robustness.operating import Target, at, beside, coverage, nearest_step, targets_of, versus
from tests.robustness.cubes import changed, made_cube


@pytest.mark.parametrize("rate", [0.25, 0.3, 0.7, 1.0, 2.0])
def test_a_figure_that_is_linear_in_the_logarithm_of_the_rate_is_met_exactly(rate: float) -> None:
    cube = made_cube()
    found = at(cube, cube["psnr_db"], "net", Target(rate))
    expected = 32 + 4 * np.log2(rate) + np.linspace(-1.5, 1.5, 12)
    np.testing.assert_allclose(found, np.repeat(expected[:, None], found.shape[1], axis=1))


def test_beyond_the_measured_qualities_there_is_no_number() -> None:
    cube = made_cube()
    assert np.isnan(at(cube, cube["psnr_db"], "net", Target(2.1))).all()
    assert np.isnan(at(cube, cube["psnr_db"], "net", Target(0.2))).all()
    assert coverage(cube, "net", Target(2.1)) == 0


def test_a_missing_step_is_bridged_by_its_neighbors_and_the_order_of_steps_is_no_matter() -> None:
    cube = made_cube(rates=(2.0, 0.25, 1.0, 0.5))
    cube.columns["bpp"][3, :, cube.steps_of("net")[2]] = np.nan
    cube.columns["psnr_db"][3, :, cube.steps_of("net")[2]] = np.nan
    found = at(cube, cube["psnr_db"], "net", Target(0.9))
    expected = 32 + 4 * np.log2(0.9) + np.linspace(-1.5, 1.5, 12)
    np.testing.assert_allclose(found[:, 0], expected)


def test_the_setting_is_that_of_the_clean_picture_whatever_a_corrupted_one_costs() -> None:
    cube = made_cube()
    cube.columns["bpp"][:, 1:, cube.steps_of("net")] *= 4
    found = at(cube, cube["bpp"], "net", Target(0.5))
    np.testing.assert_allclose(found[:, 0], 0.5)
    np.testing.assert_allclose(found[:, 1:], 2.0)


def test_at_equal_rate_the_other_codec_gets_the_rate_of_the_first_on_each_picture() -> None:
    cube = made_cube()
    cube.columns["bpp"][:, 1:, cube.steps_of("net")] *= 2  # an octave more on corrupted pictures, which buys 4 dB
    setting = versus(cube, cube["psnr_db"], "net", "jpeg2000", Target(0.5))
    rate = versus(cube, cube["psnr_db"], "net", "jpeg2000", Target(0.5, "rate"))
    np.testing.assert_allclose(setting, 0, atol=1e-9)
    np.testing.assert_allclose(rate[:, 0], 0, atol=1e-9)
    np.testing.assert_allclose(rate[:, 1:], -4)


def test_a_variant_is_compared_at_its_own_rates() -> None:
    cube = changed(made_cube(("jpeg2000", "net", "net-msssim")), "net-msssim", {"psnr_db": -1.25})
    cube.columns["bpp"][:, :, cube.steps_of("net-msssim")] *= 1.3
    found = beside(cube, cube["psnr_db"], "net-msssim", "net")
    np.testing.assert_allclose(found, -1.25 - 4 * np.log2(1.3))


def test_a_run_of_one_quality_a_codec_is_taken_as_it_is() -> None:
    cube = made_cube(("png", "jpeg2000", "net"), rates=(0.5,))
    assert targets_of(cube) == [Target()]
    np.testing.assert_allclose(at(cube, cube["bpp"], "net", Target())[:, 0], 0.5)
    np.testing.assert_allclose(at(cube, cube["bpp"], "png", Target(0.5))[:, 0], 24)


def test_the_first_target_is_what_most_codecs_reach() -> None:
    cube = made_cube()
    cube.columns["bpp"][:, :, cube.steps_of("net")] *= 3  # 0.75 to 6
    assert targets_of(cube)[0].value == 0.75
    assert nearest_step(cube, "net", Target(0.75)) == cube.steps_of("net")[0]


@pytest.mark.parametrize("rate", [0.2, 0.247, 0.25, 0.6, 2.0, 2.02, 2.1])
def test_coverage_counts_the_pictures_that_have_a_number(rate: float) -> None:
    cube = made_cube()
    cube.columns["bpp"][:5, :, cube.steps_of("net")] *= 1.5
    cube.columns["bpp"][7, :, cube.steps_of("net")[0]] = np.nan
    found = at(cube, cube["bpp"], "net", Target(rate))[:, 0]
    assert coverage(cube, "net", Target(rate)) == pytest.approx(np.isfinite(found).mean())


def test_where_the_usual_rates_are_not_reached_the_target_is_the_median_of_those_that_are() -> None:
    cube = made_cube(rates=(4.0, 5.0, 6.5, 8.0))
    (target,) = targets_of(cube)
    assert target.value == pytest.approx(5.8, abs=0.06)
    assert coverage(cube, "net", target) == 1
    cube.columns["bpp"][:] = np.nan  # a run that has just begun
    assert targets_of(cube) == [Target(0.5)]
