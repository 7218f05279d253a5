"""The figures of the Theory page."""

import numpy as np

from nicviz.plots.figures import Series
from nicviz.plots.spectra import Curve
from nicviz.plots.theory import component_pixels, rank_plot, ring_plot


def test_a_line_over_frequency_leaves_out_what_its_axes_have_no_place_for() -> None:
    frequency = np.array([np.nan, 0.0, 0.1, 0.2, 0.3])
    values = np.array([1.0, 1.0, 2.0, 0.0, np.nan])
    logarithmic = ring_plot([Curve("P", "#123456", frequency, values)], "power", (0.02, 0.35), y_log=True).data[0]
    assert list(logarithmic.x) == [0.1]
    linear = ring_plot([Curve("P", "#123456", frequency, values)], "dB", level=0.0).data[0]
    assert list(linear.y) == [2.0, 0.0]


def test_ranks_begin_at_one() -> None:
    figure = rank_plot([Series("PCA", "#123456", np.array([4.0, 1.0, 0.0]))], "variance", y_log=True)
    assert list(figure.data[0].x) == [1, 2]
    shares = rank_plot([Series("PCA", "#123456", np.array([0.8, 1.0]))] * 2, "share")
    assert [line.line.dash for line in shares.data] == ["solid", "dash"]


def test_a_component_is_drawn_about_middle_gray_with_its_largest_entry_at_an_end() -> None:
    pixels = component_pixels(np.array([[[0.0, 0.5], [-0.25, 0.0]]]))
    assert pixels.shape == (2, 2, 3)
    assert pixels[0, 0].tolist() == [128] * 3
    assert pixels[0, 1].tolist() == [255] * 3
    assert pixels[1, 0].tolist() == [64] * 3
    assert component_pixels(np.zeros((3, 2, 2))).tolist() == np.full((2, 2, 3), 128).tolist()
    color = component_pixels(np.array([[[1.0]], [[0.0]], [[-1.0]]]))
    assert color.tolist() == [[[255, 128, 1]]]
