"""The lifecycle of what a session wants: every state, and every way from one to another."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from nicviz.errors import Canceled, CodecError
from nicviz.run.jobs import Jobs, wait_for
from nicviz.run.live import Live, Session
from nicviz.run.work import Growth, Progress, Signal, Work

LONG = 30.0  # seconds that no wait here takes unless something is broken


class Gate:
    """Work that ends when it is told to, with what it is told."""

    def __init__(self, result: object = 7) -> None:
        self.result = result
        self.open, self.begun = threading.Event(), threading.Event()

    def __call__(self, signal: Signal) -> object:
        self.begun.set()
        while not self.open.wait(0.001):
            if signal.is_set():
                raise Canceled
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def fill(self, value: list[int], signal: Signal) -> None:
        value.append(len(value))
        self(signal)


def work(gate: Gate, key: str = "key") -> Work[object]:
    return Work(key, "jpeg:40", gate)


def growth(gate: Gate, key: str = "key") -> Growth[list[int]]:
    return Growth(key, "map", list, gate.fill, lambda value: Progress(len(value), 4, "cells", 9.0))


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session(Jobs())
    yield session
    session.jobs.cancel_all()


def ended(live: Live) -> Live:
    assert live.job is not None
    wait_for([live.job], LONG)
    return live.now()


def test_work_is_wanted_and_then_done(session: Session) -> None:
    gate = Gate()
    (live,) = session.want("lane", [work(gate)], 0)
    assert (live.state, live.pending, live.label) == ("wanted", True, "jpeg:40")
    with pytest.raises(LookupError, match="jpeg:40 is wanted"):
        _ = live.value
    gate.open.set()
    after = ended(live)
    assert (after.state, after.value, after.pending) == ("done", 7, False)
    assert live.state == "wanted", "a page draws all its parts from one look"


def test_a_value_of_none_is_a_value(session: Session) -> None:
    gate = Gate(None)
    gate.open.set()
    (live,) = session.want("lane", [work(gate)], LONG)
    assert live.done
    assert live.value is None


def test_what_grows_has_its_value_from_the_start(session: Session) -> None:
    gate = Gate()
    (live,) = session.want("lane", [growth(gate)], 0)
    assert live.grows
    assert gate.begun.wait(LONG)
    now = live.now()
    assert (now.state, now.value, now.progress) == ("growing", [0], Progress(1, 4, "cells", 9.0))
    gate.open.set()
    assert ended(live).done


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (CodecError("Too large."), "Too large."),
        (MemoryError(), "jpeg:40: not enough memory. Crop or downscale the image."),
        (OSError("the disk"), "jpeg:40 failed: OSError: the disk"),
    ],
)
def test_an_error_is_a_sentence_and_running_again_tries_anew(session: Session, error: Exception, message: str) -> None:
    failing, working = Gate(error), Gate(3)
    failing.open.set()
    working.open.set()
    (live,) = session.want("lane", [work(failing)], LONG)
    assert (live.state, live.message) == ("failed", message)
    (live,) = session.want("lane", [work(working)], LONG)
    assert live.state == "failed", "each run of the page would try again"
    session.again("lane")
    (live,) = session.want("lane", [work(working)], LONG)
    assert live.value == 3


def test_what_is_canceled_stays_so_until_it_is_asked_for_again(session: Session) -> None:
    gate = Gate()
    (live,) = session.want("lane", [work(gate)], 0)
    session.cancel("lane")
    assert live.now().state == "canceled"
    assert ended(live).message == "Canceled."
    assert session.want("lane", [work(gate)], 0)[0].state == "canceled"
    session.again("lane")
    (live,) = session.want("lane", [work(gate)], 0)
    assert live.pending
    gate.open.set()
    assert ended(live).value == 7


def test_canceling_spares_what_is_done_and_other_lanes(session: Session) -> None:
    done, slow, other = Gate(), Gate(), Gate()
    done.open.set()
    first, second = session.want("lane", [work(done, "done"), work(slow, "slow")], 0)
    ended(first)
    (elsewhere,) = session.want("other", [work(other)], 0)
    session.cancel("lane")
    assert [first.now().state, second.now().state, elsewhere.now().state] == ["done", "canceled", "wanted"]


def test_what_had_grown_is_kept_when_it_is_canceled_and_goes_on_from_there(session: Session) -> None:
    gate = Gate()
    (live,) = session.want("lane", [growth(gate)], 0)
    assert gate.begun.wait(LONG)
    session.cancel("lane")
    now = ended(live)
    assert (now.state, now.value) == ("canceled", [0])
    session.again("lane")
    gate.open.set()
    (live,) = session.want("lane", [growth(gate)], LONG)
    assert (live.state, live.value) == ("done", [0, 1])


def test_the_newest_choice_wins(session: Session) -> None:
    old, new = Gate(), Gate()
    (before,) = session.want("lane", [work(old, "old")], 0)
    session.want("lane", [work(new, "new")], 0)
    assert ended(before).state == "canceled"
    assert [live.key for live in session.look("lane")] == [("lane", "new")]


def test_one_session_cancels_for_itself_alone_and_sees_the_others_result(session: Session) -> None:
    gate, other = Gate(), Session(session.jobs)
    (mine,) = session.want("lane", [work(gate)], 0)
    (theirs,) = other.want("lane", [work(gate)], 0)
    assert mine.job is theirs.job
    session.cancel("lane")
    assert (mine.now().state, theirs.now().state) == ("canceled", "wanted")
    gate.open.set()
    assert ended(theirs).value == 7
    assert session.want("lane", [work(gate)], 0)[0].done, "it is there, so it is shown"


def test_progress_is_the_share_that_the_work_tells(session: Session) -> None:
    gate = Gate()
    (live,) = session.want("lane", [work(gate)], 0)
    assert live.job is not None
    live.job.signal.progress, live.job.signal.doing = 0.25, "recognizing"
    now = live.now()
    assert now.progress.done == 0.25
    assert now.progress.seconds_left == pytest.approx(3 * now.seconds, rel=0.5)
    assert now.label == "jpeg:40: recognizing"
    gate.open.set()
    assert (ended(live).progress.done, ended(live).label) == (1.0, "jpeg:40")


def test_a_button_works_while_the_next_run_has_not_come_to_its_lane(session: Session) -> None:
    gate = Gate()
    (live,) = session.want("lane", [work(gate)], 0)
    session.end_run()
    session.begin_run()
    session.cancel("lane")
    assert ended(live).state == "canceled"


@pytest.mark.parametrize("ends", [True, False])
def test_what_holds_others_up_ends_with_its_page_and_other_work_goes_on(session: Session, ends: bool) -> None:
    gate = Gate()
    (live,) = session.want("lane", [replace(work(gate), ends_with_page=ends)], 0)
    session.end_run()
    assert live.job is not None
    assert not live.job.signal.is_set()  # its own page has been drawn
    session.begin_run()
    session.want("other", [], 0)
    session.end_run()
    assert live.job.signal.is_set() == ends
    gate.open.set()


def test_a_page_that_is_drawn_lets_go_of_what_it_did_not_ask_for(session: Session) -> None:
    first, second = Gate(), Gate()
    session.want("lane", [work(first)], 0)
    session.end_run()
    session.begin_run()
    (live,) = session.want("other", [work(second)], 0)
    session.end_run()
    assert [session.look("lane"), [each.key for each in session.look("other")]] == [[], [live.key]]
