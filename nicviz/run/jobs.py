"""Work in the background that several sessions may want: done once, the quick before the long, fair to all sessions.

Long work (a map, a sweep, whatever takes over `QUICK_SECONDS`) gives way before its steps to what somebody waits for.

Each piece of work goes the same way:

    want ──> waiting ──> running ──> finished: a result, an error, or Canceled
               └────── stop ─┴─────────────────────────────────────^

It is stopped when no session wants it any more. Work whose value grows is stopped, too, when nobody has looked at it
for a while; wanted again it goes on with the value that it left.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from typing import Any, Generic, TypeVar, cast
from weakref import WeakSet

from nicviz.errors import Canceled, NicvizError
from nicviz.memory import trim
from nicviz.run.work import Growth, Signal, Work

T = TypeVar("T")
Key = tuple[str, Hashable]  # what the work is to a page (its lane), and the work itself
MAX_THREADS = 32  # many, because slow work of some sessions must not keep the cached results of others waiting
GROWING_AT_ONCE = 4  # values that grow at a time; that work has threads of its own
LEFT_ALONE = 75.0  # seconds after which work on a growing value stops; browsers look once a minute from a hidden tab
QUICK_SECONDS = 10.0  # work that was asked for so lately goes before the steps of long work
MAKES_ROOM = 5.0  # the same where other work waits for its place
KEPT = 128  # finished jobs whose results stay at hand; everything also lives in the store
KEPT_BYTES = 256 * 1024**2
_living: "WeakSet[Jobs]" = WeakSet()
_logger = logging.getLogger(__name__)


class Job(Generic[T]):
    """One piece of work in flight or just finished.

    Attributes:
        label, num_bytes: of the work; the work itself, and with it its inputs, is dropped when it ends.
        grows: whether its value is there before it is whole.
        quick: whether somebody waits for its value, which comes all at once.
        value: what grows; None where the value comes all at once.
        signal: set when it is to stop.
        wanted_by: the sessions that asked for it.
        future: of its result.
    """

    def __init__(self, work: Work[T] | Growth[T], value: T | None, jobs: "Jobs") -> None:
        self.label, self.num_bytes, self.grows = work.label, work.num_bytes, isinstance(work, Growth)
        self.quick = isinstance(work, Work) and not work.ends_with_page
        self.value = value
        self.wanted_by: set[Hashable] = set()
        self.future: Future[T] = Future()
        self.signal = Signal(self._left_alone if self.grows else None, self._gives_way)
        self._work: Work[T] | Growth[T] | None = work
        self._jobs = jobs
        self._since = self._looked_at = jobs.clock()

    @property
    def done(self) -> bool:
        """Whether it has a result or an error."""
        return self.future.done()

    @property
    def stopped(self) -> bool:
        """Whether it will give no result, for it was canceled or left alone."""
        if not self.done:
            return self.signal.is_set()
        return self.future.cancelled() or isinstance(self.future.exception(), Canceled)

    @property
    def failed(self) -> bool:
        """Whether it ended with an error; being canceled is none."""
        return self.done and not self.stopped and self.future.exception() is not None

    @property
    def running(self) -> bool:
        """Whether a thread works on it."""
        return self.future.running()

    @property
    def seconds(self) -> float:
        """Seconds since it was asked for."""
        return self._jobs.clock() - self._since

    def look(self) -> None:
        """Say that somebody still looks at it."""
        self._looked_at = self._jobs.clock()

    def stop(self) -> None:
        """Cancel it, unless it is finished; `Jobs` calls it under its lock."""
        if not self.done:
            self.signal.set()
            if self.future.cancel():
                self._work = None
                self.future.set_running_or_notify_cancel()  # or those who wait for it would go on waiting

    def result(self) -> T:
        """Return the result of finished work, or raise its error."""
        try:
            return self.future.result(timeout=0)
        except CancelledError:
            raise Canceled from None

    def _left_alone(self) -> bool:
        return self._jobs.clock() - self._looked_at > (MAKES_ROOM if self._jobs.growth_waits() else LEFT_ALONE)

    def _gives_way(self) -> bool:
        return (self.grows or self.seconds >= QUICK_SECONDS) and self._jobs.quick_work()

    def execute(self) -> None:
        """Do the work, in the thread of the caller, which has marked it as running."""
        work, self._work = self._work, None
        try:
            if work is None or self.signal.is_set():
                raise Canceled
            if isinstance(work, Work):
                self.future.set_result(work.run(self.signal))
            else:
                value = cast(T, self.value)
                work.fill(value, self.signal)
                self.future.set_result(value)
        except BaseException as error:
            if not isinstance(error, (Canceled, NicvizError, MemoryError)):
                _logger.exception("%s failed", self.label)
            self.future.set_exception(error)


class Jobs:
    """The jobs of one server process, by key; threads are shared by all sessions.

    Args:
        threads: how many pieces of work run at a time.
        growing: how many of them may be on growing values.
        clock: seconds, for tests.
    """

    def __init__(
        self, threads: int = MAX_THREADS, growing: int = GROWING_AT_ONCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.clock = clock
        self._growing = growing
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="nicviz-job")
        self._lock = threading.Lock()
        self._jobs: OrderedDict[Key, Job[Any]] = OrderedDict()
        self._waiting: list[tuple[Key, Job[Any]]] = []
        self._running: dict[Job[Any], Key] = {}
        _living.add(self)

    def want(self, session: Hashable, lane: str, work: Work[T] | Growth[T]) -> Job[T]:
        """Return the job of this work, started as soon as it is its turn unless it is running or finished already."""
        key = (lane, work.key)
        with self._lock:
            job = self._jobs.get(key)
            if job is not None:
                job.look()
            if job is None or job.stopped:
                value = None if isinstance(work, Work) else work.begin() if job is None else job.value
                job = self._jobs[key] = Job(work, value, self)
                self._waiting.append((key, job))
                self._pool.submit(self._work)
            job.wanted_by.add(session)
            self._jobs.move_to_end(key)
            self._forget()
            return job

    def find(self, key: Key) -> Job[Any] | None:
        """Return the job of this key, if there is one and it is not yet forgotten."""
        with self._lock:
            return self._jobs.get(key)

    def forget(self, keys: Iterable[Key]) -> None:
        """Drop finished jobs, such as failed ones, so that they run anew when they are wanted."""
        with self._lock:
            for key in keys:
                if key in self._jobs and self._jobs[key].done:
                    del self._jobs[key]

    def keep_only(self, session: Hashable, keys: Iterable[Key], lane: str | None = None) -> None:
        """Withdraw a session's interest in all jobs (of one lane) but these; work that nobody wants is canceled."""
        wanted = set(keys)
        with self._lock:
            for key, job in self._jobs.items():
                if key in wanted or session not in job.wanted_by or lane not in (None, key[0]):
                    continue
                job.wanted_by.discard(session)
                if not job.wanted_by:
                    job.stop()

    def withdraw_absent(self, is_here: Callable[[Any], bool]) -> None:
        """Withdraw the interest of sessions that have ended."""
        with self._lock:
            sessions = {session for job in self._jobs.values() for session in job.wanted_by}
        for session in sessions:
            if not is_here(session):
                self.keep_only(session, ())

    def cancel_all(self) -> None:
        """Cancel what is not finished, whoever wants it."""
        with self._lock:
            for job in self._jobs.values():
                job.stop()

    def growth_waits(self) -> bool:
        """Return whether work on a growing value waits for others to end."""
        return any(job.grows and not job.done for _, job in list(self._waiting))

    def quick_work(self) -> bool:
        """Return whether somebody waits for work that comes all at once, and has not waited for long."""
        jobs = [*(job for _, job in list(self._waiting)), *list(self._running)]
        return any(job.quick and not job.done and job.seconds < QUICK_SECONDS for job in jobs)

    def _work(self) -> None:
        """Do what comes next until nothing may start; what may not yet is started by whoever ends before it."""
        while (job := self._take()) is not None:
            job.execute()
            with self._lock:
                del self._running[job]
                idle = not self._running
            if idle:
                trim()

    def _take(self) -> Job[Any] | None:
        """Return what comes next: quick work before growing, then the session with less under way, then the older."""
        with self._lock:
            self._waiting = [each for each in self._waiting if not each[1].done]
            busy = set(self._running.values())  # a stopped run may still be at the value
            room = sum(job.grows for job in self._running) < self._growing
            ready = [(key, job) for key, job in self._waiting
                     if key not in busy and (room or not job.grows)]  # fmt: skip
            if not ready:
                return None
            taken = min(ready, key=lambda each: (each[1].grows, self._under_way(each[1])))
            taken[1].future.set_running_or_notify_cancel()  # under the lock, as stopping is
            self._waiting.remove(taken)
            self._running[taken[1]] = taken[0]
            return taken[1]

    def _under_way(self, job: Job[Any]) -> int:
        """Return how many jobs run for the session, of those that want this one, that has the fewest."""
        return min((sum(session in other.wanted_by for other in self._running) for session in job.wanted_by),
                   default=0)  # fmt: skip

    def _forget(self) -> None:
        """Drop the oldest finished jobs beyond the bounds."""
        count = num_bytes = 0
        for key, job in reversed(list(self._jobs.items())):
            count, num_bytes = count + 1, num_bytes + job.num_bytes
            if job.done and (count > KEPT or num_bytes > KEPT_BYTES):
                del self._jobs[key]


def stop_all() -> None:
    """Cancel all work of this process, whose end waits for its threads: a map may take minutes."""
    for jobs in list(_living):
        jobs.cancel_all()


def wait_for(jobs: Iterable[Job[Any]], seconds: float, first: bool = False) -> None:
    """Return when all jobs (or the first of them) have finished, or after `seconds`."""
    wait([job.future for job in jobs], timeout=seconds, return_when=FIRST_COMPLETED if first else ALL_COMPLETED)
