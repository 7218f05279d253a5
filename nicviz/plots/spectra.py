"""The figures of the Spectra page: radial profiles, bands, severities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nicviz.plots.figures import GRID, Series, blank_figure

if TYPE_CHECKING:
    import plotly.graph_objects as go

Float = NDArray[np.float64]
FREQUENCY = "spatial frequency |f| (cycles/pixel)"
NYQUIST = 0.5
BAND_EDGE = "rgba(128,128,128,0.7)"
TICKS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


@dataclass(frozen=True)
class Curve:
    """One line of a radial plot.

    Args:
        name, color, dash: how it looks.
        frequency: (num_rings,) cycles/pixel, NaN where a ring is empty.
        values: (num_rings,), NaN where there is none.
    """

    name: str
    color: str
    frequency: Float
    values: Float
    dash: str = "solid"


def radial_plot(curves: Sequence[Curve], y_title: str, edges: Sequence[float], y_log: bool = True) -> "go.Figure":
    """Return lines over frequency (logarithmic), with the band edges (in Nyquist) as vertical lines."""
    figure = blank_figure(FREQUENCY, y_title, 420)
    for curve in curves:
        # A logarithmic axis has no place for zero frequency nor for a value of zero.
        shown = (curve.frequency > 0) & np.isfinite(curve.values) & ((curve.values > 0) | (not y_log))
        figure.add_scatter(
            x=curve.frequency[shown], y=curve.values[shown], name=curve.name, mode="lines",
            line={"color": curve.color, "width": 1.8, "dash": curve.dash}, hovertemplate="%{y:.3~g}",
        )  # fmt: skip
    figure.update_xaxes(type="log", tickvals=TICKS, ticktext=[f"{tick:g}" for tick in TICKS], hoverformat=".3f")
    if y_log:
        figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    for edge, (left, right) in zip(edges, (("low", "medium"), ("medium", "high")), strict=True):
        figure.add_vline(edge * NYQUIST, line={"color": BAND_EDGE, "width": 1, "dash": "dot"})
        for text, anchor in ((f"{left} ", "right"), (f" {right}", "left")):
            if text != " medium" or anchor == "left":
                figure.add_annotation(
                    x=np.log10(edge * NYQUIST), y=0, yref="paper", text=text, showarrow=False, xanchor=anchor,
                    yanchor="bottom", font={"size": 10, "color": BAND_EDGE},
                )  # fmt: skip
    figure.update_layout(legend={"font": {"size": 11}})
    return figure


def band_bars(bands: Sequence[str], series: Sequence[Series], y_title: str) -> "go.Figure":
    """Return a group of bars per band, one bar a codec; a band without a value has none.

    Args:
        bands: names, with their edges.
        series: values (len(bands),) each, NaN where there is none.
        y_title: with the unit; the axis starts at zero, because lengths of bars are compared.
    """
    figure = blank_figure("", y_title)
    for entry in series:
        values = np.where(entry.values > 0, entry.values, np.nan)
        figure.add_bar(
            x=list(bands), y=values, name=entry.name, marker={"color": entry.color},
            text=[f"{value:.3g}" for value in entry.values], hovertemplate="%{y:.4~g}",
            textposition="outside", cliponaxis=False,
        )  # fmt: skip
    figure.update_layout(barmode="group", bargap=0.3, hovermode="closest")
    figure.update_yaxes(rangemode="tozero", exponentformat="power")
    return figure


@dataclass(frozen=True)
class Panel:
    """One small plot of the severity strip: a quantity, and per codec its values over the severities."""

    title: str
    series: Sequence[Series]
    log: bool = True


def severity_plot(
    severities: Sequence[int], rows: Sequence[tuple[str, Sequence[Panel]]], legend: bool = True
) -> "go.Figure":
    """Return small plots over severity; the panels of a row share their axis title and scale."""
    from plotly.subplots import make_subplots

    columns = max(len(panels) for _, panels in rows)
    titles = [panel.title for _, panels in rows for panel in panels]
    look: Any = blank_figure("", "", 230 * len(rows)).layout
    figure = make_subplots(
        len(rows), columns, shared_yaxes=True, shared_xaxes=True, subplot_titles=titles,
        horizontal_spacing=0.02, vertical_spacing=0.3 / len(rows),
    )  # fmt: skip
    figure.update_layout(look)
    figure.update_layout(xaxis={"title": None}, yaxis={"title": None}, margin={"t": 28})
    for number, (title, panels) in enumerate(rows, start=1):
        for column, panel in enumerate(panels, start=1):
            for entry in panel.series:
                figure.add_scatter(
                    x=list(severities), y=entry.values, name=entry.name, legendgroup=entry.name,
                    showlegend=legend and number == column == 1, mode="lines+markers", hovertemplate="%{y:.4~g}",
                    line={"color": entry.color, "width": 2}, row=number, col=column,
                )  # fmt: skip
            axis = {"type": "log", "exponentformat": "power", "dtick": 1} if panel.log else {"rangemode": "tozero"}
            figure.update_yaxes(gridcolor=GRID, row=number, col=column, **axis)
        figure.update_yaxes(title=title, row=number, col=1)
    figure.update_xaxes(gridcolor=GRID, dtick=1)
    figure.update_xaxes(title="severity", row=len(rows))
    figure.update_annotations(font={"size": 12})
    return figure
