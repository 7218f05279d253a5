"""The edges of the bands, one choice of all pages that have bands."""

from typing import Any

import streamlit as st

from nicviz.spectra.bands import LAST_EDGE, STEPS
from nicviz.ui.kit.choices import choose, chosen


def band_edges() -> tuple[int, int]:
    """Draw the band edges and return them in 1/64 of Nyquist."""
    state = st.session_state
    now = chosen("edges")
    slider = state.get("edges-slider", 0)
    if state.get(f"edges-{slider}") != now:  # a link, or drawn again after another view: start from there
        slider = state["edges-slider"] = slider + 1
    edges: Any = st.select_slider(  # of its own key: without a value that is a pair it would take back one end only
        "Band edges (share of Nyquist, 0.5 cycles/pixel)", range(1, LAST_EDGE + 1), format_func=edge_title,
        value=now, key=f"edges-{slider}", on_change=_take_edges, args=(f"edges-{slider}",),
        help="Low: below the first edge, with zero frequency. Medium: both edges and what lies between. High: above "
        "the second, out to the corners. The edges ⅛ and ½ are nicviz's own choice.",
    )  # fmt: skip
    return int(edges[0]), int(edges[1])


def _take_edges(slider: str) -> None:
    choose("edges", tuple(st.session_state[slider]))


def edge_title(edge: int) -> str:
    """Return an edge as a share of Nyquist."""
    return f"{edge / STEPS:.4g}"
