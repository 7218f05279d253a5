"""Plots on a page: the figure, its heading, and its download with the settings that made it."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from nicviz.analysis.manifest import rows_csv
from nicviz.plots.figures import figure_rows
from nicviz.ui.kit.downloads import File, file_buttons
from nicviz.ui.kit.screen import is_narrow

if TYPE_CHECKING:
    import plotly.graph_objects as go


def show_figure(figure: "go.Figure", name: str, width: int | None = None) -> None:
    """Draw a plotly figure in the page's theme; its camera button saves an SVG called `name`.

    Args:
        figure, name: what is drawn, and its key.
        width: in CSS pixels, which it keeps on paper too; None for as wide as its place.
    """
    if width is not None:
        figure.update_layout(width=width)
    let_fingers_scroll(figure)
    config: dict[str, Any] = {
        "displaylogo": False,
        "toImageButtonOptions": {"format": "svg", "filename": name},
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    }
    size: dict[str, Any] = {"width": "stretch"} if width is None else {"width": width, "height": figure.layout.height}
    st.plotly_chart(figure, **size, config=config, key=name)


def let_fingers_scroll(figure: "go.Figure") -> None:
    """On a phone, leave a swipe over a figure to the page; what a drag does is chosen by the buttons above it."""
    if is_narrow():
        figure.update_layout(dragmode=False)


def show_figure_with_data(figure: "go.Figure", name: str, width: int | None = None) -> None:
    """Draw a plotly figure whose numbers are in no other download of the page, and theirs below it."""
    show_figure(figure, name, width)
    file_buttons([File("Data (CSV)", f"{name}.csv", lambda: rows_csv(figure_rows(figure)))], ready=True)
