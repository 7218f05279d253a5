"""The figures of the Theory page: a spectrum with its power law, what is left of it, directions, eigenvalues."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nicviz.plots.figures import Series, blank_figure
from nicviz.plots.spectra import BAND_EDGE, FREQUENCY, TICKS, Curve

if TYPE_CHECKING:
    import plotly.graph_objects as go

Float = NDArray[np.float64]


def ring_plot(
    curves: Sequence[Curve], y_title: str, shaded: tuple[float, float] | None = None, *, y_log: bool = False,
    height: int = 300, level: float | None = None,
) -> "go.Figure":  # fmt: skip
    """Return lines over logarithmic frequency.

    Args:
        curves: in order.
        y_title: with the unit.
        shaded: a range of frequencies that is set off from the rest, cycles/pixel.
        y_log: whether the values are on a logarithmic axis; those that are not above 0 then are gaps.
        height: CSS pixels.
        level: where a thin line is drawn across.
    """
    figure = blank_figure(FREQUENCY, y_title, height)
    if shaded is not None:
        figure.add_vrect(*shaded, fillcolor="rgba(128,128,128,0.09)", line_width=0)
    if level is not None:
        figure.add_hline(level, line={"color": BAND_EDGE, "width": 1, "dash": "dot"})
    for curve in curves:
        shown = (curve.frequency > 0) & np.isfinite(curve.values) & ((curve.values > 0) | (not y_log))
        figure.add_scatter(
            x=curve.frequency[shown], y=curve.values[shown], name=curve.name, mode="lines",
            line={"color": curve.color, "width": 2, "dash": curve.dash}, hovertemplate="%{y:.3~g}",
        )  # fmt: skip
    figure.update_xaxes(type="log", tickvals=TICKS, ticktext=[f"{tick:g}" for tick in TICKS], hoverformat=".3f")
    if y_log:
        figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    return figure


def rank_plot(series: Sequence[Series], y_title: str, *, y_log: bool = False) -> "go.Figure":
    """Return values over the rank of components, 1 … D, on a logarithmic axis; one line a transform."""
    figure = blank_figure("rank of the component", y_title)
    for number, entry in enumerate(series):
        shown = np.isfinite(entry.values) & ((entry.values > 0) | (not y_log))
        figure.add_scatter(
            x=np.arange(1, len(entry.values) + 1)[shown], y=entry.values[shown], name=entry.name, mode="lines",
            line={"color": entry.color, "width": 2, "dash": "dash" if number else "solid"}, hovertemplate="%{y:.4~g}",
        )  # fmt: skip
    figure.update_xaxes(type="log", dtick="D2")
    if y_log:
        figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    else:
        figure.update_yaxes(tickformat=".0%")
    return figure


def component_pixels(component: Float) -> NDArray[np.uint8]:
    """Return a component as a picture: middle gray is 0, the entry of largest magnitude is black or white.

    Args:
        component: (C, side, side), C = 1 or 3.

    Returns:
        (side, side, 3) uint8.
    """
    top = float(np.abs(component).max()) or 1.0
    levels = np.rint(128 + 127 * component / top).astype(np.uint8)
    laid = np.moveaxis(np.broadcast_to(levels, (3, *levels.shape[1:])), 0, 2)
    return np.ascontiguousarray(laid)
