"""Rate–distortion results as they leave nicviz: JSON, CSV, and CompressAI's own results files."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nicviz.analysis.compare import clean_name, finite
from nicviz.analysis.manifest import to_json, versions
from nicviz.analysis.rd.bd_rate import Method
from nicviz.analysis.rd.curves import AXES, Against, Comparison, CurvePoint, compare, mean_curve, of_codec
from nicviz.analysis.rd.points import RD_METRICS, Findings, RDPoint
from nicviz.codecs import Codec
from nicviz.codecs.neural.device import device_label
from nicviz.tasks.settings import CorruptionSetting

Curves = Mapping[str, Sequence[CurvePoint]]


def mean_curves(points: Sequence[RDPoint], names: Iterable[str]) -> dict[str, list[CurvePoint]]:
    """Return the curve of each codec that has a point, in the order of `names`."""
    curves = {name: mean_curve(of_codec(points, name)) for name in names}
    return {name: curve for name, curve in curves.items() if curve}


def rd_record(
    found: Findings,
    names: Sequence[str],
    corruption: CorruptionSetting | None,
    codecs: Mapping[str, Codec],
    method: Method = "pchip",
) -> dict[str, Any]:
    """Return what `rd --json` prints (README, "Command line"); the first of `names` is the anchor."""
    points = found.points()
    measured = {point.sha256 for point in points}
    curves = mean_curves(points, names)
    views: tuple[Against, ...] = ("input", "original") if corruption else ("input",)
    comparisons = [
        comparison_record(compare(points, name, names[0], axis, against, method), against)
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
    names = [*RD_METRICS, *(clean_name(name) for name in RD_METRICS)]
    record |= {name: finite(point.figures[name].value) for name in names if name in point.figures}
    return record | {
        "encode_seconds": point.encode_seconds,
        "decode_seconds": point.decode_seconds,
        "num_images": point.num_images,
        "num_exact": point.figures["psnr_db"].infinite if "psnr_db" in point.figures else 0,
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
        "num_images_with_a_number": row.num_rates,
    }


def points_csv(points: Iterable[RDPoint]) -> str:
    """Return the single points as CSV, one row a picture, codec and quality; a missing number is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    rows = list(points)
    names = list(dict.fromkeys(name for point in rows for name in point.figures))
    head = ["image", "codec", "quality", "corruption", "seed", "bpp", "estimated"]
    writer.writerow([*head, *names, "encode_seconds", "decode_seconds", "megapixels", "sha256"])
    for p in rows:
        corruption = [p.condition or "", p.condition.seed if p.condition else ""]
        figures = ["inf" if p.figures.get(name) == float("inf") else p.figures.get(name) for name in names]
        writer.writerow(
            [
                p.picture,
                p.codec,
                p.quality,
                *corruption,
                p.bpp,
                p.estimated,
                *figures,
                p.encode_seconds,
                p.decode_seconds,
                p.megapixels,
                p.sha256,
            ]
        )
    return text.getvalue()


def compressai_file(name: str, description: str, curve: Sequence[CurvePoint]) -> dict[str, Any]:
    """Return a curve as a results file of CompressAI, which its plot tool reads; points without a value are left out.

    Source of the format: `compressai.utils.bench` and `compressai.utils.plot`, 1.2.8.
    """
    keys = {"psnr-rgb": "psnr_db", "ms-ssim-rgb": "ms_ssim"}
    usable = [p for p in curve if all(p.figures[figure].value is not None for figure in keys.values())]
    results: dict[str, list[float]] = {"bpp": [point.bpp for point in usable]}
    for key, figure in keys.items():
        results[key] = [float(point.figures[figure].value or 0.0) for point in usable]
    if all(point.encode_seconds is not None and point.decode_seconds is not None for point in usable):
        results["encoding_time"] = [float(point.encode_seconds or 0.0) for point in usable]
        results["decoding_time"] = [float(point.decode_seconds or 0.0) for point in usable]
    return {"name": name, "description": description, "results": results}


def compressai_zip(curves: Curves, codecs: Mapping[str, Codec], pictures: str) -> bytes:
    """Return a ZIP with one results file of CompressAI a codec; `pictures` says in words what they are means over."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, curve in curves.items():
            content = compressai_file(name, f"{codecs[name].title}. nicviz; {pictures}", curve)
            stem = re.sub(r"[^\w.-]+", "_", name)
            archive.writestr(zipfile.ZipInfo(f"{stem}.json"), to_json(content))
    return buffer.getvalue()
