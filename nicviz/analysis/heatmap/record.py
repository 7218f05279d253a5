"""A heatmap as files and as a record, for downloads and the command line."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nicviz.analysis.heatmap.cells import is_estimated
from nicviz.analysis.heatmap.map import Heatmap
from nicviz.analysis.heatmap.setting import UNITS
from nicviz.analysis.manifest import npy_bytes, to_json, versions
from nicviz.codecs import Codec
from nicviz.metrics import to_json as number


def heatmap_record(
    heatmap: Heatmap, images: Sequence[str], codec: Codec, quality: float, metric: str
) -> dict[str, Any]:
    """Return what `heatmap --json` prints: settings, axes in cycles/pixel, and what the numbers are about.

    Args:
        heatmap: whole, or as far as it is computed.
        images: names of the images that it is the mean of.
        codec, quality: the codec and its native quality.
        metric: of `VALUES`.
    """
    setting, first = heatmap.setting, heatmap.first
    values, change = heatmap.values(metric, False), heatmap.values(metric, True)
    return {
        "images": list(images),
        "square": None if first is None else {
            "left": first.left, "top": first.top, "width": first.width, "height": first.height, "padded": first.padded,
        },
        "codec": codec.name,
        "quality": quality if codec.scale else None,
        "codec_versions": dict(codec.versions(quality)),
        "grid": setting.grid,
        "signs": setting.signs,
        "seed": setting.seed,
        "norm": setting.norm,
        "metric": metric,
        "unit": UNITS[metric],
        "estimated": metric == "bpp" and is_estimated(codec),
        "unperturbed": number(heatmap.unperturbed(metric)),
        "axis_cycles_per_pixel": [float(each) for each in heatmap.grid.axis],
        "axes": "axis 0 is v (vertical), axis 1 is u (horizontal), zero at the center",
        "computed": heatmap.done,
        "cells": heatmap.total,
        "infinite": heatmap.num_infinite(metric),
        "failed": [{"u": u, "v": v, "message": message} for u, v, message in heatmap.failures],
        "mean": _mean(values),
        "mean_change": _mean(change),
        "versions": versions(),
    }  # fmt: skip


def heatmap_files(heatmap: Heatmap, record: Mapping[str, Any]) -> dict[str, bytes]:
    """Return file name to bytes: two arrays and the record.

    `heatmap.npy` has the values (float64, (side, side), NaN where not computed, infinite where PSNR is), `change.npy`
    their change from the unperturbed image.
    """
    metric = record["metric"]
    return {
        "heatmap.npy": npy_bytes(heatmap.values(metric, False)),
        "change.npy": npy_bytes(heatmap.values(metric, True)),
        "heatmap.json": to_json(record).encode(),
    }


def _mean(field: Any) -> float | None:
    finite = field[np.isfinite(field)]
    return float(finite.mean()) if finite.size else None
