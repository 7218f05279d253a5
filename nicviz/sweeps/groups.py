"""Units that a worker does together: of one picture, for about two seconds, so that handing them out costs little."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nicviz.sweeps.plan import Plan

FIRST_SECONDS = 0.2  # about what the first group takes; each later one as much longer


@dataclass(frozen=True)
class Group:
    """Units of one picture that a worker does together: numbers of the plan, ascending."""

    numbers: tuple[int, ...]

    def units(self) -> list["Group"]:
        """Return each unit alone, to find out which of them a worker does not survive."""
        return [Group((number,)) for number in self.numbers]


def groups(plan: Plan, done: NDArray[np.bool_], seconds: float, most: int) -> Iterator[Group]:
    """Yield what is not done in the plan's order, picture by picture; nothing is held but one picture's numbers.

    The first groups are shorter, so that the first results come soon.

    Args:
        plan: whose units they are.
        done: (num_units,), read when a picture's turn comes.
        seconds: about what a group may take; a slower unit is a group of its own.
        most: units in a group.
    """
    limit = FIRST_SECONDS
    for first in range(0, plan.num_units, plan.per_picture):
        begun: list[int] = []
        cost = 0.0
        for number in (first + np.flatnonzero(~done[first : first + plan.per_picture])).tolist():
            more = plan.seconds(number)
            if begun and (cost + more > limit or len(begun) >= most):
                yield Group(tuple(begun))
                begun, cost, limit = [], 0.0, min(seconds, limit + FIRST_SECONDS)
            begun.append(number)
            cost += more
        if begun:
            yield Group(tuple(begun))
