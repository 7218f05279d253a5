"""Color over a codec's whole ladder: unique a*b* from quality to quality, ΔE00 and PSNR against rate.

After "Neural Image Compression and the Degradation of Color" (MacPherson et al.): its figures 3, 4 and 5.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs import Codec
from nicviz.color import unique_ab
from nicviz.images import LoadedImage
from nicviz.store import Store
from nicviz.tasks.compress import Cancel, check, compress
from nicviz.tasks.measure import measure


@dataclass(frozen=True)
class Rung:
    """One picture at one quality.

    Args:
        quality: native.
        bpp: measured, or from likelihoods where `estimated`.
        unique_ab: of the reconstruction.
        delta_e00, psnr_db: against what the codec was given; PSNR is infinite for an exact reconstruction.
    """

    quality: float
    bpp: float
    unique_ab: int
    delta_e00: float
    psnr_db: float
    estimated: bool = False


@dataclass(frozen=True)
class Descent:
    """One picture down a codec's ladder, from the highest quality to the lowest."""

    image: str
    unique_ab: int  # of the picture itself
    rungs: tuple[Rung, ...]


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
    rungs = []
    for number, quality in enumerate(qualities := qualities_of(codec)):
        progress(number / len(qualities))
        done = compress(image, codec, quality, exact=exact, cancel=cancel, store=store)
        values = measure(image, done, store)
        rungs.append(
            Rung(
                quality=done.quality,
                bpp=done.bpp,
                unique_ab=int(values["unique_ab"] or 0),
                delta_e00=_number(values["delta_e00"]),
                psnr_db=_number(values["psnr_db"]),
                estimated=done.bitstream is None,
            )
        )
        check(cancel)
    return Descent(image.name, unique_ab(image.pixels), tuple(rungs))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def summarize(descents: Sequence[Descent]) -> list[dict[str, Any]]:
    """Return the means over pictures at each quality, from the highest to the lowest; see `nicviz.commands.color`.

    The cumulative change at a quality is the number of unique a*b* there minus that at the highest quality, which is
    the sum of the changes of all quality transitions on the way down.

    Args:
        descents: of one codec.
    """
    if not descents:
        return []
    unique = np.array([[rung.unique_ab for rung in descent.rungs] for descent in descents], dtype=float)
    change = unique - unique[:, :1]
    return [
        {
            "quality": column[0].quality,
            "bpp": _mean([rung.bpp for rung in column]),
            "estimated": any(rung.estimated for rung in column),
            "unique_ab": float(unique[:, k].mean()),
            "cumulative_change": _spread(change[:, k]),
            "delta_e00": _mean([rung.delta_e00 for rung in column]),
            "psnr_db": _mean([rung.psnr_db for rung in column]),
            "num_infinite_psnr": sum(math.isinf(rung.psnr_db) for rung in column),
        }
        for k, column in enumerate(zip(*(descent.rungs for descent in descents), strict=True))
    ]


def ladder_records(descents: Mapping[str, Sequence[Descent]]) -> list[dict[str, Any]]:
    """Return `codecs` of `python -m nicviz color --json` from codec name to its descents."""
    return [
        {"codec": name, "num_images": len(several), "ladder": summarize(several)} for name, several in descents.items()
    ]


def _spread(values: NDArray[np.float64]) -> dict[str, float | None]:
    """Return mean and sample standard deviation, which one picture does not have."""
    deviation = float(values.std(ddof=1)) if len(values) > 1 else None
    return {"mean": float(values.mean()), "std": deviation}


def _mean(values: Sequence[float]) -> float | None:
    finite = [value for value in values if math.isfinite(value)]
    return float(np.mean(finite)) if finite else None
