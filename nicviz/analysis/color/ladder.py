"""Color over a codec's whole ladder: unique a*b* from quality to quality, ΔE00 and PSNR against rate.

After "Neural Image Compression and the Degradation of Color" (MacPherson et al.): its figures 3, 4 and 5.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from nicviz.analysis.rd.curves import mean_of
from nicviz.codecs import Codec
from nicviz.color import unique_ab
from nicviz.images import LoadedImage
from nicviz.run.place import Cancel, check
from nicviz.store import Store
from nicviz.tasks.measure import measure, task_of
from nicviz.tasks.task import Trial

METRICS = ("unique_ab", "delta_e00", "psnr_db")


@dataclass(frozen=True)
class Descent:
    """One picture down a codec's ladder, from the highest quality to the lowest."""

    image: str
    unique_ab: int  # of the picture itself
    trials: tuple[Trial, ...]


def qualities_of(codec: Codec) -> tuple[float, ...]:
    """Return the codec's ladder from the highest quality to the lowest; a codec without one has one quality."""
    return tuple(reversed(codec.ladder)) or (codec.quality(None),)


def descend(
    image: LoadedImage,
    codec: Codec,
    *,
    exact: bool = True,
    cancel: Cancel = None,
    progress: Callable[[float], None] = lambda share: None,
    store: Store | None = None,
) -> Descent:
    """Return a picture at every quality of the codec's ladder; each is kept in the store as soon as it is done.

    Args:
        image: what the codec is given.
        codec: any available codec.
        exact: as in `compress`: False lets serial codecs give an estimate.
        cancel: set by another thread to stop.
        progress: told the share that is done, 0 to 1.
        store: None for the default one.

    Raises:
        CodecError: the codec failed or refuses the image.
        Canceled: `cancel` was set.
    """
    trials = []
    for number, quality in enumerate(qualities := qualities_of(codec)):
        progress(number / len(qualities))
        task = task_of(image, None, codec, quality, exact=exact, metrics=METRICS)
        trials.append(measure(task, image, codec=codec, cancel=cancel, store=store))
        check(cancel)
    return Descent(image.name, unique_ab(image.pixels), tuple(trials))


def summarize(descents: Sequence[Descent]) -> list[dict[str, Any]]:
    """Return the means over pictures at each quality, from the highest to the lowest; see `nicviz.commands.color`.

    The cumulative change at a quality is the number of unique a*b* there minus that at the highest quality, which is
    the sum of the changes of all quality transitions on the way down.

    Args:
        descents: of one codec.
    """
    columns = zip(*(descent.trials for descent in descents), strict=True)
    return [_rung(column, [descent.trials[0] for descent in descents]) for column in columns]


def _rung(column: Sequence[Trial], highest: Sequence[Trial]) -> dict[str, Any]:
    """Return the means at one quality, given the same pictures at the highest one."""
    unique = [_count(trial) for trial in column]
    change = [count - _count(trial) for count, trial in zip(unique, highest, strict=True)]
    psnr = mean_of("psnr_db", column)
    return {
        "quality": column[0].quality,
        "bpp": fmean(trial.bpp for trial in column),
        "estimated": any(trial.estimated for trial in column),
        "unique_ab": fmean(unique),
        "cumulative_change": {"mean": fmean(change), "std": stdev(change) if len(change) > 1 else None},
        "delta_e00": mean_of("delta_e00", column).value,
        "psnr_db": psnr.value,
        "psnr_bpp": psnr.bpp,
        "num_infinite_psnr": psnr.infinite,
    }


def _count(trial: Trial) -> float:
    return float(trial.figures["unique_ab"] or 0)


def ladder_records(descents: Mapping[str, Sequence[Descent]]) -> list[dict[str, Any]]:
    """Return `codecs` of `python -m nicviz color --json` from codec name to its descents."""
    return [
        {
            "codec": name, "num_images": len(several), "images": [descent.image for descent in several],
            "ladder": summarize(several),
        }
        for name, several in descents.items()
    ]  # fmt: skip
