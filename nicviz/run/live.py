"""What one session wants, by lane, and how it stands: wanted, growing, done, canceled or failed.

    wanted ──> growing ──> done
       └──────────┴──────> failed    ── again ──> wanted
       └──────────┴──────> canceled  ── again ──> wanted (what has grown is kept)

In a lane the newest choice wins: what it does not ask for any more is canceled, unless another session wants it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, cast

from nicviz.errors import Canceled, NicvizError
from nicviz.run.jobs import Job, Jobs, Key, wait_for
from nicviz.run.work import Growth, Progress, Work

T = TypeVar("T")
State = Literal["wanted", "growing", "done", "canceled", "failed"]
CANCELED = "Canceled."


@dataclass(frozen=True)
class Live(Generic[T]):
    """How a piece of work stood when it was looked at; a page draws from one look, so that all its parts agree.

    Args:
        state: where it stands.
        label: of the work.
        message: what failed, in a sentence; that it is canceled.
        progress: how far it is.
        seconds: since it was asked for.
        key: lane and work.
        job: what does it; None where nothing does.
    """

    state: State
    label: str = ""
    message: str = ""
    progress: Progress = field(default_factory=Progress)
    seconds: float = 0.0
    key: Key = ("", None)
    job: Job[T] | None = None
    _value: T | None = None
    _look: "Callable[[], Live[T]] | None" = None

    @property
    def done(self) -> bool:
        """Whether its value is whole."""
        return self.state == "done"

    @property
    def pending(self) -> bool:
        """Whether more will come."""
        return self.state in {"wanted", "growing"}

    @property
    def grows(self) -> bool:
        """Whether its value is there before it is whole."""
        return self.job is not None and self.job.grows

    @property
    def value(self) -> T:
        """The value; of work that grows, as far as it has come.

        Raises:
            LookupError: there is none.
        """
        if not self.done and self._value is None:
            raise LookupError(f"{self.label} is {self.state}; it has no value")
        return cast(T, self._value)

    def now(self) -> "Live[T]":
        """Return how it stands now; it counts as being looked at."""
        return self._look() if self._look else self


@dataclass(eq=False)
class Session:
    """What one browser session wants.

    Args:
        jobs: shared with the others.
        id: tells whether it still is there.
        lanes: what was asked for last, by lane; a run that was interrupted leaves those of the one before it.
        asked: the lanes that this run of its page has asked for so far.
        declined: what it canceled, until it asks for it again.
        turns: how often it canceled something or asked again.
        passing: the lanes whose work ends with its page.
    """

    jobs: Jobs
    id: str = ""
    lanes: dict[str, list[Live[Any]]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    declined: set[Key] = field(default_factory=set)
    turns: int = 0
    passing: set[str] = field(default_factory=set)

    def want(self, lane: str, works: Sequence[Work[T] | Growth[T]], patience: float) -> list[Live[T]]:
        """Return how each piece of work stands after waiting for at most `patience` seconds.

        Args:
            lane: what this work is to the page; older work of this session in the same lane is canceled.
            works: wanted now, in order.
            patience: seconds; 0 only starts it.
        """
        jobs: dict[Key, Job[Any]] = {}
        for work in works:
            key = (lane, work.key)
            if key not in self.declined:
                jobs[key] = self.jobs.want(self, lane, work)
        self.jobs.keep_only(self, jobs, lane)
        held = {(lane, work.key) for work in works if isinstance(work, Work) and work.after_drawing}
        wait_for([job for key, job in jobs.items() if key not in held], patience)
        found = [self._live((lane, work.key), work, jobs.get((lane, work.key))) for work in works]
        self.lanes[lane] = list(found)
        self.asked.add(lane)
        self.passing.discard(lane)
        if any(isinstance(work, Work) and work.ends_with_page for work in works):
            self.passing.add(lane)
        return found

    def begin_run(self) -> None:
        """Take note that a page begins: a button of the one before it may still be pressed."""
        self.asked.clear()

    def end_run(self) -> None:
        """Take note that a page is drawn, and forget what it did not ask for.

        That work goes on without a look, except what is to end with its page.
        """
        for lane in self.passing - self.asked:
            self.jobs.keep_only(self, (), lane)
        self.passing &= self.asked
        self.lanes = {lane: self.lanes[lane] for lane in self.asked}

    def look(self, lane: str) -> list[Live[Any]]:
        """Return how the work that was asked for in a lane stands now."""
        return [live.now() for live in self.lanes.get(lane, [])]

    def look_at_all(self) -> None:
        """Say that this session looks at all that its page asked for."""
        for lane in self.asked:
            self.look(lane)

    def cancel(self, lane: str) -> None:
        """Stop what is running in a lane, until it is asked for again."""
        lives = self.look(lane)
        self.declined |= {live.key for live in lives if live.pending}
        self.jobs.keep_only(self, [live.key for live in lives if not live.pending], lane)
        self.turns += 1

    def again(self, lane: str) -> None:
        """Let what was canceled or has failed in a lane run again; what had grown goes on from there."""
        lives = self.look(lane)
        self.declined -= {live.key for live in lives}
        self.jobs.forget([live.key for live in lives if live.state == "failed"])
        self.turns += 1

    def _live(self, key: Key, work: Work[T] | Growth[T], job: Job[T] | None) -> Live[T]:
        job = job or self.jobs.find(key)  # of another session, or as it was when this one canceled it
        stand = self._stand(key, work, job)  # in two lines for mypy, which takes a `T | None` for the T it looks for
        state, value, message = stand
        if job is not None and key not in self.declined:
            job.look()

        def look() -> Live[T]:
            return self._live(key, work, job)

        return Live(
            state, work.label if job is None else _label(job), message, _progress(work, job, value),
            job.seconds if job else 0.0, key, job, value, look,
        )  # fmt: skip

    def _stand(self, key: Key, work: Work[T] | Growth[T], job: Job[T] | None) -> tuple[State, T | None, str]:
        grown = None if isinstance(work, Work) else work.begin() if job is None else job.value
        if job is not None and job.done:
            try:
                return "done", job.result(), ""
            except Canceled:
                return "canceled", grown, CANCELED
            except Exception as error:  # noqa: BLE001  whatever a library raises, the page stays usable
                return "failed", grown, _why(work.label, error)
        if job is None or key in self.declined:
            return "canceled", grown, CANCELED
        return "growing" if grown is not None and job.running else "wanted", grown, ""


def _label(job: Job[Any]) -> str:
    return f"{job.label}: {job.signal.doing}" if job.signal.doing and not job.done else job.label


def _progress(work: Work[T] | Growth[T], job: Job[T] | None, value: T | None) -> Progress:
    if isinstance(work, Growth):
        return Progress() if value is None else work.progress(value)
    if job is None or job.done:
        return Progress(1.0 if job else 0.0)
    share = job.signal.progress or 0.0
    return Progress(share, seconds_left=job.seconds * (1 - share) / share if share else None)


def _why(label: str, error: Exception) -> str:
    if isinstance(error, NicvizError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"{label}: not enough memory. Crop or downscale the image."
    return f"{label} failed: {type(error).__name__}: {error}"
