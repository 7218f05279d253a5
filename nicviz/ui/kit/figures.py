"""Plots on a page: the figure, its heading, and its download with the settings that made it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from nicviz.analysis.manifest import rows_csv
from nicviz.plots.figures import Series, error_counts, error_histogram, figure_rows, rate_bars
from nicviz.ui.kit.comparison import Inputs
from nicviz.ui.kit.downloads import File, file_buttons
from nicviz.ui.kit.live import Outcome

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


def error_plot(inputs: Inputs, compared: Sequence[Outcome], colors: Sequence[str], titles: Sequence[str]) -> None:
    """Draw the histogram of errors against the input."""
    st.subheader("How large the errors are", anchor=False)
    series = []
    for outcome, color, title in zip(compared, colors, titles, strict=True):
        if outcome.state == "done":
            counts = _counts(outcome.value.compression.key, inputs, outcome.value.compression)
            series.append(Series(title, color, counts))
    if not series:
        st.caption("Appears with the first result.")
        return
    seen = np.flatnonzero(np.sum([entry.values for entry in series], axis=0) > 1e-5) - 255
    reach = int(min(255, max(8, np.abs(seen).max(initial=0) + 1)))
    show_figure_with_data(error_histogram(series, reach), "errors")


@st.cache_data(max_entries=64, show_spinner=False)
def _counts(key: str, _inputs: Inputs, _compression: Any) -> Any:
    return error_counts(_inputs.source.pixels, _compression.pixels())


def rate_plot(compared: Sequence[Outcome], colors: Sequence[str], titles: Sequence[str]) -> None:
    """Draw the rate on the corrupted input beside that on the clean image."""
    st.subheader("What it costs", anchor=False)
    done = [
        (outcome.value, color, title)
        for outcome, color, title in zip(compared, colors, titles, strict=True)
        if outcome.state == "done"
    ]
    if not done:
        st.caption("Appears with the first result.")
        return
    results, shades, names = zip(*done, strict=True)
    clean = [result.clean.bpp for result in results if result.clean]
    show_figure_with_data(rate_bars(names, shades, clean, [result.compression.bpp for result in results]), "rates")
    st.caption(
        "One setting, two pictures. A codec with a quality scale spends bits on noise, which nobody wants to keep, and "
        "saves them on blur; one that is set by its ratio (JPEG 2000) keeps the rate and pays with quality."
    )
