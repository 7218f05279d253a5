"""What the shell does in the browser: one entry of the history for each action, a sidebar that goes on a phone."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


def in_the_browser() -> None:
    """Bring the shell's script into the page; it draws nothing."""
    with st.container(key="shell-script"):
        _component()(key="shell")


@cache
def _component() -> Callable[..., Any]:
    script = Path(__file__).with_name("browser.js").read_text("utf-8")
    return st.components.v2.component("nicviz_shell", html="<i hidden></i>", js=script)
