"""Fourier heatmaps: what each single frequency, added to an image, does to a codec's PSNR and rate.

The method is that of Yin et al., NeurIPS 2019, as Lieberman et al., NeurIPS 2023, use it for codecs. A map is the mean
over its sweeps: one for each image and sign pattern, stored one by one when whole.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.heatmap.cells import Image, figures_of, in_chunks, is_estimated
from nicviz.analysis.heatmap.setting import VALUES, HeatmapSetting, Pattern, Square, square
from nicviz.codecs import Codec
from nicviz.codecs.neural.device import arithmetic
from nicviz.errors import CodecError
from nicviz.images import LoadedImage
from nicviz.memory import kept_memory
from nicviz.records import Members
from nicviz.run.place import Cancel, check, lanes
from nicviz.spectra.basis import GRIDS, perturbation, perturbed
from nicviz.store import Entry, Store
from nicviz.versions import library_versions

Field = NDArray[np.float64]
Load = Callable[[], LoadedImage]
_METHOD = 4  # counted up when the numbers of a map change


class Pace:
    """How long a cell takes, over the time that cells were worked on."""

    def __init__(self) -> None:
        self._cells = 0
        self._seconds = 0.0
        self._since: float | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time within."""
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._seconds, self._since = self._seconds + time.monotonic() - self._since, None

    def add(self, cells: int) -> None:
        """Count cells that have just been finished."""
        self._cells += cells

    @property
    def seconds_each(self) -> float | None:
        """Seconds for one cell; None before the first."""
        since = self._since
        seconds = self._seconds + (time.monotonic() - since if since is not None else 0.0)
        return seconds / self._cells if self._cells else None


@dataclass
class Sweep:
    """All cells of one image under one sign pattern, as far as they are known.

    Args:
        image: number of the image.
        pattern: of signs.
        values: (n, 4) in the order of the grid's frequencies and of `Figures`; NaN where not computed or failed.
        done: (n,) whether a cell was computed or has failed.
        unperturbed: (4,) the same of the image itself; NaN before it was computed.
        failures: cell to message.
    """

    image: int
    pattern: Pattern
    values: Field
    done: NDArray[np.bool_]
    unperturbed: Field
    failures: dict[int, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether every cell is there (or has failed)."""
        return bool(self.done.all())


class Heatmap:
    """A map that grows while it is computed; another thread may look at it, and a canceled one can go on.

    Args:
        setting: how it is made.
        num_images: over how many images it is the mean.
    """

    def __init__(self, setting: HeatmapSetting, num_images: int = 1) -> None:
        self.setting = setting
        self.grid = GRIDS[setting.grid]
        self.first: Square | None = None  # what is perturbed of the first image, once it is loaded
        self.pace = Pace()
        count = len(self.grid.frequencies)
        patterns = [setting.patterns(image) for image in range(num_images)]
        self.sweeps = [
            Sweep(image, each[turn], np.full((count, 4), np.nan), np.zeros(count, bool), np.full(4, np.nan))
            for turn in range(len(patterns[0]))  # the first pattern of all images, then the second …
            for image, each in enumerate(patterns)
        ]

    @property
    def done(self) -> int:
        """Cells that are computed, or have failed, of `total`."""
        return sum(int(sweep.done.sum()) for sweep in self.sweeps)

    @property
    def total(self) -> int:
        """Cells of all images and sign patterns."""
        return sum(len(sweep.done) for sweep in self.sweeps)

    @property
    def seconds_left(self) -> float | None:
        """About how long the rest takes at the pace so far; None before there is one."""
        each = self.pace.seconds_each
        return None if each is None else each * (self.total - self.done)

    @property
    def shown(self) -> list[Sweep]:
        """The sweeps that a picture is the mean of: the whole ones, or else the first that has begun."""
        whole = [sweep for sweep in self.sweeps if sweep.whole]
        return whole or [sweep for sweep in self.sweeps if sweep.done.any()][:1]

    @property
    def failures(self) -> list[tuple[int, int, str]]:
        """(u, v, message) of every cell that failed, of the sweeps that are shown."""
        return [
            (int(self.grid.frequencies[cell, 0]), int(self.grid.frequencies[cell, 1]), message)
            for sweep in self.shown
            for cell, message in sweep.failures.items()
        ]

    def values(self, value: str, change: bool) -> Field:
        """Return the map (side, side) of a value of `VALUES`, or of its change from the unperturbed image.

        Axis 0 is v, axis 1 is u, zero at the center. NaN where not computed. Where some of the values that are
        averaged are infinite they are left out; where all are, the value is infinite and its change NaN.
        """
        column = list(VALUES).index(value)
        with np.errstate(invalid="ignore"):  # infinite minus infinite has no value, and is left out
            stack = [sweep.values[:, column] - (sweep.unperturbed[column] if change else 0) for sweep in self.shown]
        return self.grid.place(_mean(stack, len(self.grid.frequencies)))

    def unperturbed(self, value: str) -> float:
        """Return the mean of a value over the unperturbed images of what is shown; NaN before there is one."""
        column = list(VALUES).index(value)
        return float(_mean([sweep.unperturbed[column : column + 1] for sweep in self.shown], 1)[0])

    def num_infinite(self, value: str) -> int:
        """Return how many infinite values there are in what is shown."""
        column = list(VALUES).index(value)
        return sum(int(np.isinf(sweep.values[:, column]).sum()) for sweep in self.shown)


def _mean(stack: Sequence[Field], count: int) -> Field:
    """Return the mean over the finite entries, (count,); infinite where all that there are, are; else NaN."""
    if not stack:
        return np.full(count, np.nan)
    values = np.array(stack)
    finite = np.isfinite(values)
    number = finite.sum(axis=0)
    sums = np.where(finite, values, 0.0).sum(axis=0)
    infinite = np.where(np.isposinf(values).any(axis=0), np.inf, np.nan)
    return np.where(number > 0, sums / np.maximum(number, 1), infinite)


def compute(
    heatmap: Heatmap,
    images: Sequence[Load],
    codec: Codec,
    quality: float | None = None,
    *,
    cancel: Cancel = None,
    store: Store | None = None,
) -> Heatmap:
    """Fill in what a heatmap lacks, and return it; whole sweeps come from the store or go there.

    Args:
        heatmap: new, or canceled earlier.
        images: what loads each image; called when its turn comes.
        codec: any available codec.
        quality: native; None for the default.
        cancel: set by another thread to stop; what is there stays.
        store: None for the default one.

    Raises:
        NicvizError: an image that cannot be read or is too small for the grid.
        CodecError: the codec fails on an unperturbed image. On a cell it gives NaN, and the rest goes on.
        Canceled: `cancel` was set.
    """
    value = codec.quality(quality)
    for sweep in heatmap.sweeps:
        if sweep.whole:
            continue
        check(cancel)
        part = square(images[sweep.image](), heatmap.grid)
        if sweep.image == 0:
            heatmap.first = part
        entry = _entry(heatmap.setting, sweep.pattern, part, codec, value)
        if _take(sweep, entry.find(store)):
            continue
        with heatmap.pace.running(), kept_memory():
            _fill(heatmap, sweep, part.image.pixels, codec, value, cancel)
        if not sweep.failures:  # a failure may be the moment's: it is tried again next time
            entry.keep({"values": sweep.values, "unperturbed": sweep.unperturbed}, store)
    return heatmap


def _fill(heatmap: Heatmap, sweep: Sweep, clean: Image, codec: Codec, quality: float, cancel: Cancel) -> None:
    """Compute the cells that a sweep lacks, coarse to fine."""
    if np.isnan(sweep.unperturbed[0]):
        found = figures_of(codec, quality, clean, [clean], heatmap.setting.norm, cancel)[0]
        if isinstance(found, CodecError):
            raise found
        sweep.unperturbed[:] = found
    signs = sweep.pattern.table(len(sweep.done))
    frequencies = heatmap.grid.frequencies

    def work(cells: Sequence[int]) -> None:
        waves = [perturbation(int(u), int(v), heatmap.setting.norm) for u, v in frequencies[list(cells)]]
        inputs = [perturbed(clean, wave, tuple(signs[cell])) for wave, cell in zip(waves, cells, strict=True)]
        outcomes = figures_of(codec, quality, clean, inputs, heatmap.setting.norm, cancel)
        for cell, outcome in zip(cells, outcomes, strict=True):
            if isinstance(outcome, CodecError):
                sweep.failures[cell] = str(outcome)
            else:
                sweep.values[cell] = outcome
            sweep.done[cell] = True
        heatmap.pace.add(len(cells))

    threads, chunk = lanes(codec)
    in_chunks([int(cell) for cell in np.flatnonzero(~sweep.done)], chunk, threads, work)


def _entry(setting: HeatmapSetting, pattern: Pattern, part: Square, codec: Codec, quality: float) -> Entry:
    """Return where the store keeps a sweep; its numbers depend on whether what a wave changes was computed roughly."""
    return Entry(
        "heatmap",
        {
            "image": part.image.sha256, "codec": codec.name, "quality": float(quality), "grid": setting.grid,
            "norm": float(setting.norm), "signs": pattern.label, "seed": pattern.seed,
        },
        {
            "heatmap": _METHOD, **library_versions("numpy"), "codec": codec.versions(quality),
            "arithmetic": arithmetic() if is_estimated(codec) else None,
        },
    )  # fmt: skip


def _take(sweep: Sweep, members: Members | None) -> bool:
    """Fill a sweep from what the store has of it; return whether it was there."""
    if members is None or members["values"].shape != sweep.values.shape:
        return False
    sweep.values[:], sweep.unperturbed[:] = members["values"], members["unperturbed"]
    sweep.done[:] = True
    return True
