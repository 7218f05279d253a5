"""What a step shows: the pictures in the viewer, and the chart of its measurement."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from nicviz.analysis.color.plane import ab_plane, changed_cells
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.lessons.base import Chart, Line, Measured
from nicviz.lessons.measure.color import red_cells
from nicviz.lessons.scene import EDGES, RINGS
from nicviz.plots.color_plane import change_figure, plane_figure, window_of
from nicviz.plots.colors import CORRUPTED, ORIGINAL, distinct_colors
from nicviz.plots.figures import Series
from nicviz.plots.lessons import grouped_bars, plain_curves, ring_profile
from nicviz.plots.spectra import Curve
from nicviz.requests.view import View
from nicviz.ui.kit.figures import show_figure, show_figure_with_data
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.shell.panes import column_title, input_panes, result_pane
from nicviz.ui.viewer import Pane, viewer

BLIND = "AB"  # what results are called before their names are told
OWN = {"original": ORIGINAL, "corrupted": CORRUPTED}
HEIGHT = 340


def show_inputs(view: View, original: LoadedImage, source: LoadedImage, key: str) -> None:
    """Draw what the codecs of a view are given."""
    panes = input_panes(view, Inputs(original, source))
    viewer(panes, key=key, references=_references(view), height=HEIGHT)


def show_pictures(measured: Measured, codecs: Mapping[str, Codec], key: str, blind: bool = False) -> None:
    """Draw what the codecs were given and what they made of it; blind, the results without their names."""
    viewer(picture_panes(measured, codecs, blind), key=key, references=_references(measured.view), height=HEIGHT)


def picture_panes(measured: Measured, codecs: Mapping[str, Codec], blind: bool = False) -> list[Pane]:
    """Return the panes of a measurement."""
    inputs = Inputs(measured.original, measured.source)
    panes = input_panes(measured.view, inputs)
    colors = distinct_colors([each.compression.codec for each in measured.compared])
    for number, (done, color) in enumerate(zip(measured.compared, colors, strict=True), start=1):
        if blind:
            panes.append(Pane(f"codec-{number}", BLIND[number - 1], done.compression.png))
        else:
            panes.append(result_pane(number, measured.view, inputs, done, color, codecs))
    return panes


def show_chart(measured: Measured, codecs: Mapping[str, Codec], name: str, width: int | None = None) -> None:
    """Draw the chart of a measurement, under a key and file name of its own; `width` is of `show_figure`."""
    chart = measured.chart
    if chart.kind == "none":
        return
    st.markdown(f"**{plain_text(chart.title)}**")
    if chart.kind == "colors":
        _colors(measured, codecs, name, width)
    elif chart.kind == "profile":
        curves = _curves(chart.lines, ("solid", "solid", "dash"))
        show_figure_with_data(ring_profile(curves, chart.y, EDGES, RINGS, chart.log, chart.reach), name, width)
    elif chart.kind == "bars":
        _bars(chart, name, width)
    else:
        show_figure_with_data(
            plain_curves(_curves(chart.lines), chart.x, chart.y, len(chart.lines[0].x) < 20), name, width
        )


def _bars(chart: Chart, name: str, width: int | None) -> None:
    colors = _colors_of(chart.lines)
    series = [
        Series(line.name, color, np.array(line.y, float)) for line, color in zip(chart.lines, colors, strict=True)
    ]
    show_figure_with_data(grouped_bars([str(x) for x in chart.lines[0].x], series, chart.y), name, width)


def _curves(lines: Sequence[Line], dashes: Sequence[str] = ()) -> list[Curve]:
    return [
        Curve(line.name, color, np.array(line.x, float), np.array(line.y, float), *dashes[place : place + 1])
        for place, (line, color) in enumerate(zip(lines, _colors_of(lines), strict=True))
    ]


def _colors_of(lines: Sequence[Line]) -> list[str]:
    codecs = iter(distinct_colors([line.subject for line in lines if line.subject not in OWN]))
    return [OWN[line.subject] if line.subject in OWN else next(codecs) for line in lines]


def _colors(measured: Measured, codecs: Mapping[str, Codec], name: str, width: int | None) -> None:
    before = ab_plane(measured.original.pixels)
    after = [ab_plane(done.compression.pixels()) for done in measured.compared]
    window = window_of([plane.counts for plane in (before, *after)], whole=False)
    if not after:
        title = f"{before.unique:,} colors; those that are called red in full"
        show_figure(plane_figure(before.counts, before.lightness, window, title, marked=red_cells()), name, width)
        return
    places = st.columns(len(after)) if width is None else [st.container() for _ in after]
    for place, plane, done in zip(places, after, measured.compared, strict=True):
        change = changed_cells(before, plane)
        title = column_title(done, codecs)
        with place:
            figure = change_figure(change.lost, change.kept, change.invented, window, title)
            show_figure(figure, f"{name}-{done.compression.codec}", width)


def _references(view: View) -> list[str]:
    return ["original", "corrupted"] if view.corruption is not None else ["original"]
