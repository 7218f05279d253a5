"""The codecs whose weights come with nicviz."""

import json
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from nicviz.codecs.base import NeuralCodec, QualityScale
from nicviz.codecs.neural.assemble import neural_codec
from nicviz.codecs.neural.weights import Weights, weights_in
from nicviz.errors import WeightsError

FOLDER = Path(__file__).parent / "weights"
_MANIFEST = FOLDER / "manifest.json"


@cache
def manifest() -> Mapping[str, Any]:
    """Return what weights/manifest.json says of each codec: source, training, and each quality's file and figures."""
    entries: Mapping[str, Any] = json.loads(_MANIFEST.read_text(encoding="utf-8"))
    return entries


def find(name: str, quality: float) -> Weights:
    """Return the packaged weights for one quality.

    Raises:
        WeightsError: no such quality, or a file that is missing or damaged.
    """
    entry = manifest()[name]["qualities"].get(f"{quality:g}")
    if entry is None:
        raise WeightsError(f"{name} has no weights for quality {quality:g}.")
    weights = weights_in(FOLDER / entry["file"])
    if weights.sha256 != entry["sha256"]:
        raise WeightsError(f"The weights {weights.name} in the package are damaged; install nicviz again.")
    return weights


def _compact(name: str) -> NeuralCodec:
    entry = manifest()[name]
    qualities = tuple(float(quality) for quality in entry["qualities"])
    return neural_codec(
        name,
        entry["title"],
        entry["description"],
        entry["architecture"],
        partial(find, name),
        QualityScale("quality", qualities[0], qualities[-1], float(entry["default"]), 1.0),
        qualities,
    )


COMPACT = tuple(_compact(name) for name in manifest())
