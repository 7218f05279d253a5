"""What the shell does in the browser: one entry of the history for each action, a sidebar that goes on a phone.

The browser also tells whether the screen is narrow, for what is laid out otherwise there and CSS cannot do.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

_NARROW = "narrow-screen"


def in_the_browser() -> None:
    """Bring the shell's script into the page; it draws nothing."""
    with st.container(key="shell-script"):
        told = _component()(key="shell", default={"narrow": False}, on_narrow_change=lambda: None)
    st.session_state[_NARROW] = bool(told.get("narrow"))


def is_narrow() -> bool:
    """Return whether the page is seen on a phone's width."""
    return bool(st.session_state.get(_NARROW, False))


@contextmanager
def folded_when_narrow(label: str) -> Iterator[None]:
    """Draw controls in a row or, on a narrow screen, where they would fill it, in a fold-out of this label."""
    if is_narrow():
        with st.expander(label, icon=":material/tune:", key=f"folded-{label}"):
            yield
    else:
        with st.container(horizontal=True, gap="medium"):
            yield


@cache
def _component() -> Callable[..., Any]:
    script = Path(__file__).with_name("browser.js").read_text("utf-8")
    return st.components.v2.component("nicviz_shell", html="<i hidden></i>", js=script)
