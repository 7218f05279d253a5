"""Work that a page wants: started in the background, shown as it arrives, canceled when the page wants other work."""

import logging
import math
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any, Literal

import streamlit as st
from streamlit import runtime
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nicviz.errors import Canceled, NicvizError
from nicviz.run.jobs import Job, Jobs, Key, Signal, wait_for

PATIENCE = 0.8  # seconds a run waits for its work before it draws what is there
POLL = 0.3  # seconds between two drawings of the progress
LONGEST_DRAWING = 3.0  # seconds
FIRST_LOOK = 15.0  # seconds after which the rest of a first drawing comes, whether there are results or not
BROWSER_DRAWING = 0.8  # seconds for the browser to decode what was sent, before libraries take both cores
PENDING = "pending"
SLOTS = "progress_slots"
DRAWN = "page_drawn"
FIRST_LOOK_ENDS = "first_look_ends"
STALE = 8
_logger = logging.getLogger(__name__)
State = Literal["done", "failed", "pending", "canceled"]


@dataclass(frozen=True)
class Work:
    """One thing to compute.

    Args:
        key: equal keys are equal work, for every session.
        label: for the progress line, such as "jpeg2000:40".
        run: called with the signal that cancels it and that takes its progress.
        num_bytes: about what the result will hold in memory.
        after_drawing: start it when the page has been drawn: it loads libraries, which holds everything else up.
    """

    key: Hashable
    label: str
    run: Callable[[Signal], Any]
    num_bytes: int = 0
    after_drawing: bool = False


@dataclass(frozen=True)
class Outcome:
    """Where a piece of work stands; `message` says what failed."""

    state: State
    value: Any = None
    message: str = ""


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return the jobs that all sessions of this server share."""
    return Jobs()


def session_id() -> str:
    """Return what tells this browser session from the others."""
    context = get_script_run_ctx()
    return context.session_id if context else "no session"


def is_here(session: str) -> bool:
    """Return whether a browser session still is connected."""
    return not runtime.exists() or bool(runtime.get_instance().is_active_session(session))


def compute(lane: str, works: Sequence[Work], patience: float = PATIENCE) -> list[Outcome]:
    """Return how each piece of work stands after waiting for at most `patience` seconds.

    Args:
        lane: what this work is to the page; older work of this session in the same lane is canceled.
        works: wanted now, in order.
        patience: seconds; 0 only starts it.
    """
    session = session_id()
    jobs().withdraw_absent(is_here)
    canceled: set[Hashable] = st.session_state.setdefault("canceled", set())
    wanted = [work for work in works if (lane, work.key) not in canceled]
    started = {
        work.key: jobs().want(session, (lane, work.key), work.label, _start(lane, work), work.num_bytes)
        for work in wanted
    }
    jobs().keep_only(session, [(lane, work.key) for work in wanted], lane=lane)
    wait_for([started[work.key] for work in wanted if not work.after_drawing], patience)
    st.session_state.setdefault("running", {})[lane] = [(lane, work.key) for work in wanted]
    outcomes = [_outcome(started.get(work.key)) for work in works]
    pending = [started[work.key] for work, outcome in zip(works, outcomes, strict=True) if outcome.state == "pending"]
    st.session_state.setdefault(PENDING, {})[lane] = pending
    return outcomes


def drawing_first() -> bool:
    """Return whether libraries wait for this run's page to be drawn, so that it sends only what comes first.

    A plot, code or a formula makes the browser load a large script, which holds up the pictures above it.
    """
    return DRAWN in st.session_state


def _start(lane: str, work: Work) -> Callable[[Signal], Any]:
    """Return what runs in the thread: the work, held back until the page is drawn where it asks for that."""
    job = jobs().find((lane, work.key))
    waits = work.after_drawing and not (job is not None and job.done) and _first_look_lasts()
    drawn: Event | None = st.session_state.setdefault(DRAWN, Event()) if waits else None

    def run(signal: Signal) -> Any:
        if drawn is not None:
            drawn.wait(LONGEST_DRAWING)
            signal.wait(BROWSER_DRAWING)
        if signal.is_set():
            raise Canceled
        try:
            return work.run(signal)
        except (Canceled, NicvizError, MemoryError):
            raise
        except Exception:
            _logger.exception("%s failed", work.label)
            raise

    return run


def _first_look_lasts() -> bool:
    """Return whether this session's first look is not over, which begins when it is asked for the first time."""
    ends: float = st.session_state.setdefault(FIRST_LOOK_ENDS, time.monotonic() + FIRST_LOOK)
    return time.monotonic() < ends


def _outcome(job: Job | None) -> Outcome:
    if job is None:
        return Outcome("canceled", message="Canceled.")
    if not job.done:
        return Outcome("pending", message=job.label)
    try:
        return Outcome("done", job.result())
    except Canceled:
        return Outcome("canceled", message="Canceled.")
    except Exception as error:  # noqa: BLE001  whatever a library raises, the page stays usable; the log has the rest
        return Outcome("failed", message=_why(job, error))


def _why(job: Job, error: Exception) -> str:
    if isinstance(error, NicvizError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"{job.label}: not enough memory. Crop or downscale the image."
    return f"{job.label} failed: {type(error).__name__}: {error}"


def start_over(lane: str | None = None) -> None:
    """Forget which work this session canceled, and what failed in a lane, so that it runs again."""
    st.session_state["canceled"] = set()
    if lane is not None:
        jobs().forget(_failed(lane))


def progress_line(lane: str) -> None:
    """Show what `compute` left running in a lane, with a count, seconds and a cancel button; nothing when all is done.

    `await_work`, at the end of the run, keeps the line going and runs the page again as soon as something arrived.
    """
    place = st.container()  # drawn always, so that what follows it keeps its place
    if pending := st.session_state.get(PENDING, {}).pop(lane, []):
        left, right = place.columns([5, 1], vertical_alignment="center")
        slot = left.empty()
        right.button("Cancel", key=f"cancel-{lane}", on_click=cancel_lane, args=(lane,), width="stretch")
        _draw_progress(lane, slot)
        st.session_state.setdefault(SLOTS, []).append((lane, slot, pending))
        return
    canceled = sum(key[0] == lane for key in st.session_state.get("canceled", ()))
    failed = len(_failed(lane))
    if canceled or failed:
        left, right = place.columns([5, 1], vertical_alignment="center")
        counts = ((canceled, "canceled"), (failed, "failed"))
        left.caption(", ".join(f"{count} {what}" for count, what in counts if count) + ".")
        right.button("Run again", key=f"again-{lane}", on_click=start_over, args=(lane,), width="stretch")


def begin_run() -> None:
    """Forget what a run has left that a click interrupted; every page calls it first."""
    st.session_state.pop(SLOTS, None)
    st.session_state.pop(PENDING, None)
    _page_is_drawn()


def await_work() -> None:
    """Wait for the work of the progress lines at the end of a run, then run the page again; a change interrupts it.

    Waiting costs nothing, while a run on a timer draws the page and takes the interpreter lock from the work.
    """
    latest = st.session_state[FIRST_LOOK_ENDS] if _page_is_drawn() else math.inf
    slots = st.session_state.pop(SLOTS, [])
    waiting = [job for _, _, pending in slots for job in pending]  # some may have finished since they were drawn
    if waiting:
        for _ in range(STALE):  # what an earlier run drew further down would stay, grayed, until this run ends
            st.empty()
    while waiting:
        wait_for(waiting, POLL, first=True)
        if any(job.done for job in waiting) or time.monotonic() > latest:
            st.rerun()
        for lane, slot, _ in slots:
            _draw_progress(lane, slot)


def _page_is_drawn() -> bool:
    """Let the work begin that waited for the drawing; return whether there is any."""
    drawn: Event | None = st.session_state.pop(DRAWN, None)
    if drawn is not None:
        drawn.set()
    return drawn is not None


def _unfinished(lane: str) -> list[Job]:
    keys = st.session_state.get("running", {}).get(lane, [])
    return [job for job in map(jobs().find, keys) if job is not None and not job.done]


def _failed(lane: str) -> list[Key]:
    keys: list[Key] = st.session_state.get("running", {}).get(lane, [])
    return [key for key in keys if (job := jobs().find(key)) is not None and job.failed]


def _draw_progress(lane: str, slot: DeltaGenerator) -> None:
    unfinished = _unfinished(lane)
    total = len(st.session_state["running"][lane])
    done = total - len(unfinished)
    share = (done + sum(job.cancel.progress or 0.0 for job in unfinished)) / total
    labels = ", ".join(job.label for job in unfinished)
    seconds = max((job.seconds for job in unfinished), default=0.0)
    parts = [f"{done} of {total} done", labels, f"{seconds:.0f} s" if unfinished else ""]
    slot.progress(min(share, 1.0), " · ".join(filter(None, parts)))


def cancel_lane(lane: str) -> None:
    """Stop what is running in a lane, until it is asked for again; for a button's callback."""
    keys = st.session_state["running"][lane]
    unfinished = [key for key in keys if (job := jobs().find(key)) is not None and not job.done]
    st.session_state.setdefault("canceled", set()).update(unfinished)
    jobs().keep_only(session_id(), [key for key in keys if key not in unfinished], lane=lane)
