"""Pages follow their work to its end, whenever it finishes."""

from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from nicviz.run.jobs import Job
from nicviz.ui.kit import live as compute


def _slow_drawing() -> None:
    import time

    import streamlit as st

    from nicviz.ui.kit.live import Work, await_work, compute, progress_line

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

    from nicviz.ui.kit.live import Work, await_work, compute, drawing_first, progress_line

    runs = st.session_state.setdefault("runs", [])
    work = Work("libraries", "work", lambda signal: time.sleep(2), after_drawing=True)
    outcome = compute("held", [work], patience=0)[0]
    runs.append((drawing_first(), outcome.state))
    progress_line("held")
    await_work()


def test_the_rest_of_a_first_drawing_does_not_wait_for_slow_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "FIRST_LOOK", 0.5)
    app = AppTest.from_function(_libraries_after_drawing, default_timeout=20).run()
    assert app.session_state["runs"] == [(True, "pending"), (False, "pending"), (False, "done")]


def _run_after_an_interrupted_one() -> None:
    import streamlit as st

    from nicviz.ui.kit.live import drawing_first, progress_line
    from nicviz.ui.shell.frame import open_page

    with open_page():
        st.text(f"{drawing_first()}")
        progress_line("lane")


def test_what_an_interrupted_run_left_neither_cuts_the_next_one_short_nor_repeats_it() -> None:
    app = AppTest.from_function(_run_after_an_interrupted_one)
    drawn, finished = Event(), Job("work")
    finished.future.set_result(None)
    app.session_state[compute.DRAWN] = drawn
    app.session_state[compute.PENDING] = {"lane": [finished]}
    app.session_state[compute.SLOTS] = [("lane", None, [finished])]
    app.run()
    assert [text.value for text in app.text] == ["False"]
    assert drawn.is_set(), "the work that waited for the drawing begins"
    assert not app.get("progress")


def _page_that_ends_while_it_waits() -> None:
    import time

    import streamlit as st

    from nicviz.ui.kit.live import Work, compute, progress_line
    from nicviz.ui.shell.frame import end_page, open_page

    with open_page():
        outcome = compute("early", [Work("early", "work", lambda signal: time.sleep(0.5))], patience=0)[0]
        progress_line("early")
        if outcome.state != "done":
            end_page()
        st.text("the rest")


def test_a_page_that_ends_while_it_waits_is_drawn_whole_when_the_work_is_done() -> None:
    app = AppTest.from_function(_page_that_ends_while_it_waits, default_timeout=10).run()
    assert not app.exception
    assert [text.value for text in app.text] == ["the rest"]
