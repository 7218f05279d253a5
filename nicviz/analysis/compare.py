"""The main job: an image, perhaps corrupted, through several codecs, compared."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nicviz.analysis.match import Matched, match_quality
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS
from nicviz.store import Store
from nicviz.tasks.compress import Cancel, Compression, check, compress, corrupted
from nicviz.tasks.measure import Values, measure
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, Match

JSON_METRICS = ("psnr_db", "ms_ssim", "ssim", "delta_e00")


@dataclass(frozen=True)
class Compared:
    """One codec on one input.

    Args:
        compression: of the input (the corrupted image where there is a corruption).
        clean: of the original at the same setting, where there is a corruption: its rate is the one to compare with.
        matched: what the search on the clean image found, where codecs are matched.
        psnr_db: against the input, at hand before the other metrics.
    """

    compression: Compression
    psnr_db: float
    clean: Compression | None = None
    matched: Matched | None = None


@dataclass(frozen=True)
class Measured:
    """Metrics against the input and, where it was corrupted, against the original too."""

    against_input: Values
    against_original: Values | None = None


def compare_codec(
    original: LoadedImage,
    source: LoadedImage,
    codec: Codec,
    quality: float | None,
    match: Match | None = None,
    *,
    exact: bool = True,
    cancel: Cancel = None,
    store: Store | None = None,
) -> Compared:
    """Return one codec's work on `source`, which is `original` or the original corrupted.

    A match is found on the original and kept for the corrupted image, as in the papers.
    """
    matched = match_quality(original, codec, match, cancel=cancel, store=store) if match else None
    setting = matched.quality if matched else quality
    compression = compress(source, codec, setting, exact=exact, cancel=cancel, store=store)
    clean = None
    if source.sha256 != original.sha256:
        clean = compress(original, codec, setting, exact=exact, cancel=cancel, store=store)
    psnr = METRICS["psnr_db"].compute(source.pixels, compression.pixels())
    return Compared(compression, float("nan") if psnr is None else psnr, clean, matched)


def measure_codec(
    original: LoadedImage, source: LoadedImage, compared: Compared, store: Store | None = None
) -> Measured:
    """Return the metrics of `compared` against its input and, where that was corrupted, against the original."""
    against_input = measure(source, compared.compression, store)
    if source.sha256 == original.sha256:
        return Measured(against_input)
    return Measured(against_input, measure(original, compared.compression, store))


def analyze(
    original: LoadedImage,
    settings: Sequence[CodecSetting],
    codecs: Mapping[str, Codec],
    corruption: CorruptionSetting | None = None,
    match: Match | None = None,
    *,
    progress: Callable[[str], None] = lambda message: None,
    cancel: Cancel = None,
) -> tuple[LoadedImage, list[tuple[Compared, Measured]]]:
    """Return the input (corrupted where asked) and, per codec, what it made of it and how good that is."""
    source = corrupted(original, corruption) if corruption else original
    results = []
    for number, setting in enumerate(settings, start=1):
        check(cancel)
        progress(f"{number} of {len(settings)}: {setting}")
        compared = compare_codec(original, source, codecs[setting.codec], setting.quality, match, cancel=cancel)
        results.append((compared, measure_codec(original, source, compared)))
    return source, results


def to_record(compared: Compared, measured: Measured) -> dict[str, Any]:
    """Return one result of `analyze --json` (README, "Command line"); numbers that do not exist are None."""
    done, clean = compared.compression, measured.against_original
    record: dict[str, Any] = {
        "codec": done.codec,
        "quality": done.quality if done.setting != done.codec else None,
        "num_bytes": done.num_bytes,
        "bpp": done.bpp,
        "bpp_clean": compared.clean.bpp if compared.clean else None,
        "estimated": done.bitstream is None,
    }
    record |= {name: finite(measured.against_input[name]) for name in JSON_METRICS}
    record["unique_ab"] = int(measured.against_input["unique_ab"] or 0)
    record |= {clean_name(name): finite(clean[name]) if clean else None for name in JSON_METRICS}
    record |= {"encode_seconds": done.encode_seconds, "decode_seconds": done.decode_seconds}
    if compared.matched:
        record["match"] = {"reached": finite(compared.matched.value), "within_tolerance": compared.matched.within}
    return record


def clean_name(metric: str) -> str:
    """Return what a metric is called against the clean original: psnr_db → psnr_clean_db, ms_ssim → ms_ssim_clean."""
    return "psnr_clean_db" if metric == "psnr_db" else f"{metric}_clean"


def finite(value: float | None) -> float | None:
    """Return `value`, or None where JSON has no number for it."""
    return value if value is not None and math.isfinite(value) else None
