"""The Compare page's plots: how large the errors are, and what a corruption costs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from nicviz.analysis.compare import Compared
from nicviz.plots.figures import Series, error_counts, error_histogram, rate_bars
from nicviz.run.live import Live
from nicviz.ui.kit.figures import show_figure_with_data
from nicviz.ui.shell.comparison import Inputs


def error_plot(
    inputs: Inputs, compared: Sequence[Live[Compared]], colors: Sequence[str], titles: Sequence[str]
) -> None:
    """Draw the histogram of errors against the input."""
    st.subheader("How large the errors are", anchor=False)
    series = []
    for outcome, color, title in zip(compared, colors, titles, strict=True):
        if outcome.done:
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


def rate_plot(compared: Sequence[Live[Compared]], colors: Sequence[str], titles: Sequence[str]) -> None:
    """Draw the rate on the corrupted input beside that on the clean image."""
    st.subheader("What it costs", anchor=False)
    done = [
        (outcome.value, color, title)
        for outcome, color, title in zip(compared, colors, titles, strict=True)
        if outcome.done
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
