"""Plots on a page: the figure, its heading, and its download with the settings that made it."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from nicviz.analysis.manifest import rows_csv
from nicviz.plots.figures import figure_rows
from nicviz.ui.kit.downloads import File, file_buttons

if TYPE_CHECKING:
    import plotly.graph_objects as go


def show_figure(figure: "go.Figure", name: str) -> None:
    """Draw a plotly figure in the page's theme; its camera button saves an SVG called `name`."""
    config: dict[str, Any] = {
        "displaylogo": False,
        "toImageButtonOptions": {"format": "svg", "filename": name},
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    }
    st.plotly_chart(figure, width="stretch", config=config, key=name)


def show_figure_with_data(figure: "go.Figure", name: str) -> None:
    """Draw a plotly figure whose numbers are in no other download of the page, and theirs below it."""
    show_figure(figure, name)
    file_buttons([File("Data (CSV)", f"{name}.csv", lambda: rows_csv(figure_rows(figure)))], ready=True)
