"""Who works at the moment: times mean something only where nothing else ran."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

from nicviz.errors import Canceled

_POLL_SECONDS = 0.1  # how soon a cancel is noticed
_GATE_SECONDS = 2.0  # how long new work is held up for work that is under way


class Watch:
    """One piece of work in progress.

    Attributes:
        alone: whether nothing else has run since it began.
    """

    def __init__(self, alone: bool) -> None:
        self.alone = alone


class Quiet:
    """Counts work; many pieces run at once, or one that asked to be alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: dict[int, Watch] = {}  # by thread
        self._alone: int | None = None  # the thread that has the machine to itself, or waits for that

    @contextmanager
    def working(self, cancel: threading.Event | None = None) -> Iterator[Watch]:
        """Count the work within; it begins when nobody has the machine to itself. Within itself it counts once.

        Raises:
            Canceled: `cancel` was set while it waited.
        """
        me = threading.get_ident()
        with self._changed:
            outer = self._running.get(me)
            if outer is None:
                self._wait(lambda: self._alone in (None, me), cancel)
                watch = Watch(alone=not self._running)
                for other in self._running.values():
                    other.alone = False
                self._running[me] = watch
        if outer is not None:
            yield outer
            return
        try:
            yield watch
        finally:
            with self._changed:
                del self._running[me]
                self._changed.notify_all()

    @contextmanager
    def alone(self, cancel: threading.Event | None = None) -> Iterator[None]:
        """Wait for a moment in which nothing else runs, and hold new work up within; keep it short.

        Work that is under way is given `_GATE_SECONDS` to end while new work waits; if it takes longer, the new work
        goes first, and another moment is sought.

        Raises:
            Canceled: `cancel` was set meanwhile.
            RuntimeError: called from within other work of this thread, which would wait for itself.
        """
        me = threading.get_ident()
        with self._changed:
            if self._alone == me or me in self._running:
                raise RuntimeError("work that is counted already cannot ask to be alone")
            while not self._take(me, cancel):
                self._wait(lambda: not self._running, cancel)
        try:
            yield
        finally:
            with self._changed:
                self._leave()

    def _take(self, me: int, cancel: threading.Event | None) -> bool:
        """Hold new work up until what runs has ended; False, with the gate open again, if that takes too long."""
        self._wait(lambda: self._alone is None, cancel)
        self._alone = me
        quiet = False
        try:
            quiet = self._wait(lambda: not self._running, cancel, _GATE_SECONDS)
        finally:
            if not quiet:
                self._leave()
        return quiet

    def _wait(self, ready: Callable[[], bool], cancel: threading.Event | None, seconds: float = inf) -> bool:
        end = time.monotonic() + seconds
        while not self._changed.wait_for(ready, _POLL_SECONDS):
            if cancel is not None and cancel.is_set():
                raise Canceled
            if time.monotonic() > end:
                return False
        return True

    def _leave(self) -> None:
        self._alone = None
        self._changed.notify_all()


QUIET = Quiet()
"""Of this process; all work with codecs goes through it (`nicviz.run.place`)."""
