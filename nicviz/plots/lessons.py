"""The small figures of the Lessons page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nicviz.plots.figures import GRID, Series, blank_figure
from nicviz.plots.spectra import BAND_EDGE, FREQUENCY, NYQUIST, Curve

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = 330
_TICKS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_BEGINNING = 0.004  # cycles/pixel, where the slowest ring's name has its place


def ring_profile(
    curves: Sequence[Curve],
    y_title: str,
    edges: Sequence[float],
    names: Sequence[str],
    log: bool = False,
    reach: tuple[float, float] | None = None,
) -> "go.Figure":
    """Return lines over frequency (logarithmic) with the rings that they are summed up in.

    Args:
        curves: one a subject.
        y_title: of the vertical axis.
        edges: between the rings, in units of Nyquist.
        names: of the rings, one more than edges.
        log: whether the vertical axis is logarithmic.
        reach: range of a linear vertical axis; None lets the lines decide.
    """
    figure = blank_figure(FREQUENCY, y_title, HEIGHT)
    for curve in curves:
        shown = (curve.frequency > 0) & np.isfinite(curve.values) & ((curve.values > 0) | (not log))
        figure.add_scatter(
            x=curve.frequency[shown], y=curve.values[shown], name=curve.name, mode="lines",
            line={"color": curve.color, "width": 2, "dash": curve.dash}, hovertemplate="%{y:.3~g}",
        )  # fmt: skip
    figure.update_xaxes(type="log", tickvals=_TICKS, ticktext=[f"{tick:g}" for tick in _TICKS], hoverformat=".3f")
    if log:
        figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    elif reach is not None:
        figure.update_yaxes(range=reach)
    ends = np.array([_BEGINNING / NYQUIST, *edges, np.sqrt(2)]) * NYQUIST
    for left, right, name in zip(ends[:-1], ends[1:], names, strict=True):
        figure.add_annotation(
            x=np.log10(left * right) / 2, y=1, yref="paper", text=name, showarrow=False, yanchor="bottom",
            font={"size": 11},
        )  # fmt: skip
    for edge in edges:
        figure.add_vline(edge * NYQUIST, line={"color": BAND_EDGE, "width": 1, "dash": "dot"})
    return _legend_below(figure)


def grouped_bars(labels: Sequence[str], series: Sequence[Series], y_title: str) -> "go.Figure":
    """Return a group of bars a label, one bar a subject; the axis holds zero, because lengths are compared."""
    figure = blank_figure("", y_title, HEIGHT)
    for entry in series:
        figure.add_bar(
            x=list(labels), y=entry.values, name=entry.name, marker={"color": entry.color},
            text=[_bar_text(value) for value in entry.values], hovertemplate="%{y:.4~g}",
            textposition="outside", cliponaxis=False, textfont={"size": 10}, textangle=0,
        )  # fmt: skip
    figure.update_layout(barmode="group", bargap=0.3, hovermode="closest", showlegend=True)
    figure.update_yaxes(rangemode="tozero", gridcolor=GRID)
    return _legend_below(figure)


def _bar_text(value: float) -> str:
    if np.isnan(value):
        return ""
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"


def plain_curves(curves: Sequence[Curve], x_title: str, y_title: str, markers: bool = True) -> "go.Figure":
    """Return lines over `frequency`, which here is any quantity, both axes linear."""
    figure = blank_figure(x_title, y_title, HEIGHT)
    for curve in curves:
        figure.add_scatter(
            x=curve.frequency, y=curve.values, name=curve.name, mode="lines+markers" if markers else "lines",
            line={"color": curve.color, "width": 2}, hovertemplate="%{x:.3~g}: %{y:.3~f}",
        )  # fmt: skip
    figure.update_layout(hovermode="closest", showlegend=True)
    return _legend_below(figure)


def _legend_below(figure: "go.Figure") -> "go.Figure":
    """Leave the place above a plot to the names of rings and to its buttons."""
    figure.update_layout(
        legend={"orientation": "h", "yanchor": "top", "y": -0.2, "x": 0}, margin={"t": 24, "b": 8}, showlegend=True
    )
    return figure
