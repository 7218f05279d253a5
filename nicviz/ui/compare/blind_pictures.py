"""The pictures of a blind comparison's rounds, made in the background, some rounds ahead of the voter."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from nicviz.codecs import Codec
from nicviz.errors import Canceled
from nicviz.images import encode_png, equally_large
from nicviz.run.jobs import wait_for
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.tasks.compress import compress
from nicviz.ui.compare.blind_session import Prepared, Rounds
from nicviz.ui.kit.waiting import BROWSER_DRAWING, PATIENCE, compute

LANE = "blind"
AHEAD = 2  # rounds


@dataclass(frozen=True)
class Made:
    """What one round shows.

    Args:
        reconstructions: PNG files in the order of the codecs, all of one size in bytes, as `original` is.
        original: PNG file.
        bpp: rates in the order of the codecs.
        estimated: whether some of them are estimates.
        identical: whether two reconstructions are the same, pixel for pixel.
    """

    reconstructions: tuple[bytes, ...]
    original: bytes
    bpp: tuple[float, ...]
    estimated: bool
    identical: bool


def pictures_of(rounds: Rounds, number: int) -> Live[Made]:
    """Return how the pictures of a round stand; those that `work_ahead` has begun go on."""
    now = compute(LANE, _works(rounds, number, max(rounds.begun, number + 1)), patience=0)[0]
    if now.pending and now.job is not None:
        wait_for([now.job], PATIENCE)
    return now.now()


def work_ahead(rounds: Rounds, number: int) -> None:
    """Begin the pictures of the rounds after this one, whose own are on their way to the browser."""
    rounds.begun = min(number + 1 + AHEAD, len(rounds.plan))
    compute(LANE, _works(rounds, number, rounds.begun), patience=0)


def _works(rounds: Rounds, number: int, end: int) -> list[Work[Made]]:
    return [_work(rounds, each, each > number) for each in range(number, end)]


def _work(rounds: Rounds, number: int, ahead: bool) -> Work[Made]:
    """Return the work of a round; neither its key nor its label tells the order, which is not known to it."""
    prepared = rounds.pictures[rounds.plan[number].picture]
    qualities = tuple(each.quality for each in prepared.rates.matched)
    key = (rounds.entropy, number, prepared.setting, tuple(codec.reference for codec in rounds.codecs), qualities)
    return Work(
        key,
        f"round {number + 1}",
        partial(_make, prepared, rounds.codecs, ahead),
        num_bytes=(1 + len(qualities)) * prepared.num_bytes,
    )


def _make(prepared: Prepared, codecs: Sequence[Codec], ahead: bool, signal: Signal) -> Made:
    if ahead and signal.wait(BROWSER_DRAWING):  # the vote before has just brought a picture: that one is decoded first
        raise Canceled
    image = prepared.load()
    done = [
        compress(image, codec, matched.quality, exact=False, cancel=signal)
        for codec, matched in zip(codecs, prepared.rates.matched, strict=True)
    ]
    *files, original = equally_large([*(each.png for each in done), encode_png(image.pixels)])
    return Made(
        tuple(files), original, tuple(each.bpp for each in done), any(each.bitstream is None for each in done),
        identical=len({each.png for each in done}) < len(done),  # one encoder wrote all: equal pixels, equal bytes
    )  # fmt: skip
