"""What the shell does in the browser: one entry of the history for each action, a sidebar that goes on a phone.

The browser also tells whether the screen is narrow, for what is laid out otherwise there and CSS cannot do.
"""

import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from nicviz.ui.kit.screen import tell_narrow

_PREVIEW = "preview"
_SAME = 5e-4  # relative: the browser tells what a slider shows, with four digits


def in_the_browser() -> None:
    """Bring the shell's script into the page; it draws nothing.

    Until the script has told the width, a phone is taken at its word, or the page would move under a first tap.
    """
    phone = is_phone()
    with st.container(key="shell-script"):
        told = _component()(key="shell", data={"phone": phone}, default={"narrow": phone, "preview": None},
                            on_narrow_change=lambda: None, on_preview_change=lambda: None)  # fmt: skip
    tell_narrow(bool(told.get("narrow")))
    st.session_state[_PREVIEW] = told.get("preview")


def is_phone() -> bool:
    """Return whether the browser calls itself a phone's."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def is_dragging() -> bool:
    """Return whether this run shows what is under the pointer while a slider is dragged."""
    return st.session_state.get(_PREVIEW) is not None


def previewed(key: str, value: float) -> float:
    """Return the value of a slider, or that under the pointer while it is dragged.

    Args:
        key: of the slider.
        value: of the widget, which stays as it is until the drag ends.
    """
    preview: Any = st.session_state.get(_PREVIEW)
    try:
        mine = preview["key"] == re.sub(r"[^\w-]", "-", key)
        start, now = float(preview["from"]), float(preview["value"])
    except (TypeError, KeyError, ValueError):
        return value
    return now if mine and math.isfinite(now) and math.isclose(start, value, rel_tol=_SAME) else value


@cache
def _component() -> Callable[..., Any]:
    script = Path(__file__).with_name("browser.js").read_text("utf-8")
    return st.components.v2.component("nicviz_shell", html="<i hidden></i>", js=script)
