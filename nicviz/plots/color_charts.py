"""Curves of the Color page: hue, chroma and ΔE00 over pixels, and a codec's ladder in the style of MacPherson et al."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nicviz.plots.figures import Series, blank_figure

if TYPE_CHECKING:
    import plotly.graph_objects as go

HUES = {0: "red", 90: "yellow", 180: "green", 270: "blue"}  # what the four ends of CIELAB's axes look like
_LEVEL_LINE = {"color": "rgba(128,128,128,.8)", "width": 1, "dash": "dot"}
PART_NAMES = {"lightness": "lightness ΔL′", "chroma": "chroma ΔC′", "hue": "hue ΔH′"}


def hue_histogram(series: Sequence[Series], step: float, least_chroma: float) -> "go.Figure":
    """Return the share of pixels per hue angle; values are shares of all pixels in bins of `step` degrees."""
    figure = blank_figure(f"hue angle (degrees), where chroma ≥ {least_chroma:g}", "share of pixels")
    for entry in series:
        _steps(figure, entry, step * np.arange(len(entry.values) + 1))
    ticks = list(range(0, 361, 45))
    texts = [f"{tick}°<br>{HUES[tick % 360]}" if tick % 360 in HUES else f"{tick}°" for tick in ticks]
    figure.update_xaxes(tickvals=ticks, ticktext=texts, range=[0, 360])
    figure.update_yaxes(tickformat=".1~%", rangemode="tozero")
    return figure


def chroma_histogram(series: Sequence[Series]) -> "go.Figure":
    """Return the share of pixels per unit of chroma, on a logarithmic axis; values are shares of all pixels."""
    figure = blank_figure("chroma C* (distance from gray)", "share of pixels")
    last = max((int(np.flatnonzero(entry.values).max(initial=0)) for entry in series), default=0)
    for entry in series:
        _steps(figure, entry, np.arange(len(entry.values) + 1.0))
    figure.update_xaxes(range=[0, last + 2])
    figure.update_yaxes(type="log", tickformat="~%", dtick=1)
    return figure


def delta_histogram(series: Sequence[Series], step: float) -> "go.Figure":
    """Return the share of pixels per bin of `step` in ΔE00, up to what all but one pixel in 2000 stay under."""
    figure = blank_figure("ΔE00 of a pixel", "share of pixels")
    reach = [np.searchsorted(np.cumsum(entry.values), 0.9995) + 1 for entry in series]
    for entry in series:
        _steps(figure, entry, step * np.arange(len(entry.values) + 1))
    figure.add_vline(x=1, line=_LEVEL_LINE, annotation={"text": "about just noticeable", "font": {"size": 11}},
                     annotation_position="top right")  # fmt: skip
    figure.update_xaxes(range=[0, max(2.0, step * max(reach, default=0))])
    top = max((float(np.max(entry.values)) for entry in series), default=1.0)
    figure.update_yaxes(tickformat="~%", range=[0, 1.15 * top or 1.0])  # room for the words above the curves
    return figure


def _steps(figure: "go.Figure", entry: Series, edges: Any) -> None:
    """Add a histogram as a stepped line; bins without a pixel are gaps on a logarithmic axis."""
    values = np.append(entry.values, entry.values[-1])
    figure.add_scatter(
        x=edges, y=np.where(values > 0, values, np.nan), name=entry.name, mode="lines",
        line={"color": entry.color, "width": 1.8, "shape": "hv"}, hovertemplate="%{y:.3%}",
    )  # fmt: skip


def parts_bars(parts: Mapping[str, Sequence[float]], names: Sequence[str], colors: Sequence[str]) -> "go.Figure":
    """Return grouped bars: for lightness, chroma and hue the root mean square difference of each codec.

    Args:
        parts: keys of `PART_NAMES` to one value a codec, in CIELAB units.
        names, colors: of the codecs.
    """
    figure = blank_figure("", "root mean square (CIELAB units)")
    labels = [PART_NAMES[part] for part in parts]
    for number, (name, color) in enumerate(zip(names, colors, strict=True)):
        values = [several[number] for several in parts.values()]
        figure.add_bar(x=labels, y=values, name=name, marker={"color": color},
                       text=[f"{value:.2f}" for value in values], hovertemplate="%{y:.3f}")  # fmt: skip
    figure.update_layout(barmode="group", bargap=0.3)
    return figure


@dataclass(frozen=True)
class Curve:
    """One codec's ladder from the highest quality to the lowest; `labels` name the qualities in the pointer's box."""

    name: str
    color: str
    x: Sequence[float | None]
    y: Sequence[float | None]
    labels: Sequence[str]
    spread: Sequence[float | None] = ()
    dashed: bool = False


def ladder_figure(
    curves: Sequence[Curve], x_title: str, y_title: str, level: tuple[float, str] | None = None, digits: str = ".2f"
) -> "go.Figure":
    """Return curves with a marker a quality, and bars of ± the spread where there is one.

    Args:
        curves: one a codec; a dashed one has estimated rates.
        x_title, y_title: of the axes.
        level: a value drawn as a horizontal line, with its name.
        digits: d3 format of y in the pointer's box.
    """
    figure = blank_figure(x_title, y_title, 360)
    for curve in curves:
        spread = (
            {"type": "data", "array": list(curve.spread), "thickness": 1, "width": 3} if any(curve.spread) else None
        )
        figure.add_scatter(
            x=list(curve.x), y=list(curve.y), name=curve.name, mode="lines+markers", text=list(curve.labels),
            line={"color": curve.color, "width": 2, "dash": "dash" if curve.dashed else "solid"},
            marker={"size": 7}, error_y=spread, hovertemplate="%{text}: %{y:" + digits + "}",
        )  # fmt: skip
    if level is not None:
        figure.add_hline(y=level[0], line=_LEVEL_LINE, annotation={"text": level[1], "font": {"size": 11}},
                         annotation_position="top left")  # fmt: skip
    figure.update_layout(hovermode="closest", showlegend=True)
    if all(isinstance(x, int) for curve in curves for x in curve.x):
        figure.update_xaxes(dtick=1)
    return figure
