"""A blind comparison: which picture and which order a round shows, and what the votes say, with exact intervals.

The plan follows from a generator alone. Pictures come without repetition until all have been shown. The orders are rows
of Latin squares, so that each codec stands at each place equally often (to within one round), and are shuffled over the
whole plan: what is balanced within a few rounds could be counted out by the voter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError

CONFIDENCE = 0.95  # of each interval by itself, two-sided
FEWEST, MOST = 2, 3  # codecs
PLACES = "ABC"
Orders = NDArray[np.int64]


@dataclass(frozen=True)
class Round:
    """What one round shows.

    Args:
        picture: index of the picture.
        order: index of the codec at each place, A first.
    """

    picture: int
    order: tuple[int, ...]


def plan_rounds(
    generator: np.random.Generator, num_rounds: int, num_pictures: int, num_codecs: int
) -> tuple[Round, ...]:
    """Return the rounds that a generator draws.

    Args:
        generator: the one source of chance; the same state gives the same plan.
        num_rounds: at least 1.
        num_pictures: at least 1; with fewer pictures than rounds they come again, each as often as the others to within
            one round.
        num_codecs: 2 or 3.

    Raises:
        NicvizError: a number out of its range.
    """
    if num_rounds < 1 or num_pictures < 1 or not FEWEST <= num_codecs <= MOST:
        raise NicvizError(
            f"A blind comparison takes rounds, pictures and {FEWEST} or {MOST} codecs; "
            f"got {num_rounds}, {num_pictures} and {num_codecs}."
        )
    passes = -(-num_rounds // num_pictures)
    pictures = np.concatenate([generator.permutation(num_pictures) for _ in range(passes)])
    orders = _balanced_orders(generator, num_rounds, num_codecs)
    return tuple(
        Round(int(picture), tuple(map(int, order)))
        for picture, order in zip(pictures[:num_rounds], orders, strict=True)
    )


def _balanced_orders(generator: np.random.Generator, count: int, size: int) -> Orders:
    """Return `count` orders of `size` things, (count, size): each thing at each place equally often, to within one."""
    rows: list[Orders] = []
    while len(rows) < count:
        first = generator.permutation(size)
        rows += [np.roll(first, int(shift)) for shift in generator.permutation(size)]  # a Latin square
    found: Orders = generator.permutation(np.stack(rows[:count]))
    return found


@dataclass(frozen=True)
class Share:
    """How often something was preferred among decided votes.

    Args:
        count, decided: votes for it, and all that are counted; at least one.
        chance: the share if nothing but chance decided, 1/2 or 1/3.
        low, high: ends of the two-sided 95 % interval of the share (Clopper and Pearson, 1934).
        p_value: of the exact two-sided binomial test against `chance`.
    """

    count: int
    decided: int
    chance: float
    low: float
    high: float
    p_value: float

    @property
    def value(self) -> float:
        """The share itself, 0 to 1."""
        return self.count / self.decided

    @property
    def side(self) -> int:
        """Where the whole interval lies: 1 above chance, −1 below it, 0 around it: not told from chance."""
        return int(self.low > self.chance) - int(self.high < self.chance)


def share_of(count: int, decided: int, chance: float) -> Share | None:
    """Return the share of `count` among `decided` votes with its exact interval; None without a decided vote."""
    from scipy.stats import binomtest

    if decided == 0:
        return None
    test = binomtest(count, decided, chance)
    interval = test.proportion_ci(CONFIDENCE, method="exact")
    return Share(count, decided, chance, float(interval.low), float(interval.high), float(test.pvalue))


@dataclass(frozen=True)
class Tally:
    """The votes of all rounds that were voted.

    Args:
        wins: how often each codec was preferred to all others of its round, in the order of the codecs.
        ties: rounds in which no difference was seen.
    """

    wins: tuple[int, ...]
    ties: int

    @classmethod
    def of(cls, votes: Sequence[int | None], num_codecs: int) -> "Tally":
        """Return the tally of votes: the index of the codec that was preferred, None for no difference."""
        return cls(tuple(votes.count(codec) for codec in range(num_codecs)), votes.count(None))

    @property
    def rounds(self) -> int:
        """All votes."""
        return sum(self.wins) + self.ties

    @cached_property
    def shares(self) -> tuple[Share | None, ...]:
        """How often each codec was preferred among all decided votes, against one over the number of codecs."""
        return tuple(share_of(count, sum(self.wins), 1 / len(self.wins)) for count in self.wins)

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """All pairs of codecs, of each pair the one with more votes first."""
        pairs = combinations(range(len(self.wins)), 2)
        return [(one, other) if self.wins[one] >= self.wins[other] else (other, one) for one, other in pairs]

    def between(self, one: int, other: int) -> Share | None:
        """Return the share of one codec among the votes for one of two, against 1/2.

        A vote for a third codec says nothing on the order of these two, and is left out.
        """
        return share_of(self.wins[one], self.wins[one] + self.wins[other], 1 / 2)
