"""The bootstrap against scipy's, and what it does where values are missing."""

import numpy as np
import pytest
from scipy import stats

from nicviz.robustness.bootstrap import bootstrap_means, tail


def test_intervals_are_those_of_scipy_up_to_the_chance_of_resampling() -> None:
    values = np.random.default_rng(1).gamma(2.0, 3.0, (40, 3))
    found = bootstrap_means(values, np.random.default_rng(2), resamples=20_000)
    level = 1 - 2 * tail(40)
    assert 0.951 < level < 0.965
    reference = stats.bootstrap((values,), np.mean, axis=0, n_resamples=20_000, method="percentile",
                                confidence_level=level, rng=np.random.default_rng(3))  # fmt: skip
    error = values.std(axis=0) / np.sqrt(40)
    np.testing.assert_allclose(found.value, values.mean(axis=0))
    assert np.all(np.abs(found.low - reference.confidence_interval.low) < 0.06 * error)
    assert np.all(np.abs(found.high - reference.confidence_interval.high) < 0.06 * error)


def test_the_same_resamples_serve_all_columns_so_that_a_constant_difference_has_no_width() -> None:
    values = np.random.default_rng(1).normal(size=(30, 1))
    found = bootstrap_means(np.concatenate([values, values + 5], axis=1), np.random.default_rng(0))
    assert found.low[1] - found.low[0] == pytest.approx(5)
    apart = bootstrap_means((values + 5) - values, np.random.default_rng(0))
    assert (float(apart.low[0]), float(apart.high[0])) == pytest.approx((5, 5))


def test_missing_values_count_for_nothing_in_their_column_alone() -> None:
    values = np.random.default_rng(4).normal(size=(20, 2))
    values[5:, 1] = np.nan
    found = bootstrap_means(values, np.random.default_rng(0))
    assert found.count.tolist() == [20, 5]
    assert found.value[1] == pytest.approx(values[:5, 1].mean())
    assert found.low[1] < found.value[1] < found.high[1]


def test_one_picture_has_no_interval_and_none_has_no_mean() -> None:
    values = np.full((4, 2), np.nan)
    values[0, 0] = 7
    found = bootstrap_means(values, np.random.default_rng(0))
    assert found.value[0] == 7
    assert np.isnan([found.low[0], found.high[0], found.value[1], found.low[1]]).all()


def test_blocks_of_resamples_change_nothing_but_the_draw(monkeypatch) -> None:
    from nicviz.robustness import bootstrap

    values = np.random.default_rng(5).normal(size=(50, 4))
    whole = bootstrap_means(values, np.random.default_rng(0))
    monkeypatch.setattr(bootstrap, "_CHUNK", 50 * 100)
    parts = bootstrap_means(values, np.random.default_rng(0))
    np.testing.assert_allclose(parts.low, whole.low)
    np.testing.assert_allclose(parts.high, whole.high)


@pytest.mark.parametrize(("count", "least"), [(6, 0.91), (10, 0.92), (24, 0.935)])  # of few, no mean lies beyond them
def test_intervals_cover_the_mean_about_as_often_as_they_say(count: int, least: float) -> None:
    columns = np.random.default_rng(6).normal(size=(count, 2000))  # 2000 experiments
    found = bootstrap_means(columns, np.random.default_rng(7))
    covered = float(((found.low < 0) & (found.high > 0)).mean())
    assert least < covered < 0.97


def test_six_of_seven_decide_no_majority_and_all_of_six_do() -> None:
    for share, decides in (([100.0] * 6 + [0.0], False), ([100.0] * 7 + [0.0], False), ([100.0] * 6, True)):
        found = bootstrap_means(np.array(share)[:, None], np.random.default_rng(0))
        assert bool(found.low[0] > 50) is decides


def test_columns_of_other_numbers_of_pictures_have_their_own_ends() -> None:
    values = np.random.default_rng(8).normal(size=(12, 2))
    values[6:, 1] = np.nan
    both, alone = (bootstrap_means(each, np.random.default_rng(0)) for each in (values, values[:, :1]))
    assert both.low[0] == alone.low[0]
    assert tail(6) < tail(12) < tail(1000) == pytest.approx(0.025, rel=0.02)
