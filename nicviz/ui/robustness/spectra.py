"""Mean spectra of the codecs' errors under a corruption, and their radial profiles with bands."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import streamlit as st

from nicviz.plots.robustness import Banded, banded_figure
from nicviz.robustness.bootstrap import Means
from nicviz.robustness.curves import radial_means
from nicviz.robustness.matrix import CLEAN, rows_of
from nicviz.robustness.operating import nearest_step
from nicviz.spectra.part import Part
from nicviz.spectra.radial import CORNER
from nicviz.spectra.summary import whole_plane
from nicviz.sweeps.columns import NUM_RINGS
from nicviz.sweeps.plan import condition_identity
from nicviz.sweeps.sums import SpectrumSum, SumKey
from nicviz.tasks.task import Kind
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.plane import PlanePane, common_scale, planes_component
from nicviz.ui.robustness.controls import Conditions, color_of, corruption_control, title_of
from nicviz.ui.robustness.loading import Opened, made

KINDS = {"G": "G: against its input", "R": "R: against the clean image"}
TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 0.7)


def show_spectra(opened: Opened, conditions: Conditions) -> list[dict[str, Any]]:
    """Draw planes and profiles of each codec at the quality nearest to the rate; return the profiles as rows."""
    cube = opened.cube
    row, kind = _controls(opened, conditions)
    place = cube.clean if row == CLEAN else cube.corrupted(conditions.severity)[row]
    if place is None:
        st.caption("The run has no clean pictures.")
        return []
    lossy = [name for name in cube.codecs if cube.has_quality(name) or kind == "R"]
    steps = {name: nearest_step(cube, name, conditions.target) for name in lossy}
    sums = made("robust-sums", opened, "sums", "spectra", lambda signal: opened.known.open().mean_spectra())
    what = (kind, place, tuple(steps.values()))
    rings = made("robust-rings", opened, what, "profiles",
                 lambda signal: radial_means(opened.known.open(), cube, kind, place, list(steps.values())))  # fmt: skip
    progress_line("robust-sums")
    progress_line("robust-rings")
    if sums.done:
        _planes(opened, steps, place, kind, sums.value)
    return _profiles(opened, steps, kind, row, rings.value) if rings.done else []


def _controls(opened: Opened, conditions: Conditions) -> tuple[str, Kind]:
    rows = list(rows_of(opened.cube, conditions.severity))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        row = corruption_control(rows)
        if row == CLEAN:
            st.caption("D: the error on the clean picture")
            return row, "D"
        kind = st.segmented_control("Error", list(KINDS), format_func=KINDS.__getitem__, required=True,
                                    key=choice("robust_kind"))  # fmt: skip
    return row, cast(Kind, str(kind))


def _planes(
    opened: Opened, steps: Mapping[str, int], place: int, kind: Kind, sums: Mapping[SumKey, SpectrumSum]
) -> None:
    cube = opened.cube
    identity = condition_identity(cube.conditions[place])
    panes, missing = [], []
    for codec, nearest in steps.items():
        keys = {step: SumKey(codec, cube.steps[step].setting, *identity, kind) for step in cube.steps_of(codec)}
        kept = [step for step, key in keys.items() if key in sums]
        if not kept:
            missing.append(title_of(codec))
            continue
        order = cube.steps_of(codec)
        step = min(kept, key=lambda each: abs(order.index(each) - order.index(nearest)))
        key = keys[step]
        plane = np.maximum(whole_plane(sums[key].mean()), 0)
        bpp = cube["bpp"][:, place, step]
        caption = f"mean {plane.mean():.4g} levels² · {np.nanmean(bpp):.2f} bpp · {sums[key].num_images} pictures"
        panes.append(PlanePane(codec, f"{kind}: {title_of(codec)}", plane, caption, color_of(codec)))
    if panes:
        shown = [pane.power for pane in panes if pane.power is not None and pane.power.any()]
        planes_component(panes, common_scale(shown, "log"), "levels²", Part(), key="robust-planes")  # fmt: skip
        st.caption(
            "64×64 cells over all frequencies, zero in the middle, one logarithmic scale for all; means over the run's "
            "pictures. Each codec at the measured quality nearest to the rate that the run has spectra of."
        )
    if missing:
        st.caption(f":material/warning: The run holds no spectra of {', '.join(missing)} here (pictures under 64 "
                   "pixels a side or over 16 megapixels have none).")  # fmt: skip


def _profiles(
    opened: Opened, steps: Mapping[str, int], kind: Kind, row: str, means: Mapping[int, Means]
) -> list[dict[str, Any]]:
    frequency = (np.arange(NUM_RINGS) + 0.5) / NUM_RINGS * CORNER
    lines, rows = [], []
    for codec, step in steps.items():
        if step not in means:
            continue
        found = means[step]
        lines.append(Banded(title_of(codec), color_of(codec), frequency, found.value, found.low, found.high))
        rows += [
            {"condition": row, "kind": kind, "codec": codec, "setting": opened.cube.steps[step].setting,
             "frequency": float(frequency[k]), "power": float(found.value[k]), "low": float(found.low[k]),
             "high": float(found.high[k]), "num_images": int(found.count[k])}
            for k in range(NUM_RINGS)
        ]  # fmt: skip
    if lines:
        figure = banded_figure(lines, "spatial frequency |f| (cycles/pixel)", f"{kind} (levels²)", log_x=True,
                               log_y=True, height=420)  # fmt: skip
        figure.update_xaxes(tickvals=TICKS, ticktext=[f"{tick:g}" for tick in TICKS])
        show_figure(figure, "robust-profiles")
        st.caption("Mean over 16 rings of equal frequency, then over pictures, with 95 % bootstrap bands.")
    return rows
