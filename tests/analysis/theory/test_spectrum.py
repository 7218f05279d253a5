"""The power law of synthetic noise is found, its interval holds what it promises, and directions are told apart."""

import numpy as np
import pytest

from nicviz.analysis.theory.spectrum import NUM_RINGS, SetSpectrum, ring_sums
from nicviz.errors import NicvizError
from tests.analysis.theory.fields import field


def spectrum(*planes: np.ndarray) -> SetSpectrum:
    found = SetSpectrum()
    for number, plane in enumerate(planes):
        found.add(ring_sums(plane), str(number))
    return found


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("seed", [0, 100, 200])  # the slower index: noise of one seed is drawn once
def test_the_exponent_of_a_set_of_synthetic_noise_is_within_two_hundredths(exponent: float, seed: int) -> None:
    found = spectrum(*(field(512, exponent, seed + number) for number in range(7))).fit()
    assert found.exponent == pytest.approx(exponent, abs=0.02)
    assert found.half_width < 0.03


def test_the_interval_holds_the_true_exponent_as_often_as_it_says() -> None:
    fits = [spectrum(field(128, 2.0, seed)).fit() for seed in range(80)]
    inside = np.mean([abs(fit.exponent - 2) <= fit.half_width for fit in fits])
    assert 0.88 <= inside <= 1.0
    assert np.mean([fit.exponent for fit in fits]) == pytest.approx(2, abs=0.03)
    widths = np.mean([fit.half_width for fit in fits])
    assert 1.96 * np.std([fit.exponent for fit in fits]) == pytest.approx(widths, rel=0.35), "nor is it too wide"


def test_the_line_of_white_noise_lies_at_its_variance_and_leaves_nothing() -> None:
    found = spectrum(*(np.random.default_rng(seed).normal(0, 5, (256, 256)) for seed in range(6)))
    fit = found.fit()
    usual = (found.frequency > 0.03) & (found.frequency < 0.5)
    chance = 1 / np.sqrt(found.independent[usual])
    assert (np.abs(found.power[usual] / 25 - 1) < 4 * chance).all()
    assert np.median(np.abs(found.power[usual] / 25 - 1) / chance) == pytest.approx(0.67, abs=0.3), "as of a normal"
    assert np.abs(found.residuals(fit)[(found.frequency > 0.1) & (found.frequency < 0.5)]).max() < 0.5
    assert fit.scatter < 0.05


def test_scatter_beyond_chance_widens_the_interval() -> None:
    smooth = field(256, 2.0, 1)
    wave = 30 * np.sin(2 * np.pi * 0.1 * np.arange(256))
    assert spectrum(smooth + wave).fit().half_width > 2 * spectrum(smooth).fit().half_width


def test_directions_are_told_apart() -> None:
    found = spectrum(*(field(256, 2.0, seed, stretch=3.0) for seed in range(3)))
    horizontal, vertical, diagonal = np.nanmean(found.anisotropy()[:, 20:40], axis=1)
    assert vertical < diagonal < 0.95
    assert horizontal > 1.5
    turned = spectrum(*(field(256, 2.0, seed, stretch=3.0).T for seed in range(3)))
    assert np.nanmean(turned.anisotropy()[1, 20:40]) == pytest.approx(horizontal)
    equal = spectrum(*(field(256, 2.0, seed) for seed in range(6)))
    assert np.nanmean(equal.anisotropy()[:, 20:40], axis=1) == pytest.approx([1, 1, 1], abs=0.06)


def test_a_set_is_the_mean_of_its_pictures_and_says_each_ones_exponent() -> None:
    first, second = field(128, 1.0, 1), field(160, 3.0, 2)
    both = spectrum(first, second)
    alone = [spectrum(each) for each in (first, second)]
    shared = np.isfinite(alone[0].power) & np.isfinite(alone[1].power)
    assert both.power[shared] == pytest.approx(np.mean([each.power for each in alone], axis=0)[shared])
    assert [exponent for _, exponent in both.exponents] == [each.fit().exponent for each in alone]


def test_where_small_pictures_end_the_mean_does_not_jump_to_the_others() -> None:
    strong, large = 100 * field(64, 2.0, 1), field(512, 2.0, 2)
    both = spectrum(large, strong)
    fit = both.fit()
    assert 0.05 < fit.low <= 4 / 64, "the small one has nothing below"
    assert np.isnan(both.power[both.frequency < fit.low - 1e-9]).all()
    assert np.isfinite(both.power[(both.frequency > 4 / 64) & (both.frequency < 0.5)]).all()
    assert fit.exponent == pytest.approx(2, abs=0.25)
    assert spectrum(large).fit().low == 0.02, "alone the large one gives all of the range"


def test_a_constant_picture_has_no_law_and_a_small_one_no_spectrum() -> None:
    constant = spectrum(np.full((64, 64), 7.0))
    assert constant.fit() is None
    assert constant.exponents == [("0", None)]
    assert len(constant.power) == NUM_RINGS
    with pytest.raises(NicvizError, match="40×31"):
        ring_sums(np.zeros((31, 40)))
