"""What the colors of the pictures on the Latents page stand for."""

import streamlit as st

from nicviz.plots.maps import COLORSCALE, DIVERGING, css_gradient
from nicviz.ui.kit.plain import typeset


def symmetric_legend(reach: float, note: str) -> None:
    """Draw the scale from −reach to reach."""
    _legend(DIVERGING, typeset(f"{-reach:.3g}"), typeset(f"{reach:.3g}"), note)


def legend(top: float, note: str) -> None:
    """Draw the scale from 0 to top."""
    _legend(COLORSCALE, "0", typeset(f"{top:.3g}"), note)


def _legend(name: str, low: str, high: str, note: str) -> None:
    st.html(
        f"<div style='display:flex;flex-wrap:wrap;align-items:center;gap:.2rem .6rem;font-size:.85rem'>{low}"
        f"<div style='flex:0 1 14rem;height:.7rem;border-radius:3px;background:{css_gradient(name)}'></div>"
        f"{high}<span style='opacity:.75'>{note}</span></div>"
    )
