"""The images that are offered without an upload: photographs, charts, and the user's own folder, each by a key."""

from difflib import get_close_matches
from functools import partial

from nicviz.charts import CHARTS, DEFAULT, Chart
from nicviz.errors import UnknownName
from nicviz.images import LoadedImage
from nicviz.registry import Registry
from nicviz.samples import folder, photographs
from nicviz.samples.base import Sample
from nicviz.samples.folder import folder_problem, folder_samples, read_folder

_CHARTS_GROUP = "charts"
_BUILT_IN = frozenset({photographs.GROUP, _CHARTS_GROUP})


def _draw(chart: Chart, size: int | None) -> LoadedImage:
    return LoadedImage(chart.name, chart.draw(DEFAULT if size is None else size))


def _chart_samples() -> list[Sample]:
    return [
        Sample(chart.name, chart.title, "chart", _CHARTS_GROUP, chart.description, "nicviz.", partial(_draw, chart))
        for chart in CHARTS.values()
    ]


SAMPLES: Registry[Sample] = Registry("sample image", [*photographs.photograph_samples(), *_chart_samples()])
"""Photographs, then charts. The user's folder is beside it, because it may change while nicviz runs."""


def find_sample(key: str) -> Sample:
    """Return the sample of a key of `SAMPLES` or of the user's folder ("set/name").

    Raises:
        UnknownName: no such key; a path is none.
    """
    if key in SAMPLES:
        return SAMPLES[key]
    own, problem = read_folder(taken=_BUILT_IN)
    found = {sample.key: sample for sample in own}
    if key in found:
        return found[key]
    close = get_close_matches(key, [*SAMPLES, *found], n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    number = f", and {len(found)} in the folder of {folder.VARIABLE}" if found else ""
    trouble = f" {problem}" if problem else ""
    raise UnknownName(f"There is no sample image named {key!r}.{hint} Known: {', '.join(SAMPLES)}{number}.{trouble}")


def sample_sets() -> dict[str, list[Sample]]:
    """Return the samples by set: "photographs", "charts", then each set of the user's folder, if it has any.

    A folder that cannot be used leaves the first two; `folder_problem` says why.
    """
    sets: dict[str, list[Sample]] = {}
    for sample in [*SAMPLES.values(), *folder_samples(taken=_BUILT_IN)]:
        sets.setdefault(sample.group, []).append(sample)
    return sets


__all__ = ["SAMPLES", "Sample", "find_sample", "folder_problem", "folder_samples", "sample_sets"]
