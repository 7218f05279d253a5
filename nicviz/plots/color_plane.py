"""The a*b* plane: occupied integer cells, what became of them, and the outline of sRGB.

A plane is drawn as one small lossless picture with a pixel a cell, because a marker a color would be megabytes.
"""

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nicviz.color import gamut_outline, lab_to_srgb
from nicviz.plots.figures import GRID, blank_figure
from nicviz.plots.maps import color_map

if TYPE_CHECKING:
    import plotly.graph_objects as go

Cells = NDArray[np.bool_]  # (256, 256), row a* + 128, column b* + 128

HEIGHT = 340
OFFSET = 128
FADED = 40  # opacity, of 255, of what is not marked
_DIMMEST = 0.25  # share of the scale given to a cell with one pixel, so that it shows on dark ground too
_SOLID, _CROSS = np.ones((3, 3), bool), np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], bool)
_GLYPHS = {  # color, opacity of 255 and 3 × 3 pixels a cell: they differ in lightness and shape, not in hue alone
    "kept": ("#808080", 90, _SOLID),
    "lost": ("#0072b2", 255, _SOLID),  # Okabe and Ito's blue and orange
    "invented": ("#e69f00", 255, _CROSS),
}
_SYMBOLS = {"kept": "square", "lost": "square", "invented": "x"}


@dataclass(frozen=True)
class Window:
    """The part of the plane that is drawn, in whole a* and b*, ends included."""

    a_low: int
    a_high: int
    b_low: int
    b_high: int

    def cut(self, plane: NDArray[Any]) -> NDArray[Any]:
        """Return (b, a, …) of a (256, 256, …) plane: a picture whose rows are b* upward and columns a*."""
        part = plane[self.a_low + OFFSET : self.a_high + OFFSET + 1, self.b_low + OFFSET : self.b_high + OFFSET + 1]
        return np.swapaxes(part, 0, 1)


def window_of(planes: Iterable[NDArray[Any]], whole: bool) -> Window:
    """Return the window that holds all occupied cells of all planes, and all of sRGB where `whole` is set."""
    a, b = np.nonzero(np.any([plane > 0 for plane in planes], axis=0))
    points = np.array([(a.min(), b.min()), (a.max(), b.max())]) - OFFSET
    points = np.concatenate([points, [(-8, -8), (8, 8)], *([gamut_outline()] if whole else [])])
    low, high = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    margin = np.maximum(2, np.ceil(0.05 * (high - low)))
    low, high = low - margin, high + margin
    missing = (high - low).max() - (high - low)  # as wide as high, so that the drawing fills its place
    low, high = low - missing // 2, high + missing - missing // 2
    (a_low, b_low), (a_high, b_high) = np.maximum(low, -128), np.minimum(high, 127)
    return Window(int(a_low), int(a_high), int(b_low), int(b_high))


def plane_figure(
    counts: NDArray[np.int64],
    lightness: NDArray[np.float64],
    window: Window,
    title: str,
    *,
    top: int | None = None,
    marked: Cells | None = None,
    regions: Sequence[NDArray[np.float64]] = (),
) -> "go.Figure":
    """Return one picture's colors in the plane.

    Args:
        counts: (256, 256) pixels per cell.
        lightness: (256, 256) mean L* per cell; its sRGB color is what the cell is drawn in.
        window: common to all plots that are compared.
        title: above the plot.
        top: draw the density instead, log counts on a scale up to this many pixels.
        marked: cells drawn in full while the others fade.
        regions: (N, 2) polygons of (a*, b*) drawn as outlines.
    """
    counts, rgb = window.cut(counts), _cell_colors(lightness, window)
    opacity = np.where(counts > 0, 255, 0)
    if marked is not None:
        opacity = np.where(window.cut(marked), opacity, np.minimum(opacity, FADED))
    shown = rgb if top is None else density_colors(counts, top)
    figure = _empty_plane(window, title, regions)
    picture = np.dstack([shown, opacity.astype(np.uint8)])
    figure.add_image(
        source=_data_url(picture), x0=window.a_low, dx=1, y0=window.b_low, dy=1, text=_texts(counts, rgb),
        hovertemplate="a* %{x}, b* %{y}<br>pixels, color: %{text}<extra></extra>",
    )  # fmt: skip
    return _square(figure, window)


def change_figure(
    lost: Cells,
    kept: Cells,
    invented: Cells,
    window: Window,
    title: str,
    regions: Sequence[NDArray[np.float64]] = (),
) -> "go.Figure":
    """Return which cells were lost, kept and invented, each with its own mark and count; arguments as above."""
    figure = _empty_plane(window, title, regions)
    rows, columns = window.b_high - window.b_low + 1, window.a_high - window.a_low + 1
    picture = np.zeros((rows, 3, columns, 3, 4), np.uint8)
    names = np.full((rows, columns), "", dtype=object)
    for kind, cells in (("kept", kept), ("lost", lost), ("invented", invented)):
        color, opacity, shape = _GLYPHS[kind]
        here = window.cut(cells)
        names[here] = kind
        stamp = here[:, None, :, None] & shape[None, :, None, :]
        picture[stamp] = (*bytes.fromhex(color[1:]), opacity)
        figure.add_scatter(
            x=[None], y=[None], mode="markers", name=f"{kind} {np.count_nonzero(cells):,}", hoverinfo="skip",
            marker={"symbol": _SYMBOLS[kind], "size": 9, "color": color, "opacity": opacity / 255}, showlegend=True,
        )  # fmt: skip
    figure.add_image(
        source=_data_url(picture.reshape(3 * rows, 3 * columns, 4)), hoverinfo="skip",
        x0=window.a_low - 1 / 3, dx=1 / 3, y0=window.b_low - 1 / 3, dy=1 / 3,
    )  # fmt: skip
    figure.add_image(  # all transparent: it only answers the pointer
        source=_data_url(np.zeros((rows, columns, 4), np.uint8)), x0=window.a_low, dx=1, y0=window.b_low, dy=1,
        text=names, hovertemplate="a* %{x}, b* %{y}<br>%{text}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(showlegend=True, legend={"y": -0.2, "yanchor": "top"}, margin={"t": 48})
    return _square(figure, window)


def density_colors(counts: NDArray[Any], top: int) -> NDArray[np.uint8]:
    """Return the colors (…, 3) of log counts from 1 to `top`."""
    share = np.log(np.maximum(counts, 1)) / np.log(max(top, 2))
    return color_map(_DIMMEST + (1 - _DIMMEST) * share, 1.0)


def density_gradient() -> str:
    """Return the scale of `density_colors` as a CSS gradient."""
    stops = density_colors(np.logspace(0, 4, 16), 10_000)
    return "linear-gradient(90deg," + ",".join(f"rgb({r},{g},{b})" for r, g, b in stops) + ")"


def _cell_colors(lightness: NDArray[np.float64], window: Window) -> NDArray[np.uint8]:
    """Return (b, a, 3) sRGB of the cells in a window at their mean L*."""
    L = window.cut(lightness)
    b, a = np.mgrid[window.b_low : window.b_high + 1, window.a_low : window.a_high + 1]
    rgb = lab_to_srgb(np.stack([np.nan_to_num(L), a, b], axis=-1).astype(float))
    clipped: NDArray[np.uint8] = np.round(np.clip(rgb, 0, 255)).astype(np.uint8)
    return clipped


def _texts(counts: NDArray[Any], rgb: NDArray[np.uint8]) -> NDArray[np.object_]:
    """Return what the pointer shows at each cell: pixels and color; empty where there is none.

    An array of text: plotly checks a list of lists cell by cell, which takes most of what a figure takes.
    """
    texts = [
        [f"{n} #{r:02x}{g:02x}{b:02x}" if n else "" for n, (r, g, b) in zip(*row, strict=True)]
        for row in zip(counts.tolist(), rgb.tolist(), strict=True)
    ]
    return np.array(texts, dtype=object)


def _empty_plane(window: Window, title: str, regions: Sequence[NDArray[np.float64]]) -> "go.Figure":
    figure = blank_figure("a* (green – red)", "b* (blue – yellow)", HEIGHT)
    figure.update_layout(
        title={"text": title, "font": {"size": 14}, "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom",
               "yref": "paper", "pad": {"b": 24}},
        margin={"t": 62}, hovermode="closest", showlegend=False, dragmode="lasso",
    )  # fmt: skip
    outline = gamut_outline()
    figure.add_scatter(  # with markers, which nobody sees, because plotly offers lasso and box only for those
        x=outline[:, 0].round(1), y=outline[:, 1].round(1), mode="lines+markers", hoverinfo="skip", showlegend=False,
        line={"color": "rgba(128,128,128,.7)", "width": 1, "dash": "dot"}, marker={"size": 1, "opacity": 0},
    )  # fmt: skip
    for region in regions:
        figure.add_scatter(
            x=region[[*range(len(region)), 0], 0], y=region[[*range(len(region)), 0], 1], mode="lines",
            hoverinfo="skip", showlegend=False, line={"color": "#7f7f7f", "width": 1.5},
        )  # fmt: skip
    return figure


def _square(figure: "go.Figure", window: Window) -> "go.Figure":
    """Give both axes one scale and the window; an image trace would turn the vertical one upside down.

    The drawing gives way to the scale, not the range: plotly widens ranges by what fitted before, and planes that were
    drawn one after the other would differ.
    """
    figure.update_xaxes(range=[window.a_low - 0.5, window.a_high + 0.5], constrain="domain", zerolinecolor=GRID)
    figure.update_yaxes(
        range=[window.b_low - 0.5, window.b_high + 0.5], constrain="domain", scaleanchor="x", scaleratio=1,
        autorange=False,
    )  # fmt: skip
    return figure


def _data_url(picture: NDArray[np.uint8]) -> str:
    """Return an (H, W, 4) RGBA picture as a PNG in a data URL."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
