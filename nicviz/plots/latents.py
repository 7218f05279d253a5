"""The pictures and figures of the Latents page."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nicviz.plots.figures import blank_figure
from nicviz.plots.maps import DIVERGING, symmetric_map

if TYPE_CHECKING:
    import plotly.graph_objects as go

Field = NDArray[np.float64]
ASPECT = 2.6
MOSAIC_WIDTH = 1400  # pixels, about; fit to the pane by the viewer
GUTTER = 128  # gray between channels
FRAME = (18, 184, 134)  # around the chosen one
_EXPECTED = "#7f7f7f"


@dataclass(frozen=True)
class Mosaic:
    """How channels of (h, w) elements stand beside each other: rows of equal length, a line around each.

    Args:
        count: channels.
        shape: (h, w) of each.
    """

    count: int
    shape: tuple[int, int]

    @property
    def columns(self) -> int:
        """Channels in a row, so that the whole is about `ASPECT` times as wide as high."""
        height, width = self.shape[0] + 1, self.shape[1] + 1
        return max(1, min(self.count, round(math.sqrt(ASPECT * self.count * height / width))))

    @property
    def zoom(self) -> int:
        """Pixels an element."""
        return max(1, MOSAIC_WIDTH // (self.columns * (self.shape[1] + 1)))

    def picture(self, channels: NDArray[np.float32], reach: float, chosen: int | None) -> NDArray[np.uint8]:
        """Return the channels (n, h, w), in order, on one scale from −reach to reach, logarithmic away from zero.

        The line around the chosen one, by its place in the order, is green.
        """
        height, width = self.shape
        rows = -(-self.count // self.columns)
        picture = np.full((rows * (height + 1) + 1, self.columns * (width + 1) + 1, 3), GUTTER, np.uint8)
        for place, channel in enumerate(channels):
            top, left = self._corner(place)
            if place == chosen:
                picture[top : top + height + 2, left : left + width + 2] = FRAME
            colors = symmetric_map(np.sign(channel) * np.log1p(np.abs(channel)), math.log1p(reach))
            picture[top + 1 : top + height + 1, left + 1 : left + width + 1] = colors
        return np.ascontiguousarray(picture.repeat(self.zoom, axis=0).repeat(self.zoom, axis=1))

    def place(self, x: int, y: int) -> int | None:
        """Return which channel a pixel of the picture belongs to, by its place in the order; None beside them."""
        column, row = x // (self.zoom * (self.shape[1] + 1)), y // (self.zoom * (self.shape[0] + 1))
        place = row * self.columns + min(column, self.columns - 1)
        return place if 0 <= place < self.count else None

    def _corner(self, place: int) -> tuple[int, int]:
        return (place // self.columns) * (self.shape[0] + 1), (place % self.columns) * (self.shape[1] + 1)


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


def histogram_figure(centers: Field, found: Field, expected: Field, title: str, color: str) -> "go.Figure":
    """Return shares of elements as bars, and what the model expects of them as a line.

    Args:
        centers: (n,) of the bins.
        found, expected: (n,) shares.
        title: what is counted.
        color: of the codec.
    """
    figure = blank_figure(title, "share of elements")
    figure.add_bar(x=centers, y=found, name="this picture", marker={"color": color, "line": {"width": 0}},
                   hovertemplate="%{y:.3%}")  # fmt: skip
    figure.add_scatter(
        x=centers, y=expected, name="the model expects", mode="lines", hovertemplate="%{y:.3%}",
        line={"color": _EXPECTED, "width": 2, "shape": "hvh" if len(centers) < 30 else "linear"},
    )  # fmt: skip
    figure.update_layout(bargap=0.05)
    figure.update_yaxes(rangemode="tozero", tickformat="~%")
    return figure


def correlation_figure(field: Field) -> "go.Figure":
    """Return correlations over lags, (2 r + 1, 2 r + 1), from −1 (blue) to 1 (red), with their values."""
    figure = blank_figure("positions to the right", "positions down", 330)
    reach = len(field) // 2
    lags = list(range(-reach, reach + 1))
    figure.add_heatmap(
        z=field, x=lags, y=lags, zmin=-1, zmax=1, colorscale=DIVERGING, reversescale=True, showscale=False,
        texttemplate="%{z:.2f}", textfont={"size": 9},
        hovertemplate="%{y} down, %{x} right: %{z:.3f}<extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", scaleanchor="x", constrain="domain", dtick=1, showgrid=False)
    figure.update_xaxes(constrain="domain", dtick=1, showgrid=False)
    figure.update_layout(hovermode="closest")
    return figure
