"""Values that a script gives to widgets: kept while they are not drawn, sent until the browser has them, and only then.

Streamlit sends a value to the browser in the run that sets it. A run that is interrupted may send nothing, and the
widget that the next run draws would show (and give back) its default. Sent with every run, on the other hand, a value
undoes what a user has done meanwhile.
"""

import math
import time
from collections.abc import Iterable
from typing import Any

import streamlit as st

_KEPT = "kept-values"  # values by key
_DRAWN = "drawn-widgets"  # keys at the end of the last run, if it came so far, and when that was
_SENT = "sent-widgets"  # keys whose values the browser has
_ON_THE_WAY = 0.25  # seconds after which what a run has drawn is with the browser


def set_widget(key: str, value: Any) -> None:
    """Set the value of a widget that is drawn after this, where it has another one or the browser has none."""
    now = st.session_state.get(key)
    if now != value or type(now) is not type(value) or key not in st.session_state.get(_SENT, ()):
        st.session_state[key] = value


def keep_values(keys: Iterable[str]) -> None:
    """Give widgets their values again that a run did not draw (Streamlit forgets them) or that may not have arrived."""
    state = st.session_state
    drawn, when = state.pop(_DRAWN, (frozenset(), math.inf))
    if time.monotonic() - when > _ON_THE_WAY:
        state[_SENT] = drawn
    sent = state[_SENT] = state.get(_SENT, frozenset()) & set(state)
    kept: dict[str, Any] = state.setdefault(_KEPT, {})
    kept.update({key: state[key] for key in keys if key in state})
    state.update({key: value for key, value in kept.items() if key not in sent})


def page_is_drawn() -> None:
    """Take note that a run has drawn its page to the end."""
    st.session_state[_DRAWN] = frozenset(st.session_state), time.monotonic()


def forget_values() -> None:
    """Forget all values: others are set in this run."""
    for name in (_KEPT, _DRAWN, _SENT):
        st.session_state.pop(name, None)
