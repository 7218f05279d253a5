"""When a value may be marked as the best of its row: the codecs must have had equal conditions.

A richer file looks better, so quality is compared at equal rate and rate at equal quality. Times are compared where
nothing else ran, and differ where one is a fifth shorter than all others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nicviz.tasks.match import Matched, mismatch_text
from nicviz.tasks.settings import Match

Kind = Literal["result", "quality", "psnr", "rate", "share", "time"]
TIME_DIFFERENCE = 0.2  # relative; what repeated runs on one machine differ by
LEAST_SHARE = 0.0005  # what is shown as 0.0 %
RULE = (
    "● is the best of a row. It needs equal conditions: a match that every codec reached, to 1 % of the rate or "
    "0.05 dB; what was set equal has none. Times need runs beside which nothing else ran, and a difference of 20 %."
)


@dataclass(frozen=True)
class Conditions:
    """What the codecs of a table were compared under.

    Args:
        match: what they were set equal in on the clean picture; None where each has a quality of its own.
        missed: per codec how far it is off the target, as it is shown; empty where it reached it.
        alone: whether nothing else ran while each was timed.
    """

    match: Match | None = None
    missed: tuple[str, ...] = ()
    alone: bool = False

    @property
    def equal(self) -> bool:
        """Whether all codecs reached the match."""
        return self.match is not None and not any(self.missed)

    def allow(self, kind: Kind) -> bool:
        """Return whether the best of a row of this kind may be marked.

        Args:
            kind: "result" of a comparison at equal rate or quality (a BD-rate); "quality"; "psnr" on the clean
                picture, which a match may have set; "rate"; "share" of the rate; "time".
        """
        if kind in {"result", "time"}:
            return kind == "result" or self.alone
        set_equal = {"bpp": "rate", "psnr": "psnr"}[self.match.metric] if self.match else None
        return self.equal and kind != set_equal

    def sentence(self) -> str:
        """Return why marks are missing; empty where they are not."""
        if self.match is None:
            return "No marks on rate and quality: the codecs are not matched."
        return "" if self.equal else "No marks on rate and quality: ⚠ a codec is off the target of the match."


def missed(match: Match | None, found: Sequence[Matched | None]) -> str:
    """Return how far the worst of a codec's matches is off the target, as it is shown; empty where all reached it."""
    off = [each.mismatch for each in found if each is not None and not each.within]
    return mismatch_text(match.metric, max(off, key=abs)) if match and off else ""


def best(values: Sequence[float | None], higher_is_better: bool) -> set[int]:
    """Return the columns with the best of some values: none if fewer than two have one or all are equal."""
    present = [value for value in values if value is not None]
    if len(present) < 2 or len(set(present)) == 1:
        return set()
    top = max(present) if higher_is_better else min(present)
    return {column for column, value in enumerate(values) if value == top}


def marked(kind: Kind, values: Sequence[float | None], higher_is_better: bool, conditions: Conditions) -> set[int]:
    """Return the columns of a row that are marked under these conditions."""
    winners = best(values, higher_is_better)
    if not winners or not conditions.allow(kind):
        return set()
    present = [(column in winners, value) for column, value in enumerate(values) if value is not None]
    won = [value for is_best, value in present if is_best]
    others = [value for is_best, value in present if not is_best]
    if kind == "share" and any(abs(value) < LEAST_SHARE for value in won):
        return set()
    if kind == "time" and (len(won) > 1 or any(won[0] > (1 - TIME_DIFFERENCE) * value for value in others)):
        return set()
    return winners
