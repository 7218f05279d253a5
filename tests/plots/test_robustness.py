"""The figures of the Robustness page."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from nicviz.plots.robustness import Banded, Grid, banded_figure, matrix_figure, matrix_svg, scatter_figure


def grid(diverging: bool = True) -> Grid:
    color = np.array([[np.nan, 1.0, -2.0], [np.nan, 0.1, 2.0]])
    return Grid(
        [("fog", "Fog <&>", "low"), ("shot_noise", "Shot noise", "high")],
        [("a", "A"), ("b", "B<br>b"), ("c", "C")],
        color,
        [["30", "+1", "−2"], ["20", "+0.1", "+2"]],
        [["x"] * 3] * 2,
        np.array([[False, False, False], [False, True, False]]),
        diverging,
        (1, 2),
    )


@pytest.mark.parametrize("diverging", [True, False])
def test_a_cell_has_its_number_its_keys_and_a_color_only_where_it_is_decided(diverging: bool) -> None:
    figure = matrix_figure(grid(diverging))
    heat, cells = figure.data
    assert list(cells.text) == ["30", "+1", "−2", "20", "+0.1", "+2"]
    assert [list(each) for each in cells.customdata][:2] == [["fog", "a"], ["fog", "b"]]
    assert np.isnan(heat.z[1][1]) == diverging
    assert heat.zmin == (-2 if diverging else -2.0)
    assert len(figure.layout.shapes) == 2  # the chosen cell, and the line between two groups


def test_the_matrix_as_svg_is_xml_with_every_number_and_names_as_they_are() -> None:
    root = ET.fromstring(matrix_svg(grid(), "PSNR <dB>"))
    texts = [node.text for node in root.iter() if node.text]
    assert {"PSNR <dB>", "Fog <&>", "30", "+0.1", "B", "b"} <= set(texts)
    fills = [node.get("fill") for node in root.iter() if node.tag.endswith("rect")]
    assert fills.count("none") == 3  # the anchor's two, and the one that is not decided
    assert all(len(fill or "") == 7 or fill in {"none", "white"} for fill in fills)


def test_a_band_leaves_out_what_has_no_interval_or_no_logarithm() -> None:
    line = Banded(
        "a", "#112233", np.array([1.0, 2, 3]), np.array([1.0, 2, 3]), np.array([0.0, 1, np.nan]), np.full(3, 4.0)
    )
    linear, logarithmic = (banded_figure([line], "x", "y", log_y=log) for log in (False, True))
    assert list(linear.data[0].x) == [1, 2, 2, 1]
    assert list(logarithmic.data[0].x) == [2, 2]


@pytest.mark.parametrize(("higher", "winner"), [(True, "A wins (1)"), (False, "B wins (1)")])
def test_points_have_the_color_of_the_codec_that_wins(higher: bool, winner: str) -> None:
    figure = scatter_figure(
        np.array([2.0]), np.array([1.0]), ["p"], ("#000001", "#000002"), ("A", "B"), "PSNR", higher, [7]
    )
    points = figure.data[1]
    assert points.name == winner
    assert [list(each) for each in points.customdata] == [[7]]
