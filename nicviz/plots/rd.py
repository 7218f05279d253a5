"""The figures of the rate–distortion page."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from nicviz.plots.figures import blank_figure

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = 480
ROOMY = 1.5  # an axis is drawn anew when it is longer than this many times what is on it
_TICKS = [float(f"{digit}e{power}") for power in range(-6, 5) for digit in (1, 2, 5)]
# Ticks by name, because plotly's own say "5" at 0.05.
LOG_AXIS = {"type": "log", "tickvals": _TICKS, "ticktext": [f"{tick:,g}" for tick in _TICKS]}
Range = tuple[float, float]
Frame = tuple[Range | None, Range | None]


@dataclass(frozen=True)
class Line:
    """A curve, or points without a line.

    Args:
        name, color: of the codec.
        x, y: None leaves a gap.
        labels: one a point, shown when the pointer rests on it.
        band: low and high of y, drawn as a ribbon; empty for none.
        ids: one a point, given back when it is clicked; empty where points cannot be clicked.
        dash: of the line: "solid", "dash", "dot"; "" for points alone.
        symbol, size: of the points; "" for a line alone.
        faint: thin and pale, such as the curve of a single picture.
        legend: whether the legend names it.
    """

    name: str
    color: str
    x: Sequence[float | None]
    y: Sequence[float | None]
    labels: Sequence[str] = ()
    band: Sequence[tuple[float, float] | None] = ()
    ids: Sequence[Sequence[Any]] = ()
    dash: str = "solid"
    symbol: str = "circle"
    size: int = 7
    faint: bool = False
    legend: bool = True
    group: str = field(default="")


def line_figure(
    lines: Sequence[Line], x_title: str, y_title: str, *, log_x: bool = False, log_y: bool = False,
    height: int = HEIGHT, x_range: Range | None = None, before: Frame = (None, None),
) -> "go.Figure":  # fmt: skip
    """Return lines in one figure; axes move seldom, and what the user zoomed into stays, while points arrive.

    `x_range` holds the horizontal axis (linear); `before` are the ranges of both axes as last drawn (`frame_of`).
    """
    figure = blank_figure(x_title, y_title, height)
    for line in lines:
        if any(line.band):
            _add_band(figure, line)
    for line in sorted(lines, key=lambda line: not line.faint):  # faint ones below
        _add_line(figure, line)
    figure.update_layout(
        hovermode="closest", clickmode="event+select", dragmode="zoom", uirevision=f"{x_title}{y_title}{log_x}"
    )
    xs = [x for line in lines for x in line.x]
    ys = [y for line in lines for y in (*line.y, *chain.from_iterable(band for band in line.band if band))]
    for axis, log, reach in (
        (figure.update_xaxes, log_x, x_range or frame_of(xs, log_x, before[0])),
        (figure.update_yaxes, log_y, frame_of(ys, log_y, before[1])),
    ):
        axis(range=reach, **(LOG_AXIS if log else {}))
    return figure


def frame_of(values: Iterable[float | None], log: bool = False, before: Range | None = None) -> Range | None:
    """Return the range of an axis around finite values, its ends on round numbers, so that it seldom changes.

    Args:
        values: None for a gap.
        log: whether the axis is logarithmic; its range is then in powers of ten, as plotly takes it.
        before: a range that stays as long as it holds all values and has not much room to spare.
    """
    finite = [value for value in values if value is not None and math.isfinite(value)]
    known = [math.log10(value) for value in finite if value > 0] if log else finite
    if not known:
        return None
    low, high = min(known), max(known)
    if before and before[0] <= low <= high <= before[1] and before[1] - before[0] < ROOMY * (high - low):
        return before
    margin = 0.04 * (high - low) or 0.05 * abs(high) or 0.05
    step = 10 ** math.floor(math.log10(2 * margin))  # a round number below an eighth of the span
    step *= next(times for times in (5, 2, 1) if times * step <= 2 * margin)
    low = 0.0 if not log and 0 <= low < 0.2 * (high - low) else math.floor((low - margin) / step) * step
    return low, math.ceil((high + margin) / step) * step


def _add_line(figure: "go.Figure", line: Line) -> None:
    modes = [*(["lines"] if line.dash else []), *(["markers"] if line.symbol else [])]
    figure.add_scatter(
        x=list(line.x), y=list(line.y), name=line.name, mode="+".join(modes), opacity=0.3 if line.faint else 1.0,
        line={"color": line.color, "width": 1 if line.faint else 2, "dash": line.dash or "solid"},
        marker={"color": line.color, "size": 4 if line.faint else line.size, "symbol": line.symbol or "circle",
                "line": {"width": 2 if "open" in line.symbol else 0, "color": line.color}},
        customdata=[list(entry) for entry in line.ids] or None,
        text=list(line.labels) or None, hovertemplate="%{text}<extra></extra>" if line.labels else None,
        hoverinfo=None if line.labels else "skip",
        showlegend=line.legend, legendgroup=line.group or line.name,
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
    )  # fmt: skip


def _add_band(figure: "go.Figure", line: Line) -> None:
    kept = [(x, band) for x, band in zip(line.x, line.band, strict=True) if band is not None and x is not None]
    xs = [x for x, _ in kept]
    lows, highs = [band[0] for _, band in kept], [band[1] for _, band in kept]
    figure.add_scatter(
        x=[*xs, *reversed(xs)], y=[*highs, *reversed(lows)], fill="toself", mode="lines", line={"width": 0},
        fillcolor=_pale(line.color), hoverinfo="skip", showlegend=False, legendgroup=line.group or line.name,
    )  # fmt: skip


def _pale(color: str) -> str:
    red, green, blue = (int(color[index : index + 2], 16) for index in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.13)"
