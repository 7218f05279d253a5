"""Live work on a page: started in the background, shown as it arrives, canceled when the page wants other work.

A page asks with `compute`, draws what is there, and puts a `progress_line` where it fits; what grows for long is drawn
by `follow`. At its end the page waits (`await_work`) and runs again as soon as something has arrived.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any, TypeVar, cast

import streamlit as st
from streamlit import runtime
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nicviz.errors import Canceled
from nicviz.run.jobs import Job, Jobs, wait_for
from nicviz.run.live import Live, Session
from nicviz.run.work import Growth, Signal, Work

PATIENCE = 0.8  # seconds a run waits for its work before it draws what is there
POLL = 0.3  # seconds between two drawings of the progress
TICK = 1.0  # seconds between two drawings of what grows
LONGEST_DRAWING = 3.0  # seconds
FIRST_LOOK = 15.0  # seconds after which the rest of a first drawing comes, whether there are results or not
BROWSER_DRAWING = 0.8  # seconds for the browser to decode what was sent, before libraries take both cores
STALE = 8
KEY = "live"  # of all that this module keeps in a browser session
S = TypeVar("S")
T = TypeVar("T")


@dataclass
class _Line:
    """A progress line that goes on while the page waits."""

    lane: str
    slot: DeltaGenerator | None  # None: waited for without a word
    jobs: list[Job[Any]]


@dataclass
class _Page:
    """What belongs to one browser session.

    Args:
        session: what it wants.
        first_look_ends: when, on the clock; None before something was asked for.
        drawn: set when this run has drawn its page; None where no work waits for that.
        lines: the progress lines of this run.
    """

    session: Session
    first_look_ends: float | None = None
    drawn: Event | None = None
    lines: list[_Line] = field(default_factory=list)


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return the jobs that all sessions of this server share."""
    return Jobs()


def _page() -> _Page:
    if KEY not in st.session_state:
        context = get_script_run_ctx()
        st.session_state[KEY] = _Page(Session(jobs(), context.session_id if context else ""))
    page: _Page = st.session_state[KEY]
    return page


def _is_here(session: Session) -> bool:
    """Return whether a browser session still is connected."""
    return not runtime.exists() or bool(runtime.get_instance().is_active_session(session.id))


def compute(lane: str, works: Sequence[Work[T] | Growth[T]], patience: float = PATIENCE) -> list[Live[T]]:
    """Return how each piece of work stands after waiting for at most `patience` seconds.

    Args:
        lane: what this work is to the page; older work of this session in the same lane is canceled.
        works: wanted now, in order.
        patience: seconds; 0 only starts it.
    """
    page = _page()
    page.session.jobs.withdraw_absent(_is_here)
    return page.session.want(lane, [_held_back(page, lane, work) for work in works], patience)


def each_done(
    lane: str, before: Sequence[Live[S]], work: Callable[[S], Work[T]], patience: float = PATIENCE
) -> list[Live[T]]:
    """Return how the work on each finished value of `before` stands, in its place; what is not finished is passed on.

    Args:
        lane, patience: as of `compute`.
        before: work that comes first.
        work: what is to be done with a value.
    """
    found = iter(compute(lane, [work(each.value) for each in before if each.done], patience))
    return [next(found) if each.done else cast(Live[T], each) for each in before]


def drawing_first() -> bool:
    """Return whether libraries wait for this run's page to be drawn, so that it sends only what comes first.

    A plot, code or a formula makes the browser load a large script, which holds up the pictures above it.
    """
    return _page().drawn is not None


def _held_back(page: _Page, lane: str, work: Work[T] | Growth[T]) -> Work[T] | Growth[T]:
    """Return work that waits until the page is drawn, where it asks for that and this is the session's first look."""
    if isinstance(work, Growth) or not work.after_drawing:
        return work
    if page.first_look_ends is None:
        page.first_look_ends = time.monotonic() + FIRST_LOOK
    job = page.session.jobs.find((lane, work.key))
    if (job is not None and job.done) or time.monotonic() > page.first_look_ends:
        return work
    drawn = page.drawn = page.drawn or Event()
    inner = work.run

    def run(signal: Signal) -> T:
        drawn.wait(LONGEST_DRAWING)
        if signal.wait(BROWSER_DRAWING):
            raise Canceled
        return inner(signal)

    return replace(work, run=run)


def follow(
    lives: Sequence[Live[Any]],
    draw: Callable[[list[Live[Any]]], None],
    lane: str | None = None,
    again: Callable[[list[Live[Any]]], bool] = lambda now: False,
) -> None:
    """Draw what is there now, and again every second while more comes; run the page when one has come to its end.

    Args:
        lives: what `draw` draws from, of any lanes.
        draw: called with how they stand then.
        lane: whose progress line stands above; None where it stands elsewhere.
        again: asked with how they stand, returns whether the page is to run for another reason.
    """
    session = _page().session
    turns = session.turns

    @st.fragment(run_every=TICK if any(each.pending for each in lives) else None)
    def body() -> None:
        now = [each.now() for each in lives]
        pressed = session.turns != turns
        over = any(before.pending and not after.pending for before, after in zip(lives, now, strict=True))
        if not pressed and (over or again(now)):
            st.rerun()  # before anything is drawn: what is not drawn again would go, and come back anew
        if lane is not None:
            _draw_line(lane, session.look(lane))
        draw(now)
        if pressed:
            st.rerun()  # after drawing, so that the button has answered

    body()


def progress_line(lane: str, narrow: bool = False) -> None:
    """Show what `compute` left running in a lane, how far it is, and a button to cancel it; nothing when all is done.

    `await_work`, at the end of the run, keeps the line going and runs the page again as soon as something arrived.

    Args:
        lane: of `compute`.
        narrow: put the button below the line.
    """
    page = _page()
    lives = page.session.lanes[lane] if lane in page.session.asked else []
    slot = _draw_line(lane, lives, narrow)
    if slot is not None:
        page.lines.append(_Line(lane, slot, [each.job for each in lives if each.pending and each.job]))


def wait_quietly(lane: str) -> None:
    """Let the page run again when what `compute` left running in a lane has arrived, without a word before."""
    page = _page()
    jobs = [each.job for each in page.session.lanes[lane] if each.pending and each.job]
    page.lines.append(_Line(lane, None, jobs))


def _draw_line(lane: str, lives: Sequence[Live[Any]], narrow: bool = False) -> DeltaGenerator | None:
    """Draw the line of a lane and its button, and return where its progress is drawn, if any comes.

    A button stands in a place of its own, or one would be seen above the other while they change.
    """
    place = st.container()  # drawn always, so that what follows it keeps its place
    if any(each.pending for each in lives):
        left, right = _halves(place, narrow)
        slot = left.empty()
        slot.progress(*_progress(lives))
        right.empty().button("Cancel", key=f"cancel-{lane}", on_click=_cancel, args=(lane,), width="stretch")
        return slot
    ended = [each for each in lives if each.state in {"canceled", "failed"}]
    if ended:
        left, right = _halves(place, narrow)
        kept = all(each.state == "canceled" and each.grows for each in ended)
        left.caption("Canceled; what is there stays." if kept else _counted(ended))
        right.empty().button("Go on" if kept else "Run again", key=f"again-{lane}", on_click=run_again, args=(lane,),
                     width="stretch")  # fmt: skip
    return None


def _halves(place: DeltaGenerator, narrow: bool) -> tuple[DeltaGenerator, DeltaGenerator]:
    if narrow:
        return place, place
    left, right = place.columns([5, 1], vertical_alignment="center")
    return left, right


def _counted(ended: Sequence[Live[Any]]) -> str:
    counts = {state: sum(each.state == state for each in ended) for state in ("canceled", "failed")}
    return ", ".join(f"{count} {state}" for state, count in counts.items() if count) + "."


def _progress(lives: Sequence[Live[Any]]) -> tuple[float, str]:
    """Return the share of a lane's work that is done, and in words how far it is."""
    pending = [each for each in lives if each.pending]
    unit = lives[0].progress.unit
    done, total = (sum(getattr(each.progress, name) for each in lives) for name in ("done", "total"))
    if unit:
        parts = [f"{done:,} of {total:,} {unit}"]
    else:
        parts = [f"{len(lives) - len(pending)} of {len(lives)} done", ", ".join(each.label for each in pending)]
    left = [each.progress.seconds_left for each in pending if each.progress.seconds_left is not None]
    seconds = max((each.seconds for each in pending), default=0.0)
    if left and seconds > 2:  # an estimate from less is none
        parts.append(f"about {_duration(max(left))} to go")
    elif pending:
        parts.append(f"{seconds:.0f} s")
    return min(done / total, 1.0) if total else 0.0, " · ".join(filter(None, parts))


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _cancel(lane: str) -> None:
    _page().session.cancel(lane)


def run_again(lane: str) -> None:
    """Let what this session canceled or what failed in a lane run again; for a button's callback."""
    _page().session.again(lane)


def begin_run() -> None:
    """Forget what a run has left that a click interrupted; every page calls it first."""
    page = _page()
    page.lines = []
    page.session.begin_run()
    _page_is_drawn(page)


def await_work() -> None:
    """Wait for the work of the progress lines at the end of a run, then run the page again; a change interrupts it.

    Waiting costs nothing, while a run on a timer draws the page and takes the interpreter lock from the work.
    """
    page = _page()
    page.session.end_run()
    held = _page_is_drawn(page)
    latest = page.first_look_ends if held and page.first_look_ends is not None else math.inf
    lines, page.lines = page.lines, []
    waiting = [job for line in lines for job in line.jobs]  # some may have finished since they were drawn
    if waiting:
        for _ in range(STALE):  # what an earlier run drew further down would stay, grayed, until this run ends
            st.empty()
    while waiting:
        wait_for(waiting, POLL, first=True)
        if any(job.done for job in waiting) or time.monotonic() > latest:
            st.rerun()
        page.session.look_at_all()
        for line in lines:
            if line.slot is not None:
                line.slot.progress(*_progress(page.session.look(line.lane)))


def _page_is_drawn(page: _Page) -> bool:
    """Let the work begin that waited for the drawing; return whether there is any."""
    drawn, page.drawn = page.drawn, None
    if drawn is not None:
        drawn.set()
    return drawn is not None
