"""The figures of the Robustness page: corruptions × codecs, lines with bands, two codecs over pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nicviz.plots.figures import FONT, GRID, blank_figure
from nicviz.plots.rd import LOG_AXIS

if TYPE_CHECKING:
    import plotly.graph_objects as go

Float = NDArray[np.float64]
# From worse to better, both readable under black text on light and under white text on dark ground.
BETTER = [[0.0, "rgb(214,96,77)"], [0.5, "rgba(128,128,128,0.06)"], [1.0, "rgb(67,147,195)"]]
PLAIN = [[0.0, "rgba(59,130,246,0.06)"], [1.0, "rgba(59,130,246,0.62)"]]
ROW_HEIGHT = 27


@dataclass(frozen=True)
class Grid:
    """A matrix as it is drawn.

    Attributes:
        rows: keys, titles and groups of the rows, from the top.
        columns: keys and titles of the columns.
        color: (rows, columns) what the color says: from worse (negative) to better where `diverging`; NaN for none.
        texts, labels: of the cells, and of the pointer over them.
        faint: (rows, columns) whether an interval leaves open which side a cell is on.
        diverging: whether colors part at 0.
        least: a smaller difference than this has no full color.
        selected: place of a cell with a frame.
    """

    rows: Sequence[tuple[str, str, str]]
    columns: Sequence[tuple[str, str]]
    color: Float
    texts: Sequence[Sequence[str]]
    labels: Sequence[Sequence[str]]
    faint: NDArray[np.bool_]
    diverging: bool
    selected: tuple[int, int] | None = None
    least: float = 0.0

    @property
    def ends(self) -> tuple[float, float]:
        """The values of the first and the last color."""
        known = self.color[np.isfinite(self.color)]
        if not known.size:
            return -1.0, 1.0
        if not self.diverging:
            return float(known.min()), float(known.max())
        reach = max(float(np.abs(known).max()), self.least)
        return -reach, reach


def matrix_figure(grid: Grid, narrow: bool = False, dark: bool = False) -> "go.Figure":
    """Return the matrix: a colored cell with its number, a click gives (row, column) keys; groups apart by lines."""
    figure = blank_figure("", "", ROW_HEIGHT * len(grid.rows) + (204 if narrow else 84))
    ys, xs = np.arange(len(grid.rows)), np.arange(len(grid.columns))
    low, reach = grid.ends
    figure.add_heatmap(
        z=np.where(grid.faint & grid.diverging, np.nan, grid.color), x=xs, y=ys,
        zmin=low, zmax=reach if reach > low else low + 1.0,
        colorscale=BETTER if grid.diverging else PLAIN, showscale=False, hoverinfo="skip", xgap=2, ygap=2,
    )  # fmt: skip
    cells = [(row, column) for row in ys for column in xs]
    figure.add_scatter(
        x=[column for _, column in cells], y=[row for row, _ in cells], mode="markers+text",
        text=[grid.texts[row][column] for row, column in cells], textposition="middle center",
        textfont={"size": 9 if narrow else 13, "color": _inks(grid, cells, reach, dark)},
        hovertext=[grid.labels[row][column] for row, column in cells],
        hovertemplate="%{hovertext}<extra></extra>", showlegend=False,
        customdata=[[grid.rows[row][0], grid.columns[column][0]] for row, column in cells],
        marker={"size": 26, "opacity": 0.01, "symbol": "square", "color": "#888"},  # what a click hits
        selected={"marker": {"opacity": 0.01}}, unselected={"marker": {"opacity": 0.01}},
    )  # fmt: skip
    if grid.selected is not None:
        row, column = grid.selected
        figure.add_shape(type="rect", x0=column - 0.49, x1=column + 0.49, y0=row - 0.49, y1=row + 0.49,
                         line={"width": 2, "color": "#888"})  # fmt: skip
    for row in range(1, len(grid.rows)):
        if grid.rows[row][2] != grid.rows[row - 1][2]:
            figure.add_hline(row - 0.5, line={"color": "rgba(128,128,128,.8)", "width": 1})
    titles = [title for _, title in grid.columns]
    figure.update_xaxes(tickvals=xs, ticktext=titles, side="top", showgrid=False, zeroline=False, fixedrange=True,
                        automargin=False,
                        range=[-0.5, len(xs) - 0.5], tickangle=-90 if narrow else 0)  # fmt: skip
    figure.update_yaxes(tickvals=ys, ticktext=[title for _, title, _ in grid.rows], showgrid=False, zeroline=False,
                        range=[len(ys) - 0.5, -0.5], fixedrange=True)  # fmt: skip
    figure.update_layout(hovermode="closest", clickmode="event+select", dragmode=False,
                         margin={"t": 190 if narrow else 66, "l": 8, "r": 8, "b": 14})  # fmt: skip
    return figure


def _inks(grid: Grid, cells: Sequence[tuple[int, int]], reach: float, dark: bool) -> list[str]:
    """Return the color of each cell's text: white on strong colors, else that of the theme; faint where undecided."""
    plain, faint = ("#e8e8e8", "#9a9a9a") if dark else ("#222222", "#8a8a8a")
    inks = []
    for row, column in cells:
        value = grid.color[row, column]
        if grid.diverging and grid.faint[row, column] and np.isfinite(value):
            inks.append(faint)
        else:
            inks.append("#ffffff" if grid.diverging and abs(value) > 0.7 * reach else plain)
    return inks


@dataclass(frozen=True)
class Banded:
    """A line with the band of its intervals.

    Attributes:
        name, color, dash: how it looks.
        x, y, low, high: numbers; NaN leaves a gap.
    """

    name: str
    color: str
    x: Float
    y: Float
    low: Float
    high: Float
    dash: str = "solid"


def banded_figure(
    lines: Sequence[Banded], x_title: str, y_title: str, *, log_x: bool = False, log_y: bool = False,
    height: int = 340, ticks: Sequence[float] | None = None, legend: bool = True,
) -> "go.Figure":  # fmt: skip
    """Return lines, each in its band."""
    figure = blank_figure(x_title, y_title, height)
    for line in lines:
        kept = np.isfinite(line.low) & np.isfinite(line.high) & np.isfinite(line.x)
        kept &= ((line.low > 0) | (not log_y)) & ((line.x > 0) | (not log_x))
        x = line.x[kept]
        figure.add_scatter(
            x=np.concatenate([x, x[::-1]]), y=np.concatenate([line.high[kept], line.low[kept][::-1]]), fill="toself",
            mode="lines", line={"width": 0}, fillcolor=_pale(line.color), hoverinfo="skip", showlegend=False,
            legendgroup=line.name,
        )  # fmt: skip
    for line in lines:
        labels = [f"{line.name}<br>{y:.4g} [{low:.4g}, {high:.4g}]"
                  for y, low, high in zip(line.y, line.low, line.high, strict=True)]  # fmt: skip
        figure.add_scatter(
            x=line.x, y=line.y, name=line.name, mode="lines+markers", legendgroup=line.name, text=labels,
            line={"color": line.color, "width": 2, "dash": line.dash}, marker={"size": 5, "color": line.color},
            hovertemplate="%{text}<extra></extra>", showlegend=legend,
        )  # fmt: skip
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(**(LOG_AXIS if log_x else {}), **({"tickvals": list(ticks)} if ticks else {}))
    if log_y:
        figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    return figure


def scatter_figure(
    x: Float, y: Float, names: Sequence[str], colors: tuple[str, str], titles: tuple[str, str], what: str,
    higher_is_better: bool | None, ids: Sequence[int],
) -> "go.Figure":  # fmt: skip
    """Return two codecs over pictures, a point a picture in the color of the one that wins; a click gives its id."""
    figure = blank_figure(f"{titles[0]}: {what}", f"{titles[1]}: {what}", 460)
    low, high = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
    margin = 0.06 * (high - low) or 1.0
    ends = [low - margin, high + margin]
    figure.add_scatter(x=ends, y=ends, mode="lines", line={"color": GRID, "dash": "dot"}, hoverinfo="skip",
                       showlegend=False)  # fmt: skip
    first = (x > y) if higher_is_better else (x < y)
    for wins, color, title in ((first, colors[0], titles[0]), (~first, colors[1], titles[1])):
        if wins.any():
            figure.add_scatter(
                x=x[wins], y=y[wins], mode="markers", name=f"{title} wins ({int(wins.sum())})",
                marker={"color": color, "size": 11, "line": {"width": 1, "color": "rgba(128,128,128,.6)"}},
                text=[name for name, win in zip(names, wins, strict=True) if win],
                customdata=[[each] for each, win in zip(ids, wins, strict=True) if win],
                hovertemplate="%{text}<br>%{x:.4g} · %{y:.4g}<extra></extra>",
                selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
            )  # fmt: skip
    figure.update_layout(hovermode="closest", clickmode="event+select", dragmode="zoom")
    figure.update_xaxes(range=ends)
    figure.update_yaxes(range=ends)
    return figure


def _pale(color: str) -> str:
    red, green, blue = (int(color[index : index + 2], 16) for index in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"


def matrix_svg(grid: Grid, title: str) -> str:
    """Return the matrix as an SVG picture, with its numbers as text."""
    wide, high, left, top = 96, 24, 210, 74
    width, height = left + wide * len(grid.columns) + 12, top + high * len(grid.rows) + 12
    low, reach = grid.ends
    parts = [f"<text x='8' y='20' font-size='14'>{escape(title)}</text>"]
    for column, (_, name) in enumerate(grid.columns):
        for number, line in enumerate(name.split("<br>")):
            parts.append(f"<text x='{left + wide * (column + 0.5)}' y='{40 + 13 * number}' text-anchor='middle' "
                         f"font-size='11'>{escape(line)}</text>")  # fmt: skip
    for row, (_, name, group) in enumerate(grid.rows):
        y = top + high * row
        parts.append(f"<text x='8' y='{y + 16}' font-size='12'>{escape(name)}</text>")
        if row and group != grid.rows[row - 1][2]:
            parts.append(f"<line x1='8' x2='{width - 8}' y1='{y}' y2='{y}' stroke='#888'/>")
        for column, text in enumerate(grid.texts[row]):
            value = float(grid.color[row, column])
            shown = np.isfinite(value) and not (grid.diverging and grid.faint[row, column])
            place = (value - low) / ((reach - low) or 1.0)
            fill = _at(BETTER if grid.diverging else PLAIN, place) if shown else "none"
            x = left + wide * column
            parts.append(f"<rect x='{x + 1}' y='{y + 1}' width='{wide - 2}' height='{high - 2}' fill='{fill}'/>"
                         f"<text x='{x + wide / 2}' y='{y + 16}' text-anchor='middle' font-size='12'>"
                         f"{escape(text)}</text>")  # fmt: skip
    return (f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' font-family=\"{FONT}\">"
            f"<rect width='100%' height='100%' fill='white'/>{''.join(parts)}</svg>")  # fmt: skip


def _at(stops: Sequence[Sequence[Any]], place: float) -> str:
    """Return the color of a scale at a place from 0 to 1, on white."""
    from plotly.colors import unlabel_rgb

    place = min(max(place, 0.0), 1.0)
    ends = [(float(where), _on_white(str(color), unlabel_rgb)) for where, color in stops]
    for (left, first), (right, second) in pairwise(ends):
        if place <= right:
            share = (place - left) / (right - left)
            return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(first, second, strict=True))
    return "#ffffff"


def _on_white(color: str, numbers: Any) -> tuple[float, ...]:
    if color.startswith("rgba"):
        red, green, blue, share = (float(part) for part in color[5:-1].split(","))
        return tuple(255 + (part - 255) * share for part in (red, green, blue))
    return tuple(float(part) for part in numbers(color))
