"""The pictures and figures of the Latents page."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nicviz.plots.figures import GRID, blank_figure
from nicviz.plots.maps import DIVERGING, symmetric_map

if TYPE_CHECKING:
    import plotly.graph_objects as go

Field = NDArray[np.float64]
GUTTER = 128  # gray between channels
FRAME = (18, 184, 134)  # around the chosen one
_EXPECTED = "#7f7f7f"


def mosaic_columns(count: int, shape: tuple[int, int]) -> int:
    """Return how many channels of (h, w) stand in a row, so that the whole is about half as wide again as high."""
    height, width = shape[0] + 1, shape[1] + 1
    return max(1, min(count, round(math.sqrt(1.5 * count * height / width))))


def mosaic(channels: NDArray[np.float32], reach: float, chosen: int | None) -> NDArray[np.uint8]:
    """Return the channels (n, h, w), in order, as one picture on a scale from −reach to reach.

    Each has a line of one pixel around it; that of the chosen one, by its place in the order, is green.
    """
    count, height, width = channels.shape
    columns = mosaic_columns(count, (height, width))
    rows = -(-count // columns)
    picture = np.full((rows * (height + 1) + 1, columns * (width + 1) + 1, 3), GUTTER, np.uint8)
    for place, channel in enumerate(channels):
        top, left = (place // columns) * (height + 1), (place % columns) * (width + 1)
        if place == chosen:
            picture[top : top + height + 2, left : left + width + 2] = FRAME
        picture[top + 1 : top + height + 1, left + 1 : left + width + 1] = symmetric_map(channel, reach)
    return picture


def mosaic_place(x: int, y: int, count: int, shape: tuple[int, int]) -> int | None:
    """Return which channel of a mosaic a pixel belongs to, by its place in the order; None beside them."""
    columns = mosaic_columns(count, shape)
    column, row = x // (shape[1] + 1), y // (shape[0] + 1)
    place = row * columns + min(column, columns - 1)
    return place if 0 <= place < count else None


def channel_bars(bits: Field, order: NDArray[np.intp], chosen: int, color: str) -> "go.Figure":
    """Return the bits of each channel as bars, in the given order; the chosen one stands out."""
    figure = blank_figure("channels, in order", "bits")
    colors = [f"rgb{FRAME}" if channel == chosen else color for channel in order]
    figure.add_bar(
        x=list(range(1, len(order) + 1)), y=bits[order], name="bits", marker={"color": colors, "line": {"width": 0}},
        customdata=order, hovertemplate="channel %{customdata}: %{y:,.0f} bits<extra></extra>",
    )  # fmt: skip
    figure.update_layout(hovermode="closest", showlegend=False, bargap=0.1)
    figure.update_yaxes(rangemode="tozero")
    return figure


def histogram_figure(
    centers: Field, found: Field, expected: Field, title: str, color: str, certain: Field | None = None
) -> "go.Figure":
    """Return shares of elements as bars, and what the model expects of them as a line.

    Args:
        centers: (n,) of the bins.
        found, expected: (n,) shares.
        title: what is counted.
        color: of the codec.
        certain: (n,) another line, of a model that knew nothing else; None for none.
    """
    figure = blank_figure(title, "share of elements")
    figure.add_bar(x=centers, y=found, name="this picture", marker={"color": color, "line": {"width": 0}},
                   hovertemplate="%{y:.3%}")  # fmt: skip
    figure.add_scatter(
        x=centers, y=expected, name="the model expects", mode="lines", hovertemplate="%{y:.3%}",
        line={"color": _EXPECTED, "width": 2, "shape": "hvh" if len(centers) < 30 else "linear"},
    )  # fmt: skip
    if certain is not None:
        figure.add_scatter(x=centers, y=certain, name="normal density", mode="lines", hovertemplate="%{y:.3%}",
                           line={"color": _EXPECTED, "width": 1, "dash": "dot"})  # fmt: skip
    figure.update_layout(bargap=0.05)
    figure.update_yaxes(rangemode="tozero", tickformat="~%")
    return figure


def correlation_figure(titles: Sequence[str], fields: Sequence[Field]) -> "go.Figure":
    """Return correlations over lags, (2 r + 1, 2 r + 1) each, side by side on one scale, with their values."""
    from plotly.subplots import make_subplots

    figure = make_subplots(1, len(fields), subplot_titles=list(titles), horizontal_spacing=0.06)
    figure.update_layout(blank_figure("", "", 330).layout)
    for column, field in enumerate(fields, start=1):
        reach = len(field) // 2
        lags = list(range(-reach, reach + 1))
        figure.add_heatmap(
            z=field, x=lags, y=lags, zmin=-1, zmax=1, colorscale=DIVERGING, reversescale=True, showscale=False,
            texttemplate="%{z:.2f}", textfont={"size": 9}, row=1, col=column,
            hovertemplate="%{y} down, %{x} right: %{z:.3f}<extra></extra>",
        )  # fmt: skip
        anchor = "x" if column == 1 else f"x{column}"
        figure.update_yaxes(autorange="reversed", scaleanchor=anchor, constrain="domain", dtick=1, row=1, col=column)
        figure.update_xaxes(constrain="domain", dtick=1, title="positions apart", row=1, col=column)
    figure.update_layout(hovermode="closest", margin={"t": 28}, xaxis={"gridcolor": GRID}, yaxis={"title": None})
    return figure
