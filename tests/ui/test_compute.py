"""Pages follow their work to its end, whenever it finishes."""

import pytest
from streamlit.testing.v1 import AppTest

from nicviz.ui import compute


def _slow_drawing() -> None:
    import time

    import streamlit as st

    from nicviz.ui.compute import Work, await_work, compute, progress_line

    outcome = compute("lane", [Work("key", "work", lambda signal: time.sleep(0.2))], patience=0)[0]
    st.text(outcome.state)
    progress_line("lane")
    time.sleep(0.6)
    await_work()


def test_work_that_finishes_while_the_page_is_drawn_is_shown_without_a_click() -> None:
    app = AppTest.from_function(_slow_drawing).run()
    assert [text.value for text in app.text] == ["done"]


def _libraries_after_drawing() -> None:
    import time

    import streamlit as st

    from nicviz.ui.compute import Work, await_work, compute, drawing_first, progress_line

    runs = st.session_state.setdefault("runs", [])
    work = Work("libraries", "work", lambda signal: time.sleep(2), after_drawing=not runs)
    outcome = compute("held", [work], patience=0)[0]
    runs.append((drawing_first(), outcome.state))
    progress_line("held")
    await_work()


def test_the_rest_of_a_first_drawing_does_not_wait_for_slow_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "FIRST_LOOK", 0.5)
    app = AppTest.from_function(_libraries_after_drawing, default_timeout=20).run()
    assert app.session_state["runs"] == [(True, "pending"), (False, "pending"), (False, "done")]
