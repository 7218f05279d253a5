"""How long codecs take: a mode of its own, in which nothing else runs.

Each task is warmed up once, which loads libraries and models and starts processes; then all are run in rounds, in an
order that is shuffled anew, so that what slows the machine down for a while slows none of them down more. Every run has
the process to itself. What counts is the median.
"""

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median

from nicviz.codecs import resolve
from nicviz.images import LoadedImage
from nicviz.run import place
from nicviz.run.place import Cancel, check
from nicviz.run.pool import RoundTrip
from nicviz.run.quiet import QUIET
from nicviz.store import Entry, Store
from nicviz.tasks.task import Task

ROUNDS = 5
LONG_SECONDS = 2.0  # what takes longer than this to warm up runs once more and no oftener
_METHOD = 1


@dataclass(frozen=True)
class Times:
    """Medians over runs in which nothing else ran.

    Args:
        encode_seconds, decode_seconds: of the whole picture.
        runs: how many.
    """

    encode_seconds: float
    decode_seconds: float
    runs: int


def time_tasks(
    tasks: Sequence[Task],
    original: LoadedImage,
    *,
    progress: Callable[[float], None] = lambda share: None,
    cancel: Cancel = None,
    store: Store | None = None,
) -> dict[Task, Times]:
    """Return how long each task takes on the clean picture; what was timed on this machine before is not timed again.

    Args:
        tasks: on this picture, without a corruption.
        original: the picture.
        progress: told the share that is done, 0 to 1.
        cancel: set by another thread to stop.
        store: None for the default one.

    Raises:
        CodecError: a codec failed or refuses the image.
        Canceled: `cancel` was set.
    """
    found = {task: times for task in tasks if (times := _kept(task, store)) is not None}
    wanted = [task for task in tasks if task not in found]
    rounds: dict[Task, int] = {}
    for number, task in enumerate(wanted):
        progress(number / (len(wanted) * (1 + ROUNDS)))
        done = _run(task, original, cancel)
        rounds[task] = 1 if done.encode_seconds + done.decode_seconds > LONG_SECONDS else ROUNDS
    runs: dict[Task, list[RoundTrip]] = {task: [] for task in wanted}
    random = Random(0)
    for turn in range(ROUNDS):
        order = [task for task in wanted if rounds[task] > turn]
        random.shuffle(order)
        for number, task in enumerate(order):
            progress((1 + turn + number / len(order)) / (1 + ROUNDS))
            runs[task].append(_run(task, original, cancel))
    for task, trips in runs.items():
        encode, decode = (median(getattr(trip, f"{way}_seconds") for trip in trips) for way in ("encode", "decode"))
        times = Times(encode, decode, len(trips))
        _entry(task).keep({"record": vars(times)}, store)
        found[task] = times
    return found


def _run(task: Task, original: LoadedImage, cancel: Cancel) -> RoundTrip:
    check(cancel)
    with QUIET.alone(cancel):
        return place.round_trip(original.pixels, resolve(task.codec), task.quality, cancel)


def _kept(task: Task, store: Store | None) -> Times | None:
    members = _entry(task).find(store)
    return None if members is None else Times(**members["record"])


def _entry(task: Task) -> Entry:
    machine = {"node": platform.node(), "machine": platform.machine(), "system": platform.platform()}
    inputs = {"image": task.picture.sha256, "codec": task.codec.name, "quality": float(task.quality), **machine}
    return Entry("times", inputs, {"times": _METHOD, "codec": resolve(task.codec).versions(task.quality)})
