"""A blind comparison as one browser session has it: what is compared, the plan, and the votes; never in the URL."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from nicviz.analysis.blind import PLACES, Round, Tally, plan_rounds
from nicviz.analysis.one_rate import OneRate
from nicviz.analysis.rd.points import Load
from nicviz.codecs import Codec
from nicviz.tasks.settings import ImageSetting

TIE = "none"  # the vote for no difference
DRAW = "blind-draw"  # in the session's state: what the pictures are drawn with
_STATE = "blind-rounds"
_BEGUN = "blind-begun"


def fresh_entropy() -> int:
    """Return 128 bits of the operating system: what is drawn from them nobody can tell beforehand."""
    found = np.random.SeedSequence().entropy
    if not isinstance(found, int):
        raise TypeError(f"a fresh SeedSequence has a whole number for its entropy, not {type(found).__name__}")
    return found


@dataclass(frozen=True)
class Prepared:
    """A picture, and the qualities that set the codecs to one rate on it.

    Args:
        setting, name: what it is, and what it is called, on the command line too.
        load: reads it.
        rates: what the codecs are set to.
        num_bytes: of its pixels.
    """

    setting: ImageSetting
    name: str
    load: Load
    rates: OneRate
    num_bytes: int


@dataclass(frozen=True)
class Answer:
    """What came of a round.

    Args:
        vote: a place ("A", "B", "C") or `TIE`; empty where the round was skipped.
        skipped: why it was; empty where it was voted.
        seconds: from the pictures to the vote.
        with_original: whether the original was shown beside them.
        bpp: of each codec, in the order of the codecs.
        estimated: whether the rates of some are estimates.
    """

    vote: str = ""
    skipped: str = ""
    seconds: float = 0.0
    with_original: bool = False
    bpp: tuple[float, ...] = ()
    estimated: bool = False


@dataclass
class Rounds:
    """The rounds of one comparison, in order; what is drawn is fixed when they begin.

    Args:
        codecs: two or three.
        bpp: the rate that was asked for.
        pictures: that the rounds are drawn from.
        entropy: from the operating system; with `pictures` the plan follows from it.
        number: the how many-eth comparison of this session it is.
    """

    codecs: tuple[Codec, ...]
    bpp: float
    pictures: tuple[Prepared, ...]
    num_rounds: int
    number: int
    entropy: int = field(default_factory=fresh_entropy)
    answers: list[Answer] = field(default_factory=list)
    over: bool = False  # the result has been asked for: there is no way back to voting
    begun: int = 0  # rounds from here on have not been asked for
    _shown: tuple[int, float] = (-1, 0.0)

    def __post_init__(self) -> None:
        generator = np.random.default_rng(self.entropy)
        self.plan: Sequence[Round] = plan_rounds(generator, self.num_rounds, len(self.pictures), len(self.codecs))

    @property
    def current(self) -> int | None:
        """The round to vote on, from 0; None when all have their answers."""
        return None if self.over or len(self.answers) >= len(self.plan) else len(self.answers)

    @property
    def voted(self) -> list[Answer]:
        """The answers that are votes."""
        return [answer for answer in self.answers if not answer.skipped]

    @property
    def stopped(self) -> bool:
        """Whether it ended before its last round."""
        return self.over and len(self.answers) < len(self.plan)

    def show(self, number: int) -> None:
        """Take note that the pictures of a round are on their way to the browser."""
        if self._shown[0] != number:
            self._shown = number, time.monotonic()

    def vote(self, number: int, vote: str, with_original: bool, bpp: tuple[float, ...], estimated: bool) -> None:
        """Take a vote; one for another round than the current, such as a second click, is nothing."""
        if number == self.current and self._shown[0] == number:
            seconds = time.monotonic() - self._shown[1]
            self.answers.append(Answer(vote, "", seconds, with_original, bpp, estimated))

    def skip(self, why: str) -> None:
        """Go on without a vote on the current round."""
        self.answers.append(Answer(skipped=why))

    def undo(self) -> None:
        """Take back the last vote, with what was skipped after it; not once the result has been seen."""
        if not self.over and self.voted:
            while self.answers.pop().skipped:
                pass
            self._shown = (-1, 0.0)

    def end(self) -> None:
        """Show the result, after the last round or before."""
        self.over = True

    def preferred(self, number: int) -> int | None:
        """Return the index of the codec that was preferred in a round that was voted; None for no difference."""
        vote = self.answers[number].vote
        return None if vote == TIE else self.plan[number].order[PLACES.index(vote)]

    def tally(self) -> Tally:
        """Return what the votes come to."""
        votes = [self.preferred(number) for number, answer in enumerate(self.answers) if not answer.skipped]
        return Tally.of(votes, len(self.codecs))

    def repeated(self) -> bool:
        """Return whether a picture was voted on more than once."""
        seen = [each.picture for each, answer in zip(self.plan, self.answers, strict=False) if not answer.skipped]
        return len(set(seen)) < len(seen)


def current_rounds() -> Rounds | None:
    """Return the comparison of this session; None while there is none."""
    found: Rounds | None = st.session_state.get(_STATE)
    return found


def begin(codecs: Sequence[Codec], bpp: float, pictures: Sequence[Prepared], num_rounds: int) -> None:
    """Begin a comparison; for a button's callback."""
    number = st.session_state[_BEGUN] = st.session_state.get(_BEGUN, 0) + 1
    st.session_state[_STATE] = Rounds(tuple(codecs), bpp, tuple(pictures), num_rounds, number)


def forget() -> None:
    """Go back to the choice of what is compared, with pictures drawn anew; for a button's callback."""
    st.session_state.pop(_STATE, None)
    st.session_state.pop(DRAW, None)
