"""How long codecs take: a mode of its own, in which nothing else runs.

Each task is warmed up once, which loads libraries and models and starts processes; then all are run in rounds, in an
order that is shuffled anew, so that what slows the machine down for a while slows none of them down more. Every run has
the process to itself. What counts is the median.
"""

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median

from nicviz.codecs import Codec, NeuralCodec, Placement
from nicviz.errors import CodecError
from nicviz.images import LoadedImage
from nicviz.rate import bits_per_pixel
from nicviz.run import place
from nicviz.run.place import Cancel, check
from nicviz.run.pool import RoundTrip
from nicviz.run.quiet import QUIET
from nicviz.store import Entry, Store
from nicviz.tasks.task import Task

ROUNDS = 5
LONG_SECONDS = 2.0  # what takes longer than this to warm up runs once more and no oftener
SLOW = 20.0  # seconds per megapixel: what takes longer is timed by the one run that made its bitstream
WARM_ROUNDS = 3
_DISTURBED = 2  # runs beside other work after which `warm_times` gives up: the machine is busy
_METHOD = 1


@dataclass(frozen=True)
class Times:
    """Medians over runs in which nothing else ran.

    Args:
        encode_seconds, decode_seconds: of the whole picture.
        bpp: of the bitstream, which is the same in all runs.
        runs: how many.
    """

    encode_seconds: float
    decode_seconds: float
    bpp: float
    runs: int


def is_slow(codec: Codec) -> bool:
    """Return whether one bitstream takes so long that it is not made again for its time."""
    estimated = isinstance(codec, NeuralCodec) and codec.estimate_first
    return estimated or codec.placement is Placement.KILLABLE or codec.cost > SLOW


def warm_times(
    image: LoadedImage, codec: Codec, quality: float, *, cancel: Cancel = None, store: Store | None = None
) -> Times | None:
    """Return how long a codec takes when it is warm, without holding other work up; None on a machine that is busy.

    Args:
        image: what the codec is given.
        codec: one that is not slow.
        quality: native.
        cancel: set by another thread to stop.
        store: None for the default one.

    Raises:
        CodecError: the codec failed or refuses the image.
        Canceled: `cancel` was set.
    """
    entry = _entry(image.sha256, codec, quality)
    if (members := entry.find(store)) is not None:
        return Times(**members["record"])
    done = place.round_trip(image.pixels, codec, quality, cancel)
    wanted = 1 if done.encode_seconds + done.decode_seconds > LONG_SECONDS else WARM_ROUNDS
    trips: list[RoundTrip] = []
    disturbed = 0
    while disturbed < _DISTURBED and len(trips) < wanted:
        check(cancel)
        done = place.round_trip(image.pixels, codec, quality, cancel)
        trips += [done] if done.alone else []
        disturbed += not done.alone
    return _kept(entry, image, trips, store) if len(trips) == wanted else None


def seconds_to_time(tasks: Sequence[Task], codecs: Mapping[str, Codec]) -> float:
    """Return about how long it takes to time tasks, from what the codecs say they cost."""
    once = [codecs[task.codec.name].cost * task.picture.megapixels for task in tasks]
    return sum(seconds * (2 if seconds > LONG_SECONDS else 1 + ROUNDS) for seconds in once)


def time_tasks(
    tasks: Sequence[Task],
    original: LoadedImage,
    codecs: Mapping[str, Codec],
    *,
    progress: Callable[[float], None] = lambda share: None,
    cancel: Cancel = None,
    store: Store | None = None,
) -> dict[Task, Times]:
    """Return how long each task takes on the clean picture; what was timed on this machine before is not timed again.

    Each is kept when it is timed, so that nothing is lost to a cancel. Tasks that a codec refuses are left out.

    Args:
        tasks: on this picture, without a corruption.
        original: the picture.
        codecs: by name.
        progress: told the share that is done, 0 to 1.
        cancel: set by another thread to stop.
        store: None for the default one.

    Raises:
        CodecError: all codecs failed or refuse the image; of several, those that do not are timed.
        Canceled: `cancel` was set.
    """
    kept = {task: _entry_of(task, codecs).find(store) for task in tasks}
    found = {task: Times(**members["record"]) for task, members in kept.items() if members is not None}
    wanted = [task for task in tasks if task not in found]
    rounds: dict[Task, int] = {}
    failed: dict[str, CodecError] = {}
    for number, task in enumerate(wanted):
        progress(number / (len(wanted) * (1 + ROUNDS)))
        try:
            done = _run(task, original, codecs[task.codec.name], cancel)
        except CodecError as error:
            failed[task.codec.name] = error
            continue
        rounds[task] = 1 if done.encode_seconds + done.decode_seconds > LONG_SECONDS else ROUNDS
    if failed and not (rounds or found):
        raise next(iter(failed.values()))
    trips_of: dict[Task, list[RoundTrip]] = {task: [] for task in rounds}
    random = Random(0)
    for turn in range(ROUNDS):
        order = [task for task, times in rounds.items() if times > turn]
        random.shuffle(order)
        for number, task in enumerate(order):
            progress((1 + turn + number / len(order)) / (1 + ROUNDS))
            trips_of[task].append(_run(task, original, codecs[task.codec.name], cancel))
            if len(trips_of[task]) == rounds[task]:
                found[task] = _kept(_entry_of(task, codecs), original, trips_of.pop(task), store)
    return found


def _kept(entry: Entry, image: LoadedImage, trips: Sequence[RoundTrip], store: Store | None) -> Times:
    encode, decode = (median(getattr(trip, f"{way}_seconds") for trip in trips) for way in ("encode", "decode"))
    bpp = bits_per_pixel(len(trips[0].bitstream), image.pixels.shape)
    times = Times(encode, decode, bpp, len(trips))
    entry.keep({"record": vars(times)}, store)
    return times


def _run(task: Task, original: LoadedImage, codec: Codec, cancel: Cancel) -> RoundTrip:
    check(cancel)
    with QUIET.alone(cancel):
        return place.round_trip(original.pixels, codec, task.quality, cancel)


def _entry_of(task: Task, codecs: Mapping[str, Codec]) -> Entry:
    return _entry(task.picture.sha256, codecs[task.codec.name], task.quality)


def _entry(image: str, codec: Codec, quality: float) -> Entry:
    machine = {"node": platform.node(), "machine": platform.machine(), "system": platform.platform()}
    inputs = {"image": image, "codec": codec.name, "quality": float(quality), **machine}
    return Entry("times", inputs, {"times": _METHOD, "codec": codec.versions(quality)})
