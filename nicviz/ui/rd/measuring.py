"""Curves in the making: points are measured in the background and drawn as they come."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from nicviz.analysis.rd.points import Findings, Plan
from nicviz.analysis.rd.sweep import measure_points
from nicviz.codecs import Codec
from nicviz.codecs.catalog import identity
from nicviz.run.jobs import Signal
from nicviz.store import default_store
from nicviz.tasks.task import Trial
from nicviz.ui.kit.live import Outcome, Work, cancel_lane, compute, jobs, progress_line
from nicviz.ui.kit.picture_sets import Pictures

LANES = {
    "curves": ("rd", "rd-marks"), "corruption": ("rd-severities", "rd-corruptions"), "cross": ("rd",), "speed": ("rd",)
}  # fmt: skip
TICK = 1.0  # seconds between two looks at points that are coming in
DRAWINGS = 12  # of a sweep while it runs
MAX_PROBLEMS = 5


@dataclass(frozen=True)
class Growth:
    """Points that are coming in, or are all there."""

    lane: str
    key: Hashable
    place: dict[str, Findings]
    outcome: Outcome

    @property
    def findings(self) -> Findings:
        """What the job that is running (or ran last) has found."""
        return self.outcome.value if self.outcome.state == "done" else self.place["found"]

    @property
    def running(self) -> bool:
        """Whether more points will come."""
        return self.outcome.state == "pending"

    @property
    def trials(self) -> list[Trial]:
        """The trials found so far; while more come, as of the last of `DRAWINGS` steps: plots of new data flicker."""
        trials = self.findings.trials()
        step = max(1, self.findings.total // DRAWINGS) if self.running else 1
        return trials[: len(trials) - len(trials) % step]


@st.cache_resource(max_entries=32, show_spinner=False)
def _findings(key: Hashable) -> dict[str, Findings]:
    """Return where the sessions of this server find what a job has found so far."""
    return {"found": Findings()}


def grow(lane: str, pictures: Pictures, plan: Plan, codecs: Mapping[str, Codec], patience: float = 0.8) -> Growth:
    """Start to measure what a plan asks for, and return what is there after `patience` seconds."""
    key = (pictures.key, plan, tuple(identity(codecs[ladder.codec]) for ladder in plan.ladders))
    place = _findings(key)

    def run(signal: Signal) -> Findings:
        found = place["found"] = Findings()  # a canceled run may still be writing to the old ones
        return measure_points(pictures.loads(), plan, codecs, found, cancel=signal)

    work = Work(key, "points", run, num_bytes=1000 * len(pictures.settings) * plan.trials_per_picture)
    outcome = compute(lane, [work], patience)[0]
    return Growth(lane, key, place, outcome)


def withdraw_all_but(view: str) -> None:
    """Stop what other views of the page have started."""
    for lane in {lane for lanes in LANES.values() for lane in lanes} - set(LANES[view]):
        compute(lane, [], patience=0)


def live(growths: Sequence[Growth], draw: Callable[[], None], quiet: bool = False) -> None:
    """Draw what is there now, and again every second while more comes in.

    Args:
        growths: drawn from; the first one's progress is shown, and the problems of all.
        draw: draws.
        quiet: leave out progress and problems, which another part of the page shows.
    """
    running = [growth for growth in growths if growth.running]

    @st.fragment(run_every=TICK if running else None)
    def body() -> None:
        place = st.container()  # drawn always, so that what follows keeps its place
        for growth in running:
            job = jobs().find((growth.lane, growth.key))
            if job is None or job.done:
                st.rerun()
            if growth is growths[0] and not quiet:  # the others are few points
                with place:
                    _progress(growth, job.seconds)
        draw()
        for growth in [] if quiet else growths:
            _problems(growth)
        if not quiet and (problem := default_store().last_problem):
            st.warning(f"Points are measured, but not kept. {problem}", icon=":material/hard_drive:")

    body()
    for growth in [] if quiet else growths:
        if not growth.running:
            progress_line(growth.lane)


def _progress(growth: Growth, seconds: float) -> None:
    found = growth.findings
    share = found.done / found.total if found.total else 0.0
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.progress(min(share, 1.0), f"{found.done} of {found.total} points · {seconds:.0f} s")
    right.button("Cancel", key=f"cancel-{growth.lane}", on_click=cancel_lane, args=(growth.lane,), width="stretch")


def _problems(growth: Growth) -> None:
    if growth.outcome.state == "failed":
        st.error(growth.outcome.message, icon=":material/error:")
    problems = growth.findings.problems
    if problems:
        more = f"\n- … and {len(problems) - MAX_PROBLEMS} more" if len(problems) > MAX_PROBLEMS else ""
        listed = "".join(f"\n- {problem}" for problem in problems[:MAX_PROBLEMS])
        st.warning(f"{len(problems)} left out; the rest is shown.{listed}{more}", icon=":material/warning:")
