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
from streamlit.runtime.scriptrunner import get_script_run_ctx

_KEPT = "kept-values"  # values by key
_DRAWN = "drawn-widgets"  # keys of what the last run drew, if it came to its end, and when that was
_SENT = "sent-widgets"  # keys whose values the browser has
_SINCE = "sent-since"  # key to when a value was sent that no whole run has sent before: by a fragment on its own
_GIVEN = "given-values"  # key to the value that a script has set last, and when
_LATEST = 10.0  # seconds after which what was sent is with the slowest browser
_ON_THE_WAY = 0.25  # seconds after which what a run has drawn is with the browser


def set_widget(key: str, value: Any) -> None:
    """Set the value of a widget that is drawn after this, where it has another one or the browser has none."""
    now = st.session_state.get(key)
    if now != value or type(now) is not type(value) or not _has_arrived(key):
        st.session_state[key] = value
        st.session_state.setdefault(_GIVEN, {})[key] = value, time.monotonic()
    elif _crossed(key, value):
        st.session_state[key] = value


def _crossed(key: str, value: Any) -> bool:
    """Return whether a user changed a widget so soon after it was given a value that this one may come later.

    What is said again may cross the next change: so each of them is said again, until all has arrived for sure.
    """
    given: dict[str, tuple[Any, float]] = st.session_state.get(_GIVEN, {})
    before, when = given.get(key, (value, 0.0))
    if before == value:
        return False
    given[key] = value, when
    return time.monotonic() - when < _LATEST


def _has_arrived(key: str) -> bool:
    """Return whether the browser has the value of a widget: of the last whole run, or of the fragment that draws it."""
    context = get_script_run_ctx()
    if key in st.session_state.get(_SENT, ()):
        return True
    if context is None or not context.fragment_ids_this_run:
        return False
    since: dict[str, float] = st.session_state.setdefault(_SINCE, {})
    return time.monotonic() - since.setdefault(key, time.monotonic()) > _ON_THE_WAY


def keep_values(keys: Iterable[str]) -> None:
    """Give widgets their values again that a run did not draw (Streamlit forgets them) or that may not have arrived."""
    state = st.session_state
    state.pop(_SINCE, None)
    drawn, when = state.pop(_DRAWN, (frozenset(), math.inf))
    if time.monotonic() - when > _ON_THE_WAY:
        state[_SENT] = drawn
    sent = state[_SENT] = state.get(_SENT, frozenset()) & set(state)
    kept: dict[str, Any] = state.setdefault(_KEPT, {})
    kept.update({key: state[key] for key in keys if key in state})
    state.update({key: value for key, value in kept.items() if key not in sent})


def send_again() -> None:
    """Take note that another page begins: its widgets are others to the browser, those of the same keys too."""
    st.session_state[_SENT] = st.session_state.get(_SENT, frozenset()) & _drawn_now()


def _drawn_now() -> frozenset[str]:
    context = get_script_run_ctx()
    return context.shared.widget_user_keys_this_run.snapshot() if context else frozenset()


def page_is_drawn() -> None:
    """Take note that a run has drawn its page to the end."""
    st.session_state[_DRAWN] = _drawn_now(), time.monotonic()


def forget_values() -> None:
    """Forget all values: others are set in this run."""
    for name in (_KEPT, _DRAWN, _SENT, _SINCE, _GIVEN):
        st.session_state.pop(name, None)
