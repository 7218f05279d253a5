"""Pages follow their work to its end, whenever it finishes."""

import threading
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from nicviz.run.jobs import Jobs, wait_for
from nicviz.run.live import Live, Session
from nicviz.run.work import Progress, Signal, Work
from nicviz.ui.kit import waiting

LONG = 30.0  # seconds that no wait here takes unless something is broken


class Steps:
    """Work that a test lets begin and end, by name; pages find it here."""

    def __init__(self) -> None:
        self.may_end: dict[str, threading.Event] = {}

    def event(self, name: str) -> threading.Event:
        return self.may_end.setdefault(name, threading.Event())

    def work(self, name: str, after_drawing: bool = False) -> Work[str]:
        def run(signal: Signal) -> str:
            assert self.event(name).wait(LONG)
            return name

        return Work((id(self), name), name, run, after_drawing=after_drawing)


STEPS: list[Steps] = []


@pytest.fixture
def steps() -> Iterator[Steps]:
    STEPS.append(Steps())
    yield STEPS[-1]
    for event in STEPS[-1].may_end.values():
        event.set()


def _slow_drawing() -> None:
    import streamlit as st

    from nicviz.ui.kit.waiting import await_work, compute, progress_line
    from tests.ui.kit.test_waiting import LONG, STEPS, ended

    outcome = compute("lane", [STEPS[-1].work("work")], patience=0)[0]
    st.text(outcome.state)
    progress_line("lane")
    STEPS[-1].event("work").set()
    if outcome.pending:
        assert ended(outcome, LONG), "it finishes while the page is drawn"
    await_work()


def ended(outcome: Live, seconds: float) -> bool:
    assert outcome.job is not None
    wait_for([outcome.job], seconds)
    return outcome.now().done


def test_work_that_finishes_while_the_page_is_drawn_is_shown_without_a_click(steps: Steps) -> None:
    app = AppTest.from_function(_slow_drawing).run()
    assert not app.exception
    assert [text.value for text in app.text] == ["done"]


def _libraries_after_drawing() -> None:
    import streamlit as st

    from nicviz.ui.kit.waiting import await_work, compute, drawing_first, progress_line
    from tests.ui.kit.test_waiting import STEPS

    runs = st.session_state.setdefault("runs", [])
    outcome = compute("held", [STEPS[-1].work("libraries", after_drawing=True)], patience=0)[0]
    runs.append((drawing_first(), outcome.state))
    if len(runs) > 1:
        STEPS[-1].event("libraries").set()
    progress_line("held")
    await_work()


def test_the_rest_of_a_first_drawing_does_not_wait_for_slow_work(monkeypatch: pytest.MonkeyPatch, steps: Steps) -> None:
    monkeypatch.setattr(waiting, "FIRST_LOOK", 0.1)
    monkeypatch.setattr(waiting, "BROWSER_DRAWING", 0.0)
    app = AppTest.from_function(_libraries_after_drawing, default_timeout=LONG).run()
    assert app.session_state["runs"] == [(True, "wanted"), (False, "wanted"), (False, "done")]


def _run_after_an_interrupted_one() -> None:
    import streamlit as st

    from nicviz.ui.kit.waiting import drawing_first, progress_line
    from nicviz.ui.shell.frame import open_page

    with open_page([]):
        st.text(f"{drawing_first()}")
        progress_line("lane")


def test_what_an_interrupted_run_left_neither_cuts_the_next_one_short_nor_repeats_it(steps: Steps) -> None:
    app = AppTest.from_function(_run_after_an_interrupted_one)
    drawn, session = threading.Event(), Session(Jobs())
    (pending,) = session.want("lane", [steps.work("work")], 0)
    line = waiting._Line("lane", None, [pending.job])  # type: ignore[arg-type, list-item]
    app.session_state[waiting.KEY] = waiting._Page(session, None, drawn, [line])
    app.run()
    assert not app.exception
    assert [text.value for text in app.text] == ["False"]
    assert drawn.is_set(), "the work that waited for the drawing begins"
    assert not app.get("progress")


def _page_that_ends_while_it_waits() -> None:
    import streamlit as st

    from nicviz.ui.kit.waiting import compute, progress_line
    from nicviz.ui.shell.frame import end_page, open_page
    from tests.ui.kit.test_waiting import STEPS

    with open_page([]):
        outcome = compute("early", [STEPS[-1].work("work")], patience=0)[0]
        progress_line("early")
        STEPS[-1].event("work").set()
        if not outcome.done:
            end_page()
        st.text("the rest")


def test_a_page_that_ends_while_it_waits_is_drawn_whole_when_the_work_is_done(steps: Steps) -> None:
    app = AppTest.from_function(_page_that_ends_while_it_waits, default_timeout=LONG).run()
    assert not app.exception
    assert [text.value for text in app.text] == ["the rest"]


def _page_of_what_grows() -> None:
    import streamlit as st

    from nicviz.run.work import Growth, Progress
    from nicviz.ui.kit.waiting import compute, follow
    from nicviz.ui.shell.frame import open_page
    from tests.ui.kit.test_waiting import STEPS

    steps = STEPS[-1]

    def fill(value: list, signal: object) -> None:
        value.append("cell")
        steps.event("begun").set()
        steps.work("map").run(signal)
        value.append("cell")

    with open_page([]):
        work = Growth((id(steps), "map"), "map", list, fill, lambda value: Progress(len(value), 2, "cells"))
        (grown,) = compute("grown", [work], patience=0)
        steps.event("begun").wait(30)
        follow([grown], lambda lives: st.text(f"{lives[0].state} {len(lives[0].value)}"), "grown")


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_what_grows_is_drawn_canceled_and_gone_on_with_by_one_pair_of_buttons(steps: Steps) -> None:
    app = AppTest.from_function(_page_of_what_grows, default_timeout=LONG).run()
    assert [text.value for text in app.text] == ["growing 1"]
    assert app.get("progress")[0].proto.text.startswith("1 of 2 cells · ")
    app.button[0].click().run()
    assert labels(app) == ["Go on"]
    assert [caption.value for caption in app.caption] == ["Canceled; what is there stays."]
    assert app.text[0].value.startswith("canceled")
    app.button[0].click().run()
    assert labels(app) == ["Cancel"]
    steps.event("map").set()
    for _ in range(50):
        if not labels(app):
            break
        app.run()
    assert app.text[0].value.startswith("done")


def stand(state: str, **more: object) -> Live:
    return Live(state, "jpeg:40", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lives", "share", "text"),
    [
        ([stand("wanted", seconds=3.2)], 0.0, "0 of 1 done · jpeg:40 · 3 s"),
        ([stand("done", progress=Progress(1.0)), stand("wanted", seconds=1.0)], 0.5, "1 of 2 done · jpeg:40 · 1 s"),
        ([stand("growing", progress=Progress(0, 0, "points"))], 0.0, "0 of 0 points · 0 s"),
        ([stand("growing", progress=Progress(1234, 2468, "cells", 200.0), seconds=9.0)], 0.5,
         "1,234 of 2,468 cells · about 3 min to go"),
        ([stand("growing", progress=Progress(1, 4, "cells", 60.0), seconds=1.0)], 0.25, "1 of 4 cells · 1 s"),
    ],
)  # fmt: skip
def test_the_progress_line_counts_and_tells_the_time(lives: list[Live], share: float, text: str) -> None:
    assert waiting._progress(lives) == (share, text)
