"""Rate–distortion results as they leave nicviz: JSON, CSV, and CompressAI's own results files."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from nicviz.analysis.manifest import to_json, versions
from nicviz.analysis.rd.bd_rate import Method
from nicviz.analysis.rd.comparison import Comparison, compare
from nicviz.analysis.rd.curves import CurvePoint, mean_curves
from nicviz.analysis.rd.points import Findings
from nicviz.codecs import Codec
from nicviz.codecs.neural.device import device_label
from nicviz.metrics import AXES, ON_AXES, Against, clean_name
from nicviz.tasks.settings import CorruptionSetting
from nicviz.tasks.task import Trial

_COMPRESSAI = {"psnr-rgb": "psnr_db", "ms-ssim-rgb": "ms_ssim"}


def rd_record(
    found: Findings,
    names: Sequence[str],
    corruption: CorruptionSetting | None,
    codecs: Mapping[str, Codec],
    method: Method = "pchip",
) -> dict[str, Any]:
    """Return what `rd --json` prints (README, "Command line"); the first of `names` is the anchor."""
    trials = found.trials()
    measured = {trial.picture.sha256 for trial in trials}
    curves = mean_curves(trials, names)
    views: tuple[Against, ...] = ("input", "original") if corruption else ("input",)
    comparisons = [
        comparison_record(compare(trials, name, names[0], axis, against, method), against)
        for name in list(names)[1:]
        for against in views
        for axis in AXES.values()
    ]
    return {
        "images": [name for digest, name in found.pictures if digest in measured],
        "corruption": vars(corruption) if corruption else None,
        "device": device_label(),
        "versions": versions(),
        "curves": [
            {"codec": name, "points": [_point_record(point, codecs[name]) for point in curve]}
            for name, curve in curves.items()
        ],
        "bd_rate": comparisons,
    }


def _point_record(point: CurvePoint, codec: Codec) -> dict[str, Any]:
    record: dict[str, Any] = {
        "quality": point.quality if codec.scale is not None else None,
        "bpp": point.bpp,
        "estimated": point.estimated,
    }
    figures = {
        name: mean
        for metric in ON_AXES for name in (metric, clean_name(metric))
        if (mean := point.figures.get(name)) is not None
    }  # fmt: skip
    record |= {name: mean.value for name, mean in figures.items()}
    return record | {
        "encode_seconds": point.encode_seconds,
        "decode_seconds": point.decode_seconds,
        "num_images": point.num_images,
        "num_exact": point.figures["psnr_db"].infinite if "psnr_db" in point.figures else 0,
        "over": {
            name: {"num_images": mean.num_images, "bpp": mean.bpp, "left_out": list(mean.left_out)}
            for name, mean in figures.items()
        },
    }


def comparison_record(row: Comparison, against: Against) -> dict[str, Any]:
    """Return one BD-rate as JSON: of the mean curves, and the mean over pictures."""
    return {
        "codec": row.codec,
        "anchor": row.anchor,
        "metric": row.axis.key if against == "input" else clean_name(row.axis.key),
        "method": row.method,
        "percent": row.rate.value,
        "overlap": row.rate.overlap,
        "note": row.rate.note or None,
        "difference": row.metric.value,
        "difference_overlap": row.metric.overlap,
        "mean_of_images_percent": row.mean_rate,
        "mean_of_images_difference": row.mean_metric,
        "num_images": len(row.pictures),
        "num_images_in_mean": row.num_images,
        "left_out": list(row.left_out),
        "num_images_with_a_number": row.num_rates,
    }


def trials_csv(trials: Iterable[Trial]) -> str:
    """Return single trials as CSV, one row a picture, codec and quality; a missing number is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    rows = list(trials)
    names = list(dict.fromkeys(name for trial in rows for name in trial.figures))
    head = ["image", "codec", "quality", "corruption", "seed", "bpp", "estimated"]
    writer.writerow([*head, *names, "encode_seconds", "decode_seconds", "megapixels", "sha256"])
    for trial in rows:
        corruption = [trial.corruption or "", trial.corruption.seed if trial.corruption else ""]
        figures = ["inf" if trial.figures.get(name) == float("inf") else trial.figures.get(name) for name in names]
        writer.writerow([
            trial.picture.name, trial.codec, trial.quality, *corruption, trial.bpp, trial.estimated, *figures,
            trial.encode_seconds, trial.decode_seconds, trial.picture.megapixels, trial.picture.sha256,
        ])  # fmt: skip
    return text.getvalue()


def compressai_file(name: str, description: str, curve: Sequence[CurvePoint]) -> dict[str, Any]:
    """Return a curve as a results file of CompressAI, which its plot tool reads.

    Source of the format: `compressai.utils.bench` and `compressai.utils.plot`, 1.2.8.
    """
    results: dict[str, list[float]] = {"bpp": [point.bpp for point in curve]}
    for key, figure in _COMPRESSAI.items():
        results[key] = [float(point.figures[figure].value or 0.0) for point in curve]
    if all(point.encode_seconds is not None and point.decode_seconds is not None for point in curve):
        results["encoding_time"] = [float(point.encode_seconds or 0.0) for point in curve]
        results["decoding_time"] = [float(point.decode_seconds or 0.0) for point in curve]
    return {"name": name, "description": description, "results": results}


def compressai_zip(trials: Sequence[Trial], names: Iterable[str], codecs: Mapping[str, Codec], pictures: str) -> bytes:
    """Return a ZIP with one results file of CompressAI a codec; `pictures` says in words what they are means over.

    A file has one rate for all its metrics, so that only pictures count that have a finite value of each.
    """
    whole = [trial for trial in trials if all(_finite(trial.figures.get(figure)) for figure in _COMPRESSAI.values())]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, curve in mean_curves(whole, names).items():
            over = f"{pictures}; {curve[0].num_images} with finite PSNR and MS-SSIM"
            content = compressai_file(name, f"{codecs[name].title}. nicviz; {over}", curve)
            stem = re.sub(r"[^\w.-]+", "_", name)
            archive.writestr(zipfile.ZipInfo(f"{stem}.json"), to_json(content))
    return buffer.getvalue()


def _finite(value: float | None) -> bool:
    return value is not None and isfinite(value)
