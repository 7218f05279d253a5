"""Metrics of a reconstruction against what the codec was given and against the clean original."""

from collections.abc import Mapping

from nicviz.images import LoadedImage
from nicviz.metrics import METRICS
from nicviz.store import Store, default_store, key_of
from nicviz.tasks.compress import Compression, library_versions

Values = Mapping[str, float | None]
_INFINITE = "inf"  # JSON has no infinity; the store keeps the word


def measure(reference: LoadedImage, compression: Compression, store: Store | None = None) -> Values:
    """Return every metric of the registry, by name; None where it has no value, inf for an exact PSNR."""
    store = store or default_store()
    key = key_of(
        kind="metrics", reference=reference.sha256, compression=compression.key, metrics=list(METRICS),
        versions=library_versions(),
    )  # fmt: skip
    record = store.get_or_compute(key, lambda: {"record": _measure(reference, compression)})["record"]
    return {name: float("inf") if value == _INFINITE else value for name, value in record.items()}


def _measure(reference: LoadedImage, compression: Compression) -> dict[str, float | str | None]:
    image = compression.pixels()
    values: dict[str, float | str | None] = {}
    for name, metric in METRICS.items():
        value = metric.compute(reference.pixels, image)
        values[name] = _INFINITE if value == float("inf") else value
    return values
