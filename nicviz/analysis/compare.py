"""The main job: an image, perhaps corrupted, through several codecs, compared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS, clean_name, to_json
from nicviz.run.place import Cancel, check
from nicviz.store import Store
from nicviz.tasks.compress import Compression, compress, corrupted, is_estimated
from nicviz.tasks.match import Matched, match_quality
from nicviz.tasks.measure import measure, task_of
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, Match
from nicviz.tasks.task import Task, Trial


@dataclass(frozen=True)
class Compared:
    """One codec on one input, before the metrics.

    Args:
        task: what it is, with all metrics to measure.
        compression: of the input (the corrupted image where there is a corruption).
        psnr_db: against the input, at hand before the other metrics.
        clean: of the original at the same setting, where there is a corruption: its rate is the one to compare with.
        matched: what the search on the clean image found, where codecs are matched; it may have gone by estimates,
            but what is reached is told of the bitstream where there is one.
    """

    task: Task
    compression: Compression
    psnr_db: float
    clean: Compression | None = None
    matched: Matched | None = None


Result = tuple[Compared, Trial]


def compare_codec(
    original: LoadedImage,
    corruption: CorruptionSetting | None,
    codec: Codec,
    quality: float | None,
    match: Match | None = None,
    *,
    exact: bool = True,
    cancel: Cancel = None,
    store: Store | None = None,
) -> Compared:
    """Return one codec's work on the original, or on the original corrupted.

    A match is found on the original and kept for the corrupted image, as in the papers.
    """
    source = corrupted(original, corruption, store) if corruption else original
    matched = match_quality(original, codec, match, cancel=cancel, store=store) if match else None
    setting = matched.quality if matched else quality
    compression = compress(source, codec, setting, exact=exact, cancel=cancel, store=store)
    clean = compress(original, codec, setting, exact=exact, cancel=cancel, store=store) if corruption else None
    psnr = METRICS["psnr_db"].compute(source.pixels, compression.pixels())
    if match and matched and is_estimated(codec, exact=False):
        matched = Matched.of(match, matched.quality, _reached(match, original, clean or compression))
    task = task_of(
        original, corruption, codec, setting, exact=compression.bitstream is not None, metrics=tuple(METRICS)
    )
    return Compared(task, compression, nan if psnr is None else psnr, clean, matched)


def _reached(match: Match, original: LoadedImage, made: Compression) -> float:
    psnr = METRICS["psnr_db"].compute(original.pixels, made.pixels()) if match.metric == "psnr" else None
    return made.bpp if psnr is None else psnr


def measure_codec(
    original: LoadedImage, compared: Compared, codec: Codec | None = None, store: Store | None = None
) -> Trial:
    """Return the metrics against the input and, where that was corrupted, against the original."""
    return measure(compared.task, original, codec=codec, made=compared.compression, store=store)


def analyze(
    original: LoadedImage,
    settings: Sequence[CodecSetting],
    codecs: Mapping[str, Codec],
    corruption: CorruptionSetting | None = None,
    match: Match | None = None,
    *,
    progress: Callable[[str], None] = lambda message: None,
    cancel: Cancel = None,
) -> tuple[LoadedImage, list[Result]]:
    """Return the input (corrupted where asked) and, per codec, what it made of it and how good that is."""
    source = corrupted(original, corruption) if corruption else original
    results = []
    for number, setting in enumerate(settings, start=1):
        check(cancel)
        progress(f"{number} of {len(settings)}: {setting}")
        codec = codecs[setting.codec]
        compared = compare_codec(original, corruption, codec, setting.quality, match, cancel=cancel)
        results.append((compared, measure_codec(original, compared, codec)))
    return source, results


def to_record(compared: Compared, trial: Trial) -> dict[str, Any]:
    """Return one result of `analyze --json` (README, "Command line"); numbers that do not exist are None."""
    done = compared.compression
    record: dict[str, Any] = {
        "codec": done.codec,
        "quality": done.quality if done.setting != done.codec else None,
        "num_bytes": done.num_bytes,
        "bpp": done.bpp,
        "bpp_clean": compared.clean.bpp if compared.clean else None,
        "estimated": done.bitstream is None,
    }
    record |= {name: metric.number(trial.figures[name]) for name, metric in METRICS.items()}
    record |= {
        clean_name(name): metric.number(trial.figures.get(clean_name(name)))
        for name, metric in METRICS.items()
        if metric.compares
    }
    record |= {"encode_seconds": done.encode_seconds, "decode_seconds": done.decode_seconds}
    if compared.matched:
        record["match"] = {"reached": to_json(compared.matched.value), "within_tolerance": compared.matched.within}
    return record
