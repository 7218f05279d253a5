"""Values that a script gives to widgets: kept while they are not drawn, sent until the browser has them, and only then.

Streamlit sends a value to the browser in the run that sets it. A run that is interrupted may send nothing, and the
widget that the next run draws would show (and give back) its default. Sent with every run, on the other hand, a value
undoes what a user has done meanwhile. What the browser has it says itself: each run begins with the values of all the
widgets that are drawn there.
"""

import time
from collections.abc import Iterable
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_KEPT = "kept-values"  # values by key
_MOVED = "moved-to-page"  # there until a page that another one came before is drawn to its end
_GIVEN = "given-values"  # key to the value that a script has set last in a widget that was drawn already, and when
_LATEST = 10.0  # seconds after which what was sent is with the slowest browser


def set_widget(key: str, value: Any) -> None:
    """Set the value of a widget that is drawn after this, where it has another one or the browser has none."""
    now = st.session_state.get(key)
    drawn = _is_drawn(key)
    given: dict[str, tuple[Any, float]] = st.session_state.setdefault(_GIVEN, {})
    if not drawn:
        st.session_state[key] = value
        given.pop(key, None)  # the browser draws the widget with it: nobody can have changed it before
    elif now != value or type(now) is not type(value):
        st.session_state[key] = value
        given[key] = value, time.monotonic()
    elif _crossed(key, value):
        st.session_state[key] = value


def _crossed(key: str, value: Any) -> bool:
    """Return whether a user changed a widget so soon after it was given a value that this one may come later.

    What is said again may cross the next change: so each of them is said again, until all has arrived for sure.
    """
    given: dict[str, tuple[Any, float]] = st.session_state[_GIVEN]
    before, when = given.get(key, (value, 0.0))
    if before == value:
        return False
    given[key] = value, when
    return time.monotonic() - when < _LATEST


def _is_drawn(key: str) -> bool:
    """Return whether the browser has drawn a widget: it has told its value with this run, or with its fragment's.

    Called before the run draws the widget. A run that was interrupted on another page leaves the widgets of the page
    before, to whose keys others answer now.
    """
    context = get_script_run_ctx()
    if context is None or _MOVED in st.session_state:
        return False
    state = context.session_state._state  # no public way leads to what the browser has told
    widget = state._key_id_mapper.get_id_from_key(key, None)
    return widget is not None and widget in state._new_widget_state.states


def keep_values(keys: Iterable[str]) -> None:
    """Give widgets their values again that a run did not draw (Streamlit forgets them) or that may not have arrived."""
    state = st.session_state
    kept: dict[str, Any] = state.setdefault(_KEPT, {})
    kept.update({key: state[key] for key in keys if key in state})
    state.update({key: value for key, value in kept.items() if not _is_drawn(key)})


def send_again() -> None:
    """Take note that another page begins: its widgets are others to the browser, those of the same keys too."""
    st.session_state[_MOVED] = True


def page_is_drawn() -> None:
    """Take note that a run has drawn its page to the end."""
    st.session_state.pop(_MOVED, None)


def forget_values() -> None:
    """Forget all values: others are set in this run."""
    for name in (_KEPT, _GIVEN, _MOVED):
        st.session_state.pop(name, None)
