"""Which run is looked at, and its figures as arrays, read in the background."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import streamlit as st

from nicviz.environment import RUNS
from nicviz.errors import NicvizError
from nicviz.memory import Recent
from nicviz.robustness.cube import Cube, read_cube
from nicviz.robustness.runs import KnownRun, find_runs, run_in
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.ui.kit.choices import choice, choose
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.plain_shell import show_command
from nicviz.ui.kit.waiting import compute

T = TypeVar("T")
NEW_RUN = (
    "python -m nicviz sweep photographs --codec jpeg2000 --codec jpeg --codec compact-hyperprior "
    "--corruption all --severity 1,3,5 --into runs/photographs"
)
_OWN = "robust-own-run"  # a folder that the user named; of this session, never of a link
_cubes: Recent[Cube] = Recent(1 << 30)  # shared by all sessions; the newest stays whatever its size


def _num_bytes(cube: Cube) -> int:
    return sum(column.nbytes for column in cube.columns.values())


@dataclass(frozen=True)
class Opened:
    """A run that is open, with its figures as they stand."""

    known: KnownRun
    stamp: Hashable

    @property
    def cube(self) -> Cube:
        """Its figures; at hand unless several large runs are looked at."""
        return _cubes.get(self.key(), lambda: read_cube(self.known.open()), _num_bytes)

    def key(self, *what: Hashable) -> Hashable:
        """Return what tells work on this run, as it stands, from other work."""
        return (str(self.known.folder), self.stamp, *what)


def run_control() -> KnownRun:
    """Draw the choice of a run, the newest of the user's first, and return it."""
    runs, problem = find_runs()
    own: str | None = st.session_state.get(_OWN)
    if own is not None:
        try:
            runs = [run_in(Path(own)), *runs]
        except NicvizError as error:
            st.warning(plain_text(str(error)))
    by_name = {run.name: run for run in reversed(runs)}
    names = list(dict.fromkeys(run.name for run in runs))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox("Run", names, key=choice("run", names, names[0]), width=260,
                            format_func=lambda each: _title(by_name[each]))  # fmt: skip
        with st.popover("Runs", icon=":material/folder_open:"):
            _about_runs(problem)
    run = by_name[str(name)]
    if run.is_example:
        _about_example(len(runs) == 1)
    return run


def _title(run: KnownRun) -> str:
    return "Example (comes with nicviz)" if run.is_example else run.name


def _about_runs(problem: str | None) -> None:
    """Say what a run is and how one is made, and take the folder of another one."""
    st.markdown(
        "**A run** is a folder that `sweep` writes: every picture of a set, clean and under every corruption, through "
        "every codec at every quality, a row a unit. It goes on where it was stopped, and can be looked at here while "
        f"it grows. Runs in the folder of `{RUNS.name}` are offered, the newest first."
    )
    if problem:
        st.caption(plain_text(problem))
    show_command(NEW_RUN)
    with st.form("robust-folder", border=False):
        folder = st.text_input("Folder of a run on the server", placeholder="runs/kodak-c")
        if st.form_submit_button("Open", icon=":material/folder_open:") and folder.strip():
            try:
                found = run_in(Path(folder.strip()))
            except NicvizError as error:
                st.error(plain_text(str(error)))
            else:
                st.session_state[_OWN] = str(found.folder)
                choose("run", found.name)
                st.rerun()


def _about_example(alone: bool) -> None:
    first = f"No run of yours was found (`{RUNS.name}` names a folder of runs; see *Runs*). " if alone else ""
    st.caption(
        f":material/info: {first}This is the example: ten sample photographs, the longer side scaled to 320 pixels, "
        "clean and under 15 corruptions at severity 3, measured with the `sweep` command. Small pictures and few: its "
        "intervals are wide, and it speaks for nothing but these photographs."
    )


def open_run(known: KnownRun) -> Live[Opened]:
    """Return the figures of a run, read in the background, anew when its files have changed."""
    stamp = known.stamp
    return compute("robust-run", [Work((str(known.folder), stamp), known.name, partial(_read, known, stamp))])[0]


def _read(known: KnownRun, stamp: Hashable, signal: Signal) -> Opened:
    del signal
    opened = Opened(known, stamp)
    _ = opened.cube
    return opened


def made(lane: str, opened: Opened, what: Hashable, label: str, make: Callable[[Signal], T]) -> Live[T]:
    """Return how work on a run stands."""
    pictures, conditions, _ = opened.cube.shape
    return compute(lane, [Work(opened.key(lane, what), label, make, 8 * pictures * conditions)])[0]


def say_of_run(opened: Opened) -> bool:
    """Say what the run has, and what failed or is still to come; return whether there is something to show."""
    cube = opened.cube
    total = cube.shape[0] * cube.shape[1] * cube.shape[2]
    corruptions = len({each.name for each in cube.conditions if each is not None})
    counts = ((cube.shape[0], "picture"), (corruptions, "corruption"), (len(cube.codecs), "codec"))
    parts = [", ".join(f"{count:,} {what}{'s' * (count != 1)}" for count, what in counts)]
    if cube.num_done < total:
        parts.append(f"{cube.num_done:,} of {total:,} units done; what is missing is left out")
    if cube.num_failed:
        parts.append(f"{cube.num_failed:,} failed and left out (see `failures.log`)")
    st.caption(" · ".join(parts))
    if not cube.num_done or cube.clean is None:
        st.info("No unit of this run is done yet." if cube.clean is not None else "This run has no clean pictures.",
                icon=":material/hourglass:")  # fmt: skip
        return False
    return True
