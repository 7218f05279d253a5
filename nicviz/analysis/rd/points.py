"""What rate–distortion curves are made of: which trials are wanted, and which have been found so far."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from nicviz.images import LoadedImage
from nicviz.metrics import ON_AXES
from nicviz.tasks.settings import CorruptionSetting
from nicviz.tasks.task import Trial

Load = Callable[[], LoadedImage]


@dataclass(frozen=True)
class Ladder:
    """A codec and the native qualities that it is measured at."""

    codec: str
    qualities: tuple[float, ...]


@dataclass(frozen=True)
class Plan:
    """What is measured: each ladder under each condition on each picture.

    Args:
        ladders: one a codec.
        conditions: corruptions, None for the clean picture.
        exact: make the bitstream even of models that code serially; otherwise those are estimated.
        metrics: of the registry.
    """

    ladders: tuple[Ladder, ...]
    conditions: tuple[CorruptionSetting | None, ...] = (None,)
    exact: bool = True
    metrics: tuple[str, ...] = ON_AXES

    @property
    def steps(self) -> list[tuple[str, float]]:
        """Codec and quality of each trial: first the ends of all ladders, which span the axes of a plot."""
        everything = [(ladder.codec, quality) for ladder in self.ladders for quality in ladder.qualities]
        ends = [(ladder.codec, end(ladder.qualities)) for ladder in self.ladders for end in (min, max)]
        return list(dict.fromkeys([*ends, *everything]))

    @property
    def trials_per_picture(self) -> int:
        """How many trials a picture gives."""
        return len(self.conditions) * sum(len(ladder.qualities) for ladder in self.ladders)


@dataclass
class Findings:
    """Trials as they arrive, for whoever looks from another thread.

    Attributes:
        total: how many were asked for.
        problems: a sentence for each picture that could not be read and each trial that failed.
        unreadable: how many pictures could not be read.
        pictures: content hash and name of those that were read, in order.
        earlier: how many trials an earlier run had found, which are kept until this one has found as many.
    """

    total: int = 0
    problems: list[str] = field(default_factory=list)
    unreadable: int = 0
    pictures: list[tuple[str, str]] = field(default_factory=list)
    earlier: int = 0
    _trials: list[Trial] = field(default_factory=list)
    _before: list[Trial] = field(default_factory=list)
    _missed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def done(self) -> int:
        """How many trials have come or failed."""
        return max(len(self._trials), self.earlier) + self._missed

    def trials(self) -> list[Trial]:
        """Return the trials found so far."""
        with self._lock:
            return list(self._trials if len(self._trials) >= self.earlier else self._before)

    def start(self, total: int) -> None:
        """Begin anew; what a run found that was stopped is shown until as much is found again, in the store."""
        with self._lock:
            self._before = self._trials if len(self._trials) >= self.earlier else self._before
            self.earlier = len(self._before)
            self.total, self.unreadable, self._missed = total, 0, 0
            self.problems, self.pictures, self._trials = [], [], []

    def settle(self) -> None:
        """Keep what this run has found alone: it has come to its end."""
        with self._lock:
            self.earlier, self._before = 0, []

    def read(self, picture: LoadedImage) -> None:
        """Take note of a picture that was read."""
        with self._lock:
            self.pictures.append((picture.sha256, picture.name))

    def add(self, trial: Trial) -> None:
        """Take a finished trial."""
        with self._lock:
            self._trials.append(trial)

    def miss(self, problem: str, count: int = 1, unreadable: bool = False) -> None:
        """Take note of trials that will not come."""
        with self._lock:
            self.problems.append(problem)
            self._missed += count
            self.unreadable += unreadable
