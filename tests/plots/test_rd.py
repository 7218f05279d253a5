"""The axes of rate–distortion plots: they hold everything, end on round numbers and seldom move."""

import math

import numpy as np
import pytest

from nicviz.plots.rd import ROOMY, Line, frame_of, line_figure


@pytest.mark.parametrize("seed", range(20))
def test_a_frame_holds_all_values_with_little_to_spare(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(rng.uniform(-50, 50), 10 ** rng.uniform(-3, 3), 9)
    low, high = frame_of(values)
    assert low < min(values)
    assert high > max(values)
    assert high - low < ROOMY * (max(values) - min(values)) or low == 0


def test_a_frame_leaves_out_what_has_no_place() -> None:
    assert frame_of([None, math.inf, math.nan]) is None
    assert frame_of([0.1, 2.0, None, math.inf]) == pytest.approx((0, 2.1))
    assert frame_of([0.0, 0.1, 1.0], log=True) == pytest.approx((-1.05, 0.05))
    low, high = frame_of([3.0])
    assert low < 3 < high


def test_a_frame_stays_until_a_value_leaves_it_or_it_is_far_too_long() -> None:
    assert frame_of([1.0, 2.0], before=(0.95, 2.3)) == (0.95, 2.3)
    assert frame_of([1.0, 2.4], before=(0.95, 2.3)) != (0.95, 2.3)
    assert frame_of([1.0, 1.1], before=(0.95, 2.3)) != (0.95, 2.3)


def test_the_ribbon_is_on_the_axis_too() -> None:
    figure = line_figure([Line("a", "#123456", [1, 2], [30, 31], band=[(20, 40), None])], "x", "y")
    assert figure.layout.yaxis.range[0] < 20
    assert figure.layout.yaxis.range[1] > 40
