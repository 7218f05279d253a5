"""The measuring of rate–distortion points, in parallel, through the store.

A point keeps figures only, a few hundred bytes on disk: the reconstructions of five codecs at eight qualities on 24
pictures would fill the store, and one that is looked at is made again.
"""

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from nicviz.analysis.compare import clean_name
from nicviz.analysis.rd.points import Findings, Load, Plan, RDPoint
from nicviz.codecs import Codec, NeuralCodec
from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import ImageError, NicvizError
from nicviz.images import Image, LoadedImage
from nicviz.metrics import METRICS
from nicviz.store import Store, default_store, key_of
from nicviz.tasks.compress import Cancel, check, corrupted, find_compression, round_trip
from nicviz.tasks.settings import CorruptionSetting

_INFINITE = "inf"  # JSON has no infinity; the store keeps the word


def measure_points(
    pictures: Sequence[Load],
    plan: Plan,
    codecs: Mapping[str, Codec],
    found: Findings,
    *,
    store: Store | None = None,
    cancel: Cancel = None,
    threads: int | None = None,
) -> Findings:
    """Measure what is not in the store, in parallel, and return `found`, which fills up meanwhile.

    Pictures are read one after the other, so that two at a time are in memory. A point that fails and a picture that
    cannot be read are problems of `found`; the rest goes on.

    Raises:
        Canceled: `cancel` was set; what was finished is in the store.
    """
    found.start(len(pictures) * plan.points_per_picture)
    threads = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(threads, thread_name_prefix="nicviz-rd") as pool:
        run = _Run(plan, codecs, found, store or default_store(), cancel, pool, 2 * threads)
        try:
            for load in pictures:
                run.take(load)
            run.drain(0)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


@dataclass
class _Run:
    """One call of `measure_points`."""

    plan: Plan
    codecs: Mapping[str, Codec]
    found: Findings
    store: Store
    cancel: Cancel
    pool: ThreadPoolExecutor
    most_waiting: int
    waiting: set[Future[None]] = field(default_factory=set)

    def take(self, load: Load) -> None:
        """Look up the points of a picture, and have the others measured."""
        check(self.cancel)
        try:
            original = load()
        except ImageError as error:
            self.found.miss(str(error), self.plan.points_per_picture, unreadable=True)
            return
        self.found.read(original)
        for condition in self.plan.conditions:
            given: LoadedImage | None = None  # made when the first point needs it
            for name, quality in self.plan.steps:
                codec = self.codecs[name]
                check(self.cancel)
                key = _key(original, condition, codec, quality, self.plan)
                members = self.store.get(key)
                if members is not None:
                    self.found.add(_point(original, condition, codec, quality, members["record"]))
                    continue
                given = given or (corrupted(original, condition, self.store) if condition else original)
                self.drain(self.most_waiting - 1)
                task = partial(self.measure, original, given, condition, codec, quality, key)
                self.waiting.add(self.pool.submit(task))

    def drain(self, most: int) -> None:
        """Return when at most `most` tasks are waiting or running."""
        while len(self.waiting) > most:
            finished, self.waiting = wait(self.waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            check(self.cancel)
            for future in finished:
                future.result()

    def measure(
        self, original: LoadedImage, given: LoadedImage, condition: CorruptionSetting | None, codec: Codec,
        quality: float, key: str,
    ) -> None:  # fmt: skip
        """Measure one point, keep it and report it."""
        check(self.cancel)
        try:
            record = _measure(original, given, codec, quality, self.plan, self.cancel, self.store)
        except NicvizError as error:
            self.found.miss(f"{original.name}, {codec.setting(quality)}: {error}")
        except MemoryError:
            self.found.miss(f"{original.name}, {codec.setting(quality)}: not enough memory.")
        else:
            self.store.put(key, {"record": record})
            self.found.add(_point(original, condition, codec, quality, record))


def _key(original: LoadedImage, condition: CorruptionSetting | None, codec: Codec, quality: float, plan: Plan) -> str:
    """Return the key of a point; it is made of the original and the corruption, so that a hit needs no corruption."""
    corruption = None
    if condition is not None:
        seed = condition.seed if CORRUPTIONS[condition.name].is_random else 0
        corruption = [condition.name, condition.severity, seed]
    return key_of(
        kind="rate-distortion point", image=original.sha256, corruption=corruption, codec=codec.name,
        quality=float(quality), versions=dict(codec.versions(quality)), metrics=plan.metrics,
        estimated=_estimates_first(codec) and not plan.exact,
    )  # fmt: skip


def _estimates_first(codec: Codec) -> bool:
    return isinstance(codec, NeuralCodec) and codec.estimate_first


def _measure(
    original: LoadedImage, given: LoadedImage, codec: Codec, quality: float, plan: Plan, cancel: Cancel, store: Store
) -> dict[str, Any]:
    image, record = _reconstruct(given, codec, quality, plan, cancel, store)
    figures = _figures(given.pixels, image, plan.metrics)
    if given is not original:
        check(cancel)
        figures |= {clean_name(name): value for name, value in _figures(original.pixels, image, plan.metrics).items()}
    return {**record, "figures": figures}


def _reconstruct(
    given: LoadedImage, codec: Codec, quality: float, plan: Plan, cancel: Cancel, store: Store
) -> tuple[Image, dict[str, Any]]:
    """Return the reconstruction, with rate and times; from the store where a page has made it."""
    area = given.pixels.shape[0] * given.pixels.shape[1]
    if isinstance(codec, NeuralCodec) and codec.estimate_first and not plan.exact:
        estimate = codec.estimate(given.pixels, quality)
        return estimate.reconstruction, {"bpp": estimate.bpp, "estimated": True, "seconds": None}
    kept = find_compression(given, codec, quality, store)
    if kept is not None and kept.bitstream is not None:
        times = [kept.encode_seconds, kept.decode_seconds]
        return kept.pixels(), {"bpp": kept.bpp, "estimated": False, "seconds": times}
    done = round_trip(given.pixels, codec, quality, cancel)
    times = [done.encode_seconds, done.decode_seconds]
    return done.reconstruction, {"bpp": 8 * len(done.bitstream) / area, "estimated": False, "seconds": times}


def _figures(reference: Image, image: Image, metrics: Sequence[str]) -> dict[str, float | str | None]:
    values: dict[str, float | str | None] = {}
    for name in metrics:
        value = METRICS[name].compute(reference, image)
        values[name] = _INFINITE if value == math.inf else value
    return values


def _point(
    original: LoadedImage, condition: CorruptionSetting | None, codec: Codec, quality: float, record: Mapping[str, Any]
) -> RDPoint:
    height, width = original.pixels.shape[:2]
    encode, decode = record["seconds"] or (None, None)
    figures = {name: math.inf if value == _INFINITE else value for name, value in record["figures"].items()}
    return RDPoint(
        original.name, original.sha256, codec.name, float(quality), condition, record["bpp"], record["estimated"],
        figures, encode, decode, height * width / 1e6,
    )  # fmt: skip
