"""Curves in the making: points are measured in the background and drawn as they come."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from nicviz.analysis.rd.points import Findings, Load, Plan
from nicviz.analysis.rd.sweep import measure_points
from nicviz.codecs import Codec
from nicviz.codecs.catalog import identity
from nicviz.run.live import Live
from nicviz.run.work import Growth, Progress, Signal
from nicviz.store import default_store
from nicviz.tasks.task import Trial
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.kit.waiting import compute, follow

LANE = "rd"  # of every view of the page, so that what one has started ends with the choice of another
MARKS = "rd-marks"
DRAWINGS = 12  # of a sweep while it runs
MAX_PROBLEMS = 5
POINT_BYTES = 1000


@dataclass(frozen=True)
class Growing:
    """Trials that are coming in, or are all there."""

    live: Live[Findings]

    @property
    def findings(self) -> Findings:
        """What has been found so far."""
        return self.live.value

    @property
    def running(self) -> bool:
        """Whether more points will come."""
        return self.live.pending

    @property
    def trials(self) -> list[Trial]:
        """The trials found so far; while more come, as of the last of `DRAWINGS` steps: plots of new data flicker."""
        trials = self.findings.trials()
        step = max(1, self.findings.total // DRAWINGS) if self.running else 1
        return trials[: max(len(trials) - len(trials) % step, self.findings.earlier)]


def grow(lane: str, pictures: Pictures, plan: Plan, codecs: Mapping[str, Codec], patience: float = 0.8) -> Growing:
    """Start to measure what a plan asks for, and return what is there after `patience` seconds."""
    key = (pictures.key, plan, tuple(identity(codecs[ladder.codec]) for ladder in plan.ladders))
    num_bytes = POINT_BYTES * len(pictures.settings) * plan.trials_per_picture
    fill = partial(_fill, pictures.loads(), plan, codecs)
    return Growing(compute(lane, [Growth(key, "points", Findings, fill, _progress, num_bytes)], patience)[0])


def _fill(
    loads: Sequence[Load], plan: Plan, codecs: Mapping[str, Codec], found: Findings, signal: Signal
) -> None:  # fmt: skip
    measure_points(loads, plan, codecs, found, cancel=signal)
    found.settle()


def _progress(found: Findings) -> Progress:
    return Progress(found.done, found.total, "points")


def show_growing(
    growing: Sequence[Growing],
    draw: Callable[..., None],
    quiet: bool = False,
    again: Callable[[], bool] = lambda: False,
) -> None:
    """Draw what is there now, and again every second while more comes in.

    Args:
        growing: drawn from; the first one's progress is shown, and the problems of all.
        draw: draws; called with them as they stand then.
        quiet: leave out progress and problems, which another part of the page shows.
        again: returns whether the page is to run again for another reason than that one has come to its end.
    """

    def body(lives: Sequence[Live[Any]]) -> None:
        draw(*map(Growing, lives))
        if not quiet:
            for live in lives:
                _problems(live)
            if problem := default_store().last_problem:
                st.warning(f"Points are measured, but not kept. {problem}", icon=":material/hard_drive:")

    follow([each.live for each in growing], body, None if quiet else LANE, lambda now: again())  # marks are few


def _problems(live: Live[Findings]) -> None:
    if live.state == "failed":
        st.error(live.message, icon=":material/error:")
    problems = live.value.problems
    if problems:
        more = f"\n- … and {len(problems) - MAX_PROBLEMS} more" if len(problems) > MAX_PROBLEMS else ""
        listed = "".join(f"\n- {problem}" for problem in problems[:MAX_PROBLEMS])
        st.warning(f"{len(problems)} left out; the rest is shown.{listed}{more}", icon=":material/warning:")
