"""Units that a worker does together, so that handing them out costs little, and what is left to be handed out.

Most workers get units of one picture, for about two seconds: what a picture costs is paid once. A worker with a GPU
gets units of one network over many pictures: a model is loaded once.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs import NeuralCodec, resolve
from nicviz.errors import NicvizError
from nicviz.sweeps.plan import Plan, Step

FIRST_SECONDS = 0.2  # about what the first group takes; each later one as much longer
OF_A_MODEL = 32  # units of one network in a batch: seconds on a GPU


@dataclass(frozen=True)
class Group:
    """Units that a worker does together: numbers of the plan, ascending."""

    numbers: tuple[int, ...]

    def units(self) -> list["Group"]:
        """Return each unit alone, to find out which of them a worker does not survive."""
        return [Group((number,)) for number in self.numbers]


def groups(
    plan: Plan, done: NDArray[np.bool_], seconds: float, most: int, leave_out: Collection[int] = (),
    share: Callable[[], float] = lambda: inf,
) -> Iterator[Group]:  # fmt: skip
    """Yield what is not done in the plan's order, picture by picture; nothing is held but one picture's numbers.

    The first groups are shorter, so that the first results come soon.

    Args:
        plan: whose units they are.
        done: (num_units,), read when a picture's turn comes.
        seconds: about what a group may take; a slower unit is a group of its own.
        most: units in a group.
        leave_out: places of steps whose units are left out.
        share: seconds that a group may take by what is left now, so that all workers end at about the same time.
    """
    limit = FIRST_SECONDS
    wanted = np.ones((len(plan.conditions), len(plan.steps)), np.bool_)
    wanted[:, list(leave_out)] = False
    for first in range(0, plan.num_units, plan.per_picture):
        begun: list[int] = []
        cost = 0.0
        for number in (first + np.flatnonzero(~done[first : first + plan.per_picture] & wanted.ravel())).tolist():
            more = plan.seconds(number)
            if begun and (cost + more > min(limit, max(FIRST_SECONDS, share())) or len(begun) >= most):
                yield Group(tuple(begun))
                begun, cost, limit = [], 0.0, min(seconds, limit + FIRST_SECONDS)
            begun.append(number)
            cost += more
        if begun:
            yield Group(tuple(begun))


def batches(plan: Plan, done: NDArray[np.bool_], steps: Collection[int], most: int = OF_A_MODEL) -> Iterator[Group]:
    """Yield what is not done of steps, step by step over all pictures, at most so many units at a time."""
    for step in steps:
        of_step = done[step :: len(plan.steps)]  # a view
        for first in range(0, len(of_step), most):
            places = first + np.flatnonzero(~of_step[first : first + most])
            if len(places):
                yield Group(tuple((step + places * len(plan.steps)).tolist()))


class Todo:
    """What is left of a plan, each unit handed out once.

    Args:
        plan, done: as for `groups`; what is done later does not matter.
        seconds, most: of a group.

    Attributes:
        threads: among which the work is shared, as far as that is known.
    """

    def __init__(self, plan: Plan, done: NDArray[np.bool_], seconds: float, most: int) -> None:
        self._plan, self._seconds, self._most = plan, seconds, most
        self._handed = done.copy()
        self._left = int(done.size - done.sum())
        self.threads = 1
        self.keep_for_gpus(())

    def keep_for_gpus(self, steps: Collection[int]) -> None:
        """From now on hand out the units of these steps by model, to workers with a GPU; the rest by picture."""
        self._by_picture = groups(self._plan, self._handed, self._seconds, self._most, steps, self._share)
        self._by_model = batches(self._plan, self._handed, steps)

    def next(self, by_model: bool = False) -> Group | None:
        """Return the next units that belong together; None where there are none."""
        found = next(self._by_model if by_model else self._by_picture, None)
        if found is not None:
            self._handed[list(found.numbers)] = True
            self._left -= len(found.numbers)
        return found

    def _share(self) -> float:
        return self._left * self._plan.mean_seconds / (2 * self.threads)


def networks(plan: Plan) -> list[int]:
    """Return the places of the steps that are networks; one whose codec is not on this machine is taken for none."""
    return [place for place, step in enumerate(plan.steps) if _is_network(step)]


def _is_network(step: Step) -> bool:
    try:
        return isinstance(resolve(step.codec), NeuralCodec)
    except NicvizError:
        return False
