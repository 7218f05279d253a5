"""A page's own choices (channel, grid, scale …): kept in the session and carried by the URL."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from nicviz.errors import NicvizError
from nicviz.ui.kit.plain import plain_text

PREFIX = "choice-"
ValueT = TypeVar("ValueT")


def choice(name: str, options: Sequence[ValueT] | Callable[[str], ValueT], default: ValueT) -> str:
    """Return the key for the widget of a choice, whose state is set from the URL on the first run, else kept.

    Call it just before the widget, and give the widget no value of its own:
    `st.segmented_control("Channel", CHANNELS, key=choice("channel", CHANNELS, "luminance"), required=True)`.

    Args:
        name: of the URL's parameter; not one of the shared view's.
        options: the values, told apart by their text; or what makes a value of the text (`NicvizError` if it is bad).
        default: used without a parameter and for a bad one; it is not written to the URL.
    """
    key = PREFIX + name
    state = st.session_state
    if key not in state:
        state[key] = _from_url(name, options, default)
    elif not (callable(options) or isinstance(state[key], list) or state[key] in (*options, None)):
        state[key] = default  # what was chosen is no option any more
    text = None if state[key] == default or state[key] is None else str(state[key])
    if text is None and name in st.query_params:
        del st.query_params[name]
    elif text is not None and st.query_params.get(name) != text:
        st.query_params[name] = text
    return key


def chosen(name: str) -> Any:
    """Return the value of a choice before (or without) its widget; `choice` was called before."""
    return st.session_state[PREFIX + name]


def forget_choices() -> None:
    """Let the URL decide again: the browser went back or forward."""
    for key in [key for key in map(str, st.session_state) if key.startswith(PREFIX)]:
        del st.session_state[key]


def _from_url(name: str, options: Sequence[ValueT] | Callable[[str], ValueT], default: ValueT) -> ValueT:
    text = st.query_params.get(name)
    if text is None:
        return default
    try:
        if callable(options):
            return options(text)
        return {str(option): option for option in options}[text]
    except (KeyError, NicvizError) as error:
        accepted = str(error) if callable(options) else "Known: " + ", ".join(map(str, options)) + "."
        st.toast(plain_text(f"The link's {name}={text} was replaced. {accepted}"), icon="⚠️", duration="long")
        return default
