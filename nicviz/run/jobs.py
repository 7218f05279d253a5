"""Work in the background that several sessions may want: done once, canceled when nobody wants it any more."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

from nicviz.errors import Canceled

Key = tuple[str, Hashable]  # what the work is to a page (its lane), and the work itself
MAX_THREADS = 32  # many, because slow work of some sessions must not keep the cached results of others waiting
KEPT = 64  # finished jobs whose results stay at hand; everything also lives in the store
KEPT_BYTES = 512 * 1024**2
_living: "WeakSet[Jobs]" = WeakSet()


class Signal(threading.Event):
    """Between work and those who wait for it: set, it asks the work to stop.

    Attributes:
        progress: share of the work that is done, 0 to 1; None where the work does not say.
    """

    progress: float | None = None


@dataclass
class Job:
    """One piece of work in flight or just finished.

    Args:
        label: what the progress line calls it.
        num_bytes: about what its result holds in memory.
        cancel: set when it is to stop.
        wanted_by: the sessions that asked for it.
    """

    label: str
    num_bytes: int = 0
    cancel: Signal = field(default_factory=Signal)
    wanted_by: set[str] = field(default_factory=set)
    started: float = field(default_factory=time.monotonic)
    future: "Future[Any]" = field(default_factory=Future)

    @property
    def done(self) -> bool:
        """Whether it has a result or an error."""
        return self.future.done()

    @property
    def failed(self) -> bool:
        """Whether it ended with an error; being canceled is none."""
        if not self.done or self.future.cancelled():
            return False
        error = self.future.exception()
        return error is not None and not isinstance(error, Canceled)

    @property
    def seconds(self) -> float:
        """Seconds since it was asked for."""
        return time.monotonic() - self.started

    def stop(self) -> None:
        """Cancel it, unless it is finished."""
        if not self.done:
            self.cancel.set()
            self.future.cancel()

    def result(self) -> Any:
        """Return the result or raise the error of finished work."""
        return self.future.result(timeout=0)


class Jobs:
    """The jobs of one server process, by key; threads are shared by all sessions."""

    def __init__(self, threads: int = MAX_THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="nicviz-job")
        self._lock = threading.Lock()
        self._jobs: OrderedDict[Key, Job] = OrderedDict()
        _living.add(self)

    def want(self, session: str, key: Key, label: str, work: Callable[[Signal], Any], num_bytes: int = 0) -> Job:
        """Return the job of this key, started now unless it is running or finished already.

        Args:
            session: who wants it.
            key: equal keys are equal work.
            label: for the progress line.
            work: called in a thread with the signal that cancels it.
            num_bytes: about what the result will hold in memory.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is None or job.cancel.is_set() or (job.done and isinstance(job.future.exception(), Canceled)):
                job = Job(label, num_bytes)
                self._jobs[key] = job
                job.future = self._pool.submit(work, job.cancel)
            job.wanted_by.add(session)
            self._jobs.move_to_end(key)
            self._forget()
            return job

    def find(self, key: Key) -> Job | None:
        """Return the job of this key, if it is running or finished and not yet forgotten."""
        with self._lock:
            return self._jobs.get(key)

    def forget(self, keys: Iterable[Key]) -> None:
        """Drop finished jobs, such as failed ones, so that they run anew when they are wanted."""
        with self._lock:
            for key in keys:
                if key in self._jobs and self._jobs[key].done:
                    del self._jobs[key]

    def keep_only(self, session: str, keys: Iterable[Key], lane: str | None = None) -> None:
        """Withdraw a session's interest in all jobs (of one lane) but these; work that nobody wants is canceled."""
        wanted = set(keys)
        with self._lock:
            for key, job in self._jobs.items():
                if key in wanted or session not in job.wanted_by or lane not in (None, key[0]):
                    continue
                job.wanted_by.discard(session)
                if not job.wanted_by:
                    job.stop()

    def withdraw_absent(self, is_here: Callable[[str], bool]) -> None:
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

    def in_flight(self) -> int:
        """Return how many jobs are not finished."""
        with self._lock:
            return sum(not job.done for job in self._jobs.values())

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


def wait_for(jobs: Iterable[Job], seconds: float, first: bool = False) -> None:
    """Return when all jobs (or the first of them) have finished, or after `seconds`."""
    wait([job.future for job in jobs], timeout=seconds, return_when=FIRST_COMPLETED if first else ALL_COMPLETED)
