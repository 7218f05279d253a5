"""Who works at the moment: times mean something only where nothing else ran."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nicviz.errors import Canceled

_POLL_SECONDS = 0.1  # how soon a cancel is noticed


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
        self._running: set[Watch] = set()
        self._alone: int | None = None  # the thread that has the machine to itself, or waits for that

    @contextmanager
    def working(self) -> Iterator[Watch]:
        """Count the work within; it begins when nobody has the machine to itself."""
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._alone in (None, me))
            watch = Watch(alone=not self._running)
            for other in self._running:
                other.alone = False
            self._running.add(watch)
        try:
            yield watch
        finally:
            with self._changed:
                self._running.discard(watch)
                self._changed.notify_all()

    @contextmanager
    def alone(self, cancel: threading.Event | None = None) -> Iterator[None]:
        """Wait until all other work has ended, and hold new work up within; keep it short.

        Raises:
            Canceled: `cancel` was set meanwhile.
        """
        with self._changed:
            self._wait(lambda: self._alone is None, cancel)
            self._alone = threading.get_ident()
            try:
                self._wait(lambda: not self._running, cancel)
            except Canceled:
                self._leave()
                raise
        try:
            yield
        finally:
            with self._changed:
                self._leave()

    def _wait(self, ready: Callable[[], bool], cancel: threading.Event | None) -> None:
        while not self._changed.wait_for(ready, _POLL_SECONDS):
            if cancel is not None and cancel.is_set():
                raise Canceled

    def _leave(self) -> None:
        self._alone = None
        self._changed.notify_all()


QUIET = Quiet()
"""Of this process; all work with codecs goes through it (`nicviz.run.place`)."""
