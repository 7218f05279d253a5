"""The plots of the a*b* plane: what is drawn is what was counted, and a plot stays small."""

import base64
import io

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image
from skimage.color import lab2rgb

from nicviz.analysis.color.plane import Plane, ab_plane, changed_cells
from nicviz.corruptions import corrupt
from nicviz.plots.color_charts import Curve, chroma_histogram, delta_histogram, hue_histogram, ladder_figure
from nicviz.plots.color_plane import Window, change_figure, density_colors, plane_figure, window_of
from nicviz.plots.figures import Series
from nicviz.samples import find_sample

HALF_A_MEGABYTE = 500_000


def photograph(name: str = "coffee") -> np.ndarray:
    return find_sample(name).load().pixels


def picture_of(figure: go.Figure, number: int = 0) -> np.ndarray:
    """RGBA of an image trace, row b* upward, column a*."""
    trace = [trace for trace in figure.data if trace.type == "image"][number]
    return np.array(Image.open(io.BytesIO(base64.b64decode(trace.source.partition(",")[2]))))


def draw(plane: Plane, window: Window, **options: object) -> go.Figure:
    return plane_figure(plane.counts, plane.lightness, window, "title", **options)


def test_every_occupied_cell_is_drawn_in_its_own_color_and_no_other_cell() -> None:
    plane = ab_plane(photograph("astronaut"))
    window = window_of([plane.counts], whole=False)
    drawn = picture_of(draw(plane, window))
    assert np.array_equal(drawn[..., 3] > 0, window.cut(plane.counts) > 0)
    assert (drawn[..., 3] > 0).sum() == plane.unique, "the window cuts nothing off"
    a, b = np.argwhere(plane.counts == plane.counts.max())[0] - 128
    lab = np.array([[[plane.lightness[a + 128, b + 128], a, b]]])
    shown = drawn[b - window.b_low, a - window.a_low, :3].astype(float)
    assert np.abs(shown - 255 * lab2rgb(lab)[0, 0]).max() <= 1


def test_the_pointer_finds_count_and_color_of_the_cell_under_it() -> None:
    plane = ab_plane(photograph("astronaut"))
    window = window_of([plane.counts], whole=True)
    figure = draw(plane, window)
    trace = next(trace for trace in figure.data if trace.type == "image")
    row, column = np.argwhere(window.cut(plane.counts) == plane.counts.max())[0]
    red, green, blue = picture_of(figure)[row, column, :3]
    assert trace.text[row][column] == f"{plane.counts.max()} #{red:02x}{green:02x}{blue:02x}"
    assert (trace.x0 + column, trace.y0 + row) == tuple(np.argwhere(plane.counts == plane.counts.max())[0] - 128)
    assert sum(text != "" for line in trace.text for text in line) == plane.unique


@pytest.mark.parametrize("top", [None, 1000])
def test_a_plot_of_a_photograph_full_of_noise_has_at_most_half_a_megabyte(top: int | None) -> None:
    plane = ab_plane(corrupt(photograph(), "gaussian_noise", 5, 0))
    assert plane.unique > 20_000
    size = len(draw(plane, window_of([plane.counts], whole=True), top=top, marked=plane.counts > 3).to_json())
    assert 100_000 < size <= HALF_A_MEGABYTE


def test_what_is_not_marked_fades() -> None:
    plane = ab_plane(photograph())
    window = window_of([plane.counts], whole=False)
    drawn = picture_of(draw(plane, window, marked=plane.counts > 100))[..., 3]
    assert set(drawn[window.cut(plane.counts) > 100]) == {255}
    faded = drawn[(window.cut(plane.counts) > 0) & (window.cut(plane.counts) <= 100)]
    assert 0 < faded.max() < 100


def test_density_grows_brighter_with_the_logarithm_of_the_count() -> None:
    luminance = density_colors(np.array([1, 10, 100, 1000]), 1000) @ [0.2, 0.7, 0.1]
    assert (np.diff(luminance) > 20).all()
    assert luminance[0] > 20, "one pixel shows on dark ground"


def test_the_window_is_common_holds_all_and_has_room_for_one_cell() -> None:
    first, second = ab_plane(photograph("coffee")), ab_plane(photograph("astronaut"))
    window = window_of([first.counts, second.counts], whole=False)
    for plane in (first, second):
        assert window.cut(plane.counts).sum() == plane.counts.sum()
    gray = window_of([ab_plane(np.full((4, 4, 3), 7, np.uint8)).counts], whole=False)
    assert gray.a_high - gray.a_low >= 16
    whole = window_of([first.counts], whole=True)
    assert (whole.a_low, whole.b_high) < (-86, 127)
    assert whole.b_low < -107


def test_lost_kept_and_invented_have_three_marks_with_their_counts() -> None:
    before, after = ab_plane(photograph("astronaut")), ab_plane(photograph("astronaut") // 32 * 32)
    change = changed_cells(before, after)
    window = window_of([before.counts, after.counts], whole=False)
    figure = change_figure(change.lost, change.kept, change.invented, window, "title")
    names = [trace.name for trace in figure.data if trace.type == "scatter" and trace.showlegend]
    counts = [np.count_nonzero(cells) for cells in (change.kept, change.lost, change.invented)]
    assert names == [f"{kind} {n:,}" for kind, n in zip(("kept", "lost", "invented"), counts, strict=True)]
    marks = picture_of(figure).reshape(window.b_high - window.b_low + 1, 3, -1, 3, 4).transpose(0, 2, 1, 3, 4)
    colors = []
    for cells in (change.lost, change.kept, change.invented):
        stamps = np.unique(marks[window.cut(cells)].reshape(-1, 36), axis=0)
        assert len(stamps) == 1
        colors.append(stamps.tobytes())
    assert len(set(colors)) == 3
    assert not marks[window.cut(~(change.lost | change.kept | change.invented))].any()
    assert len(figure.to_json()) <= HALF_A_MEGABYTE


def test_histograms_keep_the_shares_they_are_given() -> None:
    values = np.zeros(72)
    values[3] = 0.25
    (line,) = hue_histogram([Series("x", "#000000", values)], 5, 5).data
    assert (line.x[3], line.y[3]) == (15, 0.25)
    assert np.isnan(line.y[4])
    assert chroma_histogram([Series("x", "#000000", values)]).layout.xaxis.range == (0, 5)
    assert delta_histogram([Series("x", "#000000", values * 4)], 0.25).layout.xaxis.range == (0, 2)


def test_a_ladder_has_error_bars_only_where_there_is_a_spread() -> None:
    alone = Curve("a", "#000000", [0, 1], [0.0, -5.0], ["q 2", "q 1"], [None, None])
    several = Curve("b", "#000000", [0, 1], [0.0, -5.0], ["q 2", "q 1"], [0.0, 3.0], dashed=True)
    first, second = ladder_figure([alone, several], "x", "y").data
    assert first.error_y.array is None
    assert list(second.error_y.array) == [0.0, 3.0]
    assert second.line.dash == "dash"
