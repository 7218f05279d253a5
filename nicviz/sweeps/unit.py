"""What a worker does: the units of one picture, with what they have in common done once, and a row for each.

Plain values come in and go out. Nothing raises but what the machine raises: a codec that fails, a picture that is too
small, weights that are missing here are rows that say so.
"""

import hashlib
import json
import logging
import socket
import time
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from nicviz import __version__
from nicviz.codecs import Codec, CodecReference, resolve
from nicviz.corruptions import corrupt, corruption_versions
from nicviz.errors import CodecError, NicvizError
from nicviz.images import LoadedImage
from nicviz.metrics import clean_name, metric_versions
from nicviz.metrics.shared import Reference, measure_against
from nicviz.rate import bits_per_pixel
from nicviz.run import place
from nicviz.spectra import spectra_versions
from nicviz.spectra.power import Half, Plane, channel_planes, transform
from nicviz.spectra.summary import Summary, summarize
from nicviz.sweeps.columns import NUM_RINGS, Row
from nicviz.sweeps.groups import Group
from nicviz.sweeps.pictures import Absent, pictures
from nicviz.sweeps.plan import Condition, Plan, PlannedPicture, Step
from nicviz.sweeps.rows import Measured, blank_row, row_of
from nicviz.tasks.match import match_quality
from nicviz.tasks.settings import CorruptionSetting
from nicviz.tasks.task import Kind, Picture, Task, Trial

LARGEST_PIXELS = 16_000_000  # of a picture whose spectra are summed up
_logger = logging.getLogger(__name__)


def work_of(plan: Plan, group: Group) -> dict[str, Any]:
    """Return what a worker has to know of a group, as JSON values: a few hundred bytes a picture and a step each."""
    places: dict[int, int] = {}  # of steps: in the plan, here
    by_picture: dict[int, dict[int, tuple[list[int], list[int]]]] = {}  # picture, condition: steps and units
    for number in group.numbers:
        picture, condition, step = plan.places(number)
        steps, numbers = by_picture.setdefault(picture, {}).setdefault(condition, ([], []))
        steps.append(places.setdefault(step, len(places)))
        numbers.append(number)
    return {
        "metrics": list(plan.metrics),
        "steps": [plan.steps[step].to_record() for step in places],
        "pictures": [
            {
                "picture": plan.pictures[picture].to_record(),
                "conditions": [_part(plan.conditions[place], *units) for place, units in by_condition.items()],
            }
            for picture, by_condition in by_picture.items()
        ],
    }


def _part(condition: Condition, steps: list[int], numbers: list[int]) -> dict[str, Any]:
    return {"condition": None if condition is None else vars(condition), "steps": steps, "numbers": numbers}


def measure_group(work: Mapping[str, Any]) -> dict[str, Any]:
    """Do the units of `work_of` and return the receipt.

    Returns:
        "numbers" and "rows" of the units; "sums": [number, kind, coarse spectrum (64, 33) float32] each; "versions":
        hash to texts; "worker"; "need": hash to why, of pictures that have to be sent here first: their units have no
        rows.
    """
    receipt: dict[str, Any] = {
        "worker": socket.gethostname(), "numbers": [], "rows": [], "sums": [], "versions": {}, "need": {},
    }  # fmt: skip
    steps = [Step.from_record(record) for record in work["steps"]]
    for part in work["pictures"]:
        planned = PlannedPicture.from_record(part["picture"])
        try:
            shown = _shown(pictures().find(planned))
        except Absent as error:
            receipt["need"][planned.picture.sha256] = str(error)
            continue
        for of_condition in part["conditions"]:
            _measure_condition(planned, shown, of_condition, steps, tuple(work["metrics"]), receipt)
    return receipt


def _measure_condition(
    planned: PlannedPicture, shown: "_Shown", part: Mapping[str, Any], steps: list[Step], metrics: tuple[str, ...],
    receipt: dict[str, Any],
) -> None:  # fmt: skip
    condition = None if part["condition"] is None else CorruptionSetting(**part["condition"])
    given: _Shown | str = _given(shown, condition)
    for number, step in zip(part["numbers"], map(steps.__getitem__, part["steps"]), strict=True):
        row = blank_row(planned, condition, step)
        if isinstance(given, str):
            row["failed"] = given
        else:
            for kind, coarse in _measure(row, shown, given, condition, step, metrics, receipt):
                receipt["sums"].append((number, kind, coarse.astype(np.float32)))
        receipt["numbers"].append(number)
        receipt["rows"].append(row)


def remote_group(work: str) -> dict[str, Any]:
    """As `measure_group`, in a process that is a worker of a cluster; the work is JSON."""
    from distributed import get_worker

    place.stay_here()
    return measure_group(json.loads(work)) | {"address": get_worker().address}


class _Shown:
    """A picture that codecs are given or measured against, with what is needed of it made once."""

    def __init__(self, image: LoadedImage) -> None:
        self.image = image
        self.pixels = image.pixels
        self.reference = Reference(image.pixels)

    @cached_property
    def half(self) -> Half:
        """The transform of its luminance."""
        half: Half = transform(channel_planes(self.pixels, "luminance"))[0]
        return half


@lru_cache(maxsize=1)
def _shown(image: LoadedImage) -> _Shown:
    """Return the original that this worker is at: groups come picture by picture."""
    return _Shown(image)


def _given(original: _Shown, condition: Condition) -> "_Shown | str":
    """Return what codecs are given, or why there is nothing."""
    if condition is None:
        return original
    try:
        made = corrupt(original.pixels, condition.name, condition.severity, condition.seed)
    except NicvizError as error:
        return str(error)
    return _Shown(LoadedImage(original.image.name, made))


def _measure(
    row: Row, original: _Shown, given: _Shown, condition: Condition, step: Step, metrics: tuple[str, ...],
    receipt: dict[str, Any],
) -> list[tuple[Kind, Plane]]:  # fmt: skip
    """Fill the row of a unit and return its coarse spectra; a failure is in the row."""
    try:
        codec = _codec(step.codec)
        quality = _quality(original, codec, step)
        if codec.scale is not None:
            row["quality"] = quality
        row["versions"], texts = _versions(codec, quality, condition is not None, metrics)
        receipt["versions"][row["versions"]] = texts
        picture = Picture.of(original.image)
        task = Task(picture, condition, step.codec, quality, metrics=metrics, bands="luminance")
        measured = _trial(task, codec, original, given)
    except NicvizError as error:
        row["failed"] = str(error)
    except MemoryError:
        row["failed"] = f"{step.setting}: not enough memory."
    except Exception as error:  # whatever a library raises is a failure of this unit alone
        _logger.exception("%s failed", step.setting)
        row["failed"] = f"{step.setting}: {type(error).__name__}: {error}"
    else:
        row |= row_of(measured)
        return [(kind, each.coarse) for kind, each in measured.errors.items() if each.coarse is not None]
    return []


def _trial(task: Task, codec: Codec, original: _Shown, given: _Shown) -> Measured:
    done = place.round_trip(given.pixels, codec, task.quality)
    start = time.perf_counter()
    image, references = done.reconstruction, [given.reference]
    if task.corruption is not None:
        references.append(original.reference)
    against = measure_against(references, image, task.metrics)
    figures = against[0] | ({clean_name(name): value for name, value in against[1].items()} if against[1:] else {})
    errors: dict[Kind, Summary] = {}
    if image[..., 0].size <= LARGEST_PIXELS:
        half, width = transform(channel_planes(image, "luminance"))[0], image.shape[1]
        of: dict[Kind, _Shown] = {"D": original} if task.corruption is None else {"G": given, "R": original}
        errors = {kind: summarize(half - reference.half, width, NUM_RINGS) for kind, reference in of.items()}
    num_bytes = len(done.bitstream)
    trial = Trial(
        task, bits_per_pixel(num_bytes, image.shape), num_bytes, figures, done.encode_seconds, done.decode_seconds,
        done.alone,
    )  # fmt: skip
    colors = given.reference.unique_ab, original.reference.unique_ab
    return Measured(trial, errors, *colors, time.perf_counter() - start)


@lru_cache(maxsize=64)
def _codec(reference: CodecReference) -> Codec:
    """Return a codec that works here, or raise with what this worker lacks."""
    try:
        codec = resolve(reference)
    except NicvizError as error:
        raise CodecError(f"{socket.gethostname()} has not the codec {reference.name}: {error}") from error
    state = codec.availability()
    if not state.ok:
        raise CodecError(f"{codec.name} is not available on {socket.gethostname()}. {state.reason} {state.remedy}")
    return codec


def _quality(original: _Shown, codec: Codec, step: Step) -> float:
    if step.match is None:
        return codec.quality(step.quality)
    return match_quality(original.image, codec, step.match).quality


@lru_cache(maxsize=1024)
def _versions(codec: Codec, quality: float, corrupted: bool, metrics: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """Return the hash of all that a row follows from besides its plan, and the texts behind it."""
    texts = {
        "nicviz": __version__,
        "codec": {codec.name: dict(codec.versions(quality))},
        "corruption": corruption_versions() if corrupted else None,
        "metrics": metric_versions(metrics),
        "spectra": spectra_versions(),
    }
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:16], texts
