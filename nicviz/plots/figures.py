"""The look that every plotly figure shares, and the figures of the Compare page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import plotly.graph_objects as go

GRID = "rgba(128,128,128,0.22)"
FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"  # of one width everywhere: a saved SVG looks as the page does
HEIGHT = 320


@dataclass(frozen=True)
class Series:
    """Something drawn in its own color: a codec with its setting."""

    name: str
    color: str
    values: NDArray[Any]


def blank_figure(x_title: str, y_title: str, height: int = HEIGHT) -> "go.Figure":
    """Return an empty figure in the shared look: transparent ground, thin grid, legend above."""
    # Plotly looks at a pandas that is being imported, and fails on one that another thread is half through with
    # (torch's packages import it): importing it here waits for that thread.
    import pandas  # noqa: F401
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        hovermode="x unified",
        font={"size": 12, "family": FONT},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": "rgba(128,128,128,.7)", "activecolor": "rgba(128,128,128,1)"},
    )
    axis = {"gridcolor": GRID, "zerolinecolor": GRID, "automargin": True}
    figure.update_xaxes(title=x_title, **axis)
    figure.update_yaxes(title=y_title, **axis)
    return figure


def figure_rows(figure: "go.Figure") -> list[dict[str, Any]]:
    """Return the points of a figure's named lines and bars as rows of a table: name, x and y by their axes' titles."""
    x_title, y_title = figure.layout.xaxis.title.text or "x", figure.layout.yaxis.title.text or "y"
    return [
        {"series": trace.name, x_title: x, y_title: y}
        for trace in figure.data
        if trace.name
        for x, y in zip(trace.x, trace.y, strict=True)
        if not np.isnan(y)  # a gap
    ]


def error_counts(reference: NDArray[np.uint8], image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the share of samples (pixels × channels) at each signed error −255 … 255; 511 values with sum 1."""
    error = image.astype(np.int16) - reference
    return np.bincount(error.ravel() + 255, minlength=511) / error.size


def error_histogram(series: Sequence[Series], reach: int) -> "go.Figure":
    """Return the histogram of signed errors, one line a codec.

    Args:
        series: values of `error_counts`.
        reach: largest error shown, in 8-bit levels.
    """
    figure = blank_figure("error (8-bit levels, all channels)", "share of samples")
    levels = np.arange(-255, 256)
    shown = np.abs(levels) <= reach
    for entry in series:
        share = np.where(entry.values > 0, entry.values, np.nan)[shown]
        figure.add_scatter(
            x=levels[shown], y=share, name=entry.name, mode="lines",
            line={"color": entry.color, "width": 2, "shape": "hvh"},
            hovertemplate="%{y:.3%}", connectgaps=False,
        )  # fmt: skip
    figure.update_yaxes(type="log", tickformat="~%", dtick=1)
    return figure


def rate_bars(
    names: Sequence[str], colors: Sequence[str], clean: Sequence[float], given: Sequence[float]
) -> "go.Figure":
    """Return the rate (bpp), one bar a codec; where `clean` is not empty, beside that of the clean image."""
    figure = blank_figure("", "bits per pixel")
    pairs = [("clean image", clean, "/"), ("corrupted image", given, "")] if clean else [("rate", given, "")]
    for label, values, pattern in pairs:
        figure.add_bar(
            x=list(names), y=list(values), name=label, marker={"color": list(colors), "pattern": {"shape": pattern}},
            text=[f"{value:.3f}" for value in values], hovertemplate="%{y:.4f} bpp",
            textposition="outside", cliponaxis=False,  # on a hatched bar nobody could read it
        )  # fmt: skip
    figure.update_layout(barmode="group", bargap=0.35, showlegend=bool(clean))
    return figure
