"""Whether the page is seen on a phone's width, for what is laid out otherwise there and CSS cannot do."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_NARROW = "narrow-screen"


def tell_narrow(narrow: bool) -> None:
    """Take note of what the browser tells."""
    st.session_state[_NARROW] = narrow


def is_narrow() -> bool:
    """Return whether the page is seen on a phone's width."""
    return bool(st.session_state.get(_NARROW, False))


def is_dark() -> bool:
    """Return whether the browser shows the dark theme."""
    return bool(st.context.theme.type == "dark")


@contextmanager
def folded_when_narrow(label: str) -> Iterator[None]:
    """Draw controls in a row or, on a narrow screen, where they would fill it, in a fold-out of this label."""
    if is_narrow():
        with st.expander(label, icon=":material/tune:", key=f"folded-{label}"):
            yield
    else:
        with st.container(horizontal=True, gap="medium"):
            yield


def folded_place(place: DeltaGenerator, label: str) -> DeltaGenerator:
    """Return where controls go that stand in `place` on a wide screen: on a narrow one a fold-out of this label."""
    return st.expander(label, icon=":material/tune:", key=f"folded-{label}") if is_narrow() else place
