"""Pages follow their work to its end, whenever it finishes."""

from streamlit.testing.v1 import AppTest


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
