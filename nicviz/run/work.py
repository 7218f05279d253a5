"""What can be asked of the background: work with a result, or a value that grows; and how it tells of itself."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

LONGEST_WAY = 15.0  # seconds that a step of long work is held up for, so that it goes on beside others
LOOK_SECONDS = 0.02
T = TypeVar("T")


class Signal(threading.Event):
    """Between work and those who wait for it: set, it asks the work to stop.

    Args:
        left_alone: asked with each look at the signal; sets it once it returns True.
        others_first: whether there is work that somebody waits for; `give_way` then waits for that.

    Attributes:
        progress: share of the work that is done, 0 to 1; None where the work does not say.
        doing: what it is at, in a word or two; "" where the work does not say.
    """

    progress: float | None = None
    doing: str = ""

    def __init__(
        self, left_alone: Callable[[], bool] | None = None, others_first: Callable[[], bool] | None = None
    ) -> None:
        super().__init__()
        self._left_alone = left_alone
        self._others_first = others_first

    def is_set(self) -> bool:
        """Return whether to stop."""
        if self._left_alone is not None and not super().is_set() and self._left_alone():
            self.set()
        return super().is_set()

    def give_way(self) -> None:
        """Let work go first that somebody waits for, before a step of long work; for `LONGEST_WAY` at most."""
        if self._others_first is None:
            return
        end = time.monotonic() + LONGEST_WAY
        while self._others_first() and not self.is_set() and time.monotonic() < end:
            self.wait(LOOK_SECONDS)


@dataclass(frozen=True)
class Progress:
    """How far work is.

    Args:
        done, total: as counted in `unit`, such as "cells"; without a unit a share of 1.
        seconds_left: about how long the rest takes; None where that is not known.
    """

    done: float = 0
    total: float = 1
    unit: str = ""
    seconds_left: float | None = None


@dataclass(frozen=True)
class Work(Generic[T]):
    """One thing to compute.

    Args:
        key: equal keys are equal work, for every session.
        label: for people, such as "jpeg2000:40".
        run: called in a thread with the signal that cancels it and that takes its progress.
        num_bytes: about what its result will hold in memory.
        after_drawing: start it when the page has been drawn: it loads libraries, which holds everything else up.
        ends_with_page: stop it when the page is left: it holds other work up. Other work goes on, for a return.
    """

    key: Hashable
    label: str
    run: Callable[[Signal], T]
    num_bytes: int = 0
    after_drawing: bool = False
    ends_with_page: bool = False


@dataclass(frozen=True)
class Growth(Generic[T]):
    """Work whose value is there at once and fills up, for whoever looks meanwhile.

    Args:
        key, label, num_bytes: as of `Work`.
        begin: makes the value, with nothing in it.
        fill: called in a thread with the value, perhaps one that was stopped earlier, and the signal.
        progress: reads from a value how far it is.
    """

    key: Hashable
    label: str
    begin: Callable[[], T]
    fill: Callable[[T, Signal], object]
    progress: Callable[[T], Progress]
    num_bytes: int = 0
