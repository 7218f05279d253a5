"""Bjøntegaard's deltas beside the `bjontegaard` package on its own test data, and where no number may be given."""

import numpy as np
import pytest

from nicviz.analysis.rd.bd_rate import METHODS, Curve, bd_metric, bd_rate
from nicviz.errors import NicvizError

# The package's own test data (its example_usage.py): kbit/s and PSNR in dB of an anchor and a test.
PUBLISHED = {
    "case 1": (
        [9487.76, 4593.60, 2486.44, 1358.24], [40.037, 38.615, 36.845, 34.851],
        [9787.80, 4469.00, 2451.52, 1356.24], [40.121, 38.651, 36.970, 34.987],
    ),
    "high rates": (
        [82472.76, 26875.24, 9487.76, 4593.6], [43.825, 41.404, 40.037, 38.615],
        [99896.96, 33952.04, 9787.8, 4469.0], [44.731, 41.875, 40.121, 38.651],
    ),
    "more points": (
        [82472.76, 26875.24, 9487.76, 4593.6, 3600, 2900], [43.825, 41.404, 40.037, 38.615, 36.5, 35.1],
        [99896.96, 33952.04, 9787.8, 4469.0, 4040, 3300], [44.731, 41.875, 40.121, 38.651, 37, 36.5],
    ),
}  # fmt: skip

RATES = np.array([0.1, 0.2, 0.4, 0.8, 1.6])
LEVELS = np.array([25.0, 28.0, 31.0, 34.0, 37.0])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", PUBLISHED)
def test_both_deltas_equal_those_of_the_bjontegaard_package(case: str, method: str) -> None:
    bjontegaard = pytest.importorskip("bjontegaard")
    rate_a, psnr_a, rate_t, psnr_t = PUBLISHED[case]
    anchor, test = Curve(rate_a, psnr_a), Curve(rate_t, psnr_t)
    options = {"method": method, "min_overlap": 0}
    expected = bjontegaard.bd_rate(rate_a, psnr_a, rate_t, psnr_t, **options)
    assert bd_rate(anchor, test, method).value == pytest.approx(expected, rel=1e-4)
    expected = bjontegaard.bd_psnr(rate_a, psnr_a, rate_t, psnr_t, **options)
    assert bd_metric(anchor, test, method).value == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_share_of_rate_and_a_constant_gain_come_out_exactly(method: str) -> None:
    anchor = Curve(RATES, LEVELS)
    assert bd_rate(anchor, Curve(RATES * 0.8, LEVELS), method).value == pytest.approx(-20)
    assert bd_metric(anchor, Curve(RATES, LEVELS + 0.5), method).value == pytest.approx(0.5)


def test_the_order_of_the_points_does_not_matter() -> None:
    shuffled = [3, 0, 4, 1, 2]
    test = Curve(RATES[shuffled] * 1.1, LEVELS[shuffled])
    assert bd_rate(Curve(RATES, LEVELS), test).value == pytest.approx(10)


def test_the_overlap_is_the_common_interval_over_the_union_in_percent() -> None:
    found = bd_rate(Curve(RATES, LEVELS), Curve(RATES, LEVELS + 3))
    assert found.overlap == pytest.approx(100 * 9 / 15)
    assert found.note == ""


def test_a_small_overlap_is_said_and_a_tiny_one_gives_no_number() -> None:
    half = bd_rate(Curve(RATES, LEVELS), Curve(RATES, LEVELS + 5))
    assert half.value is not None
    assert "only 41 %" in half.note
    none = bd_rate(Curve(RATES, LEVELS), Curve(RATES, LEVELS + 8))
    assert none.value is None
    assert none.overlap == pytest.approx(20)
    assert "less than 25 %" in none.note
    assert bd_rate(Curve(RATES, LEVELS), Curve(RATES, LEVELS + 30)).overlap == 0


def test_fewer_than_four_points_give_no_number() -> None:
    assert bd_rate(Curve(RATES, LEVELS), Curve(RATES[:3], LEVELS[:3])).value is None
    assert "the anchor's curve has 3" in bd_rate(Curve(RATES[:3], LEVELS[:3]), Curve(RATES, LEVELS)).note
    assert bd_rate(Curve([], []), Curve([], [])).value is None


def test_a_lossless_point_is_left_out() -> None:
    exact = Curve([*RATES, 12.0], [*LEVELS, np.inf])
    assert bd_rate(Curve(RATES, LEVELS), exact).value == pytest.approx(0, abs=1e-9)


def test_a_curve_that_bends_back_has_no_rate_for_a_quality_but_a_quality_for_a_rate() -> None:
    bent = Curve(RATES, LEVELS[[0, 1, 3, 2, 1]])
    refused = bd_rate(Curve(RATES, LEVELS), bent)
    assert refused.value is None
    assert "more rate does not always give more quality" in refused.note
    assert bd_metric(Curve(RATES, LEVELS), bent).value is not None


def test_two_points_of_one_rate_give_no_number() -> None:
    assert "two points of one rate" in bd_metric(Curve(RATES, LEVELS), Curve([0.1, 0.1, 0.2, 0.4], LEVELS[:4])).note


def test_an_unknown_method_and_a_half_curve_are_refused() -> None:
    with pytest.raises(NicvizError, match="linear"):
        bd_rate(Curve(RATES, LEVELS), Curve(RATES, LEVELS), "linear")  # type: ignore[arg-type]
    with pytest.raises(NicvizError, match="one quality a rate"):
        bd_rate(Curve(RATES, LEVELS), Curve(RATES, LEVELS[:2]))
