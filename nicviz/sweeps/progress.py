"""How far a sweep is, as it is told on standard error."""

import threading
import time
from collections import Counter
from collections.abc import Iterable

from nicviz.sweeps.columns import Row

_WINDOW_SECONDS = 60.0


class Progress:
    """Counts units as they arrive; read by another thread."""

    def __init__(self) -> None:
        self.total = self.before = self.failed_before = self.done = self.failed = 0
        self.workers: int | None = None  # that are there, where somebody counts them
        self.by_codec: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._started = time.monotonic()

    def start(self, total: int, before: int, failed_before: int = 0) -> None:
        """Begin: `before` of `total` units were there already, some of them failed."""
        self.total, self.before, self.failed_before = total, before, failed_before
        self._started = time.monotonic()

    def add(self, rows: Iterable[Row]) -> None:
        """Count rows that are new."""
        with self._lock:
            for row in rows:
                self.done += 1
                self.failed += row.get("failed") is not None
                self.by_codec[row["codec"]] += 1

    @property
    def per_second(self) -> float:
        """Units a second since the start."""
        return self.done / max(time.monotonic() - self._started, 1e-9)

    @property
    def left(self) -> int:
        """Units to go."""
        return self.total - self.before - self.done

    def sentence(self) -> str:
        """Return "1,234 of 5,000 units, 3 failed, 20.1/s, 3 min to go (jpeg 700, webp 534)"."""
        with self._lock:
            codecs = ", ".join(f"{name} {count:,}" for name, count in self.by_codec.items())
        parts = [f"{self.before + self.done:,} of {self.total:,} units"]
        if self.workers == 0:
            parts.append("no worker is there")
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        if self.done:
            parts += [f"{self.per_second:.1f}/s", f"{told(self.left / self.per_second)} to go"]
        return ", ".join(parts) + (f" ({codecs})" if codecs else "")


def told(seconds: float) -> str:
    """Return a time as it is said: "40 s", "3 min", "2 h 10 min", "12 days"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if hours >= 72:
        return f"{hours / 24:.0f} days"
    return f"{hours} h {rest} min" if hours else f"{minutes} min"
