"""What a figure shows can be taken along as a table."""

import numpy as np

from nicviz.plots.figures import Series, error_histogram, figure_rows, rate_bars


def test_the_rows_of_a_figure_are_its_points_under_the_titles_of_its_axes() -> None:
    rows = figure_rows(rate_bars(["JPEG 30", "WebP 40"], ["#111111", "#222222"], [0.5, 0.4], [0.7, 0.9]))
    assert rows[0] == {"series": "clean image", "x": "JPEG 30", "bits per pixel": 0.5}
    assert rows[-1] == {"series": "corrupted image", "x": "WebP 40", "bits per pixel": 0.9}
    assert len(rows) == 4


def test_the_rows_of_a_histogram_add_up_to_all_samples() -> None:
    share = np.zeros(511)
    share[250:261] = 1 / 11
    rows = figure_rows(error_histogram([Series("JPEG 30", "#111111", share)], 8))
    assert np.isclose(sum(row["share of samples"] for row in rows), 1)
    assert [row["error (8-bit levels, all channels)"] for row in rows] == list(range(-5, 6)), "gaps are left out"
