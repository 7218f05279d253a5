"""Several codecs at one rate on one picture, where some have few settings only."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicviz.codecs import Codec, Placement
from nicviz.images import LoadedImage
from nicviz.run.place import Cancel, next_step
from nicviz.store import Store
from nicviz.tasks.match import Matched, match_quality
from nicviz.tasks.settings import Match

_AIMS = (1.0, 0.98, 1.02, 0.96, 1.04, 0.94, 1.06)  # times the rate asked for: whole qualities lie 1 to 4 % apart


@dataclass(frozen=True)
class OneRate:
    """What codecs are set to on a picture.

    Args:
        bpp: the rate that all were set to in the end.
        matched: one a codec; how far each is off is told from `bpp`.
    """

    bpp: float
    matched: tuple[Matched, ...]

    @property
    def off(self) -> float:
        """How far the worst is off, relative."""
        return max(abs(each.mismatch) for each in self.matched)

    @property
    def reached(self) -> bool:
        """Whether all codecs are within the tolerance of a match, 1 %."""
        return all(each.within for each in self.matched)


def match_at_one_rate(
    image: LoadedImage, codecs: Sequence[Codec], bpp: float, *, cancel: Cancel = None, store: Store | None = None
) -> OneRate:
    """Return the settings of codecs at one rate, about `bpp`.

    All are matched at `bpp`. Where one cannot reach it (a codec of six models has six rates), the others go to the rate
    that this one reaches: it is equal rates that are fair, not a certain one. Where they cannot follow either, as two
    codecs of whole qualities, rates nearby are tried; what is left, is off by least, and says so. Programs, which take
    seconds an encoding, are not tried again.
    """
    aims = _AIMS[:1] if any(codec.placement is Placement.PROGRAM for codec in codecs) else _AIMS
    tried: list[OneRate] = []
    for aim in aims:
        next_step(cancel)
        found = _at(image, codecs, Match("bpp", bpp * aim), cancel, store)
        tried.append(found if found.reached else _led(image, codecs, found, cancel, store))
        if tried[-1].reached:
            break
    return min(tried, key=lambda each: each.off)


def _at(image: LoadedImage, codecs: Sequence[Codec], match: Match, cancel: Cancel, store: Store | None) -> OneRate:
    found = [match_quality(image, codec, match, cancel=cancel, store=store) for codec in codecs]
    return OneRate(match.value, tuple(found))


def _led(image: LoadedImage, codecs: Sequence[Codec], found: OneRate, cancel: Cancel, store: Store | None) -> OneRate:
    """Return all codecs at the rate that the one reaches that is farthest off."""
    leader = max(found.matched, key=lambda each: abs(each.mismatch))
    return _at(image, codecs, Match("bpp", float(f"{leader.value:.6g}")), cancel, store)  # as a match is written
