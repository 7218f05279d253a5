"""The result of a blind comparison: how often each codec was preferred, with the interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nicviz.plots.figures import blank_figure

if TYPE_CHECKING:
    import plotly.graph_objects as go

_CHANCE_LINE = {"color": "rgba(128,128,128,.8)", "width": 1, "dash": "dot"}
_ROW, _AXIS = 46, 78  # pixels


@dataclass(frozen=True)
class Preferred:
    """A codec's share of the decided votes and the ends of its interval, each from 0 to 1."""

    name: str
    color: str
    share: float
    low: float
    high: float


def preference_figure(rows: Sequence[Preferred], chance: float) -> "go.Figure":
    """Return one line a codec, from top to bottom: its share as a point, the interval as a bar, and where chance is."""
    figure = blank_figure("share of decided votes", "", _AXIS + _ROW * len(rows))
    for row in rows:
        figure.add_scatter(
            x=[row.share], y=[row.name], name=row.name, mode="markers", marker={"color": row.color, "size": 11},
            error_x={"array": [row.high - row.share], "arrayminus": [row.share - row.low], "color": row.color,
                     "thickness": 3, "width": 7},
            hovertemplate=f"%{{x:.1%}}, {row.low:.1%} to {row.high:.1%}<extra>{row.name}</extra>",
        )  # fmt: skip
    figure.add_vline(x=chance, line=_CHANCE_LINE, annotation={"text": "chance", "font": {"size": 11}},
                     annotation_position="top")  # fmt: skip
    figure.update_xaxes(range=[-0.01, 1.01], tickformat=".0%", dtick=0.25)
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(showlegend=False, hovermode="closest", margin={"l": 8, "r": 8, "t": 20, "b": 8})
    return figure
