"""Ctrl-C and SIGTERM as a wish that is looked at between two steps, so that no step is torn."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """Whether to stop."""

    def __init__(self) -> None:
        self._wanted = threading.Event()

    def set(self) -> None:
        """Ask to stop."""
        self._wanted.set()

    def check(self) -> None:
        """Raise `KeyboardInterrupt` where somebody asked to stop."""
        if self._wanted.is_set():
            raise KeyboardInterrupt


@contextmanager
def on_signals() -> Iterator[Stop]:
    """Have the first Ctrl-C or SIGTERM within the block set the `Stop`; the second Ctrl-C interrupts at once."""
    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        stop.set()
        signal.signal(number, signal.default_int_handler)

    if threading.current_thread() is not threading.main_thread():  # where no signal arrives
        yield stop
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
