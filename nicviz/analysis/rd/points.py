"""The points that rate–distortion curves are made of: one picture, one codec, one quality each.

What is to be measured, and what has been found so far; `rd_measure` does the work.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nicviz.images import LoadedImage
from nicviz.tasks.settings import CorruptionSetting

RD_METRICS = ("psnr_db", "ms_ssim", "delta_e00")

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
    metrics: tuple[str, ...] = RD_METRICS

    @property
    def steps(self) -> list[tuple[str, float]]:
        """Codec and quality of each point: first the ends of all ladders, which span the axes of a plot."""
        everything = [(ladder.codec, quality) for ladder in self.ladders for quality in ladder.qualities]
        ends = [(ladder.codec, end(ladder.qualities)) for ladder in self.ladders for end in (min, max)]
        return list(dict.fromkeys([*ends, *everything]))

    @property
    def points_per_picture(self) -> int:
        """How many points a picture gives."""
        return len(self.conditions) * sum(len(ladder.qualities) for ladder in self.ladders)


@dataclass(frozen=True)
class RDPoint:
    """What one codec made of one picture at one quality.

    Args:
        picture, sha256: name and content hash of the original.
        codec, quality, condition: what was measured; None for the clean picture.
        bpp: measured on the bitstream, or from likelihoods where `estimated`.
        figures: metrics against the input and, with a corruption, against the original too (`clean_name`); None
            where there is no value, inf for an exact PSNR.
        encode_seconds, decode_seconds: of the run that made it; None for an estimate.
        megapixels: of the picture.
    """

    picture: str
    sha256: str
    codec: str
    quality: float
    condition: CorruptionSetting | None
    bpp: float
    estimated: bool
    figures: Mapping[str, float | None]
    encode_seconds: float | None
    decode_seconds: float | None
    megapixels: float


@dataclass
class Findings:
    """Points as they arrive, for whoever looks from another thread.

    Attributes:
        total: how many points were asked for.
        problems: a sentence for each picture that could not be read and each point that failed.
        unreadable: how many pictures could not be read.
        pictures: content hash and name of those that were read, in order.
    """

    total: int = 0
    problems: list[str] = field(default_factory=list)
    unreadable: int = 0
    pictures: list[tuple[str, str]] = field(default_factory=list)
    _points: list[RDPoint] = field(default_factory=list)
    _missed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def done(self) -> int:
        """How many points have come or failed."""
        return len(self._points) + self._missed

    def points(self) -> list[RDPoint]:
        """Return the points found so far."""
        with self._lock:
            return list(self._points)

    def start(self, total: int) -> None:
        """Forget what was found before."""
        with self._lock:
            self.total, self.unreadable, self._missed = total, 0, 0
            self.problems, self.pictures, self._points = [], [], []

    def read(self, picture: LoadedImage) -> None:
        """Take note of a picture that was read."""
        with self._lock:
            self.pictures.append((picture.sha256, picture.name))

    def add(self, point: RDPoint) -> None:
        """Take a finished point."""
        with self._lock:
            self._points.append(point)

    def miss(self, problem: str, count: int = 1, unreadable: bool = False) -> None:
        """Take note of points that will not come."""
        with self._lock:
            self.problems.append(problem)
            self._missed += count
            self.unreadable += unreadable
