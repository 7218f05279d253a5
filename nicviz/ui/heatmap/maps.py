"""The maps side by side, as far as they are computed, and their means over rings."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.heatmap.cells import is_estimated
from nicviz.analysis.heatmap.map import Heatmap
from nicviz.analysis.heatmap.setting import UNITS, VALUES
from nicviz.metrics import format_value
from nicviz.plots.figures import Series
from nicviz.plots.heatmap import filled, ring_figure, ring_means, scale_of
from nicviz.run.live import Live
from nicviz.spectra.basis import GRIDS
from nicviz.ui.heatmap.controls import HeatmapChoices, choose_cell, chosen_cell
from nicviz.ui.heatmap.making import LANE, Map
from nicviz.ui.kit.figures import show_figure_with_data
from nicviz.ui.kit.waiting import follow
from nicviz.ui.plane.cells import CellsPane, cells_component

Field = NDArray[np.float64]
_CLICKED, _RINGS = "heatmap-clicked", "heatmap-rings-shown"


def show_maps(maps: Sequence[Map], choices: HeatmapChoices) -> None:
    """Draw the maps, and again every second while they grow; run the page when one has begun and when one is whole."""
    begun = [each.begun for each in maps]

    def as_of(lives: Sequence[Live[Heatmap]]) -> list[Map]:
        return [replace(each, live=live) for each, live in zip(maps, lives, strict=True)]

    def again(lives: Sequence[Live[Heatmap]]) -> bool:
        return bool(st.session_state.pop(_CLICKED, False)) or begun != [each.begun for each in as_of(lives)]

    def draw(lives: Sequence[Live[Heatmap]]) -> None:
        _maps(as_of(lives), choices)
        _rings(as_of(lives), choices)

    follow([each.live for each in maps], draw, LANE, again)


def _maps(maps: Sequence[Map], choices: HeatmapChoices) -> None:
    grid = GRIDS[choices.setting.grid]
    change = choices.change
    fields = [each.heatmap.values(choices.value, change) for each in maps]
    common = scale_of(fields, change)
    for problem in dict.fromkeys(each.problem for each in maps if each.problem):
        st.error(problem, icon=":material/error:")
    panes = [
        CellsPane(
            f"map-{number}", each.title, _unperturbed(each), each.color,
            field=_field(each, field), scale=common if choices.common else scale_of([field], change),
            note=_notes(each, choices), status=each.problem or "waiting for its turn", failed=bool(each.problem),
        )
        for number, (each, field) in enumerate(zip(maps, fields, strict=True))
    ]  # fmt: skip
    unit = UNITS[choices.value]
    u, v = (each // grid.step for each in chosen_cell(grid))
    cells_component(panes, grid.axis, unit, 3 if unit == "dB" else 4, (u, v), key="heatmap",
                    on_cell=partial(_take_cell, grid.step))  # fmt: skip


def _field(each: Map, field: Field) -> Field | None:
    """Return what is drawn: neighbors stand in for cells that are still to come; None before the first."""
    if not each.heatmap.shown or each.problem:
        return None
    return filled(field) if _rough(each) else field


def _rough(each: Map) -> bool:
    return any(not sweep.whole for sweep in each.heatmap.shown)


def _unperturbed(each: Map) -> str:
    heatmap = each.heatmap
    bpp, psnr = heatmap.unperturbed("bpp"), heatmap.unperturbed("psnr")
    if np.isnan(bpp):
        return ""
    kind = " (estimated)" if is_estimated(each.codec) else ""
    return f"Unperturbed: {bpp:.3f} bpp{kind}, {format_value('psnr_db', psnr)} dB"


def _notes(each: Map, choices: HeatmapChoices) -> str:
    heatmap = each.heatmap
    parts = []
    shown = heatmap.shown
    if shown and len(heatmap.sweeps) > 1:
        whole = sum(sweep.whole for sweep in heatmap.sweeps)
        if whole < len(heatmap.sweeps):
            label = f"signs {shown[0].pattern.label}" if len(shown) == 1 else f"{len(shown)} of them"
            parts.append(f"{whole} of {len(heatmap.sweeps)} sweeps (images × signs) are whole; shown: {label}")
    if _rough(each):
        sweep = shown[0]
        parts.append(f"{int(sweep.done.sum()):,} of {len(sweep.done):,} cells, the others show their neighbor")
    failed = heatmap.failures
    if failed:
        u, v, message = failed[0]
        parts.append(f"⚠ {len(failed)} cells failed and stay empty, the first at u {u}, v {v}: {message}")
    if choices.value in {"psnr", "psnr_clean"}:
        infinite = heatmap.num_infinite(choices.value)
        if infinite:
            parts.append(f"{infinite} cells are reproduced exactly (∞ dB)")
        if choices.change and np.isinf(heatmap.unperturbed(choices.value)):
            parts.append("the unperturbed image is reproduced exactly, so that there is no change to show: look at "
                         "the value")  # fmt: skip
    return "".join(f"{part[0].upper()}{part[1:]}. " for part in parts).strip()


def _take_cell(step: int, u: int, v: int) -> None:
    choose_cell(u * step, v * step)
    st.session_state[_CLICKED] = True


def _rings(maps: Sequence[Map], choices: HeatmapChoices) -> None:
    st.subheader("Over rings of equal frequency", anchor=False)
    ready = [each for each in maps if each.heatmap.shown]
    if not ready:
        st.caption("Appears with the first cells.")
        return
    axis = ready[0].heatmap.grid.axis
    value, change = ("psnr", True) if choices.value == "kept" else (choices.value, choices.change)
    fields, shares = _as_of_the_last_doubling(ready, value, change)
    left, right = st.columns(2)
    with left:
        series = [Series(each.title, each.color, field) for each, field in zip(ready, fields, strict=True)]
        title = f"{VALUES[value]}{', change' if change else ''} ({UNITS[value]})"
        show_figure_with_data(ring_figure(series, axis, title, 0.0 if change else None), "heatmap-rings")
    with right:
        kept = [Series(each.title, each.color, share) for each, share in zip(ready, shares, strict=True)]
        show_figure_with_data(ring_figure(kept, axis, "share of the wave kept", 0.5), "heatmap-kept")
    sentences = [_half_kept(each, share, axis) for each, share in zip(ready, shares, strict=True)]
    st.caption(" ".join(sentences))


def _as_of_the_last_doubling(maps: Sequence[Map], value: str, change: bool) -> tuple[list[Field], list[Field]]:
    """Return the maps of a value, and of what is kept of the wave, as of the last doubling of cells or end of a sweep.

    Plotly draws a chart that changes from nothing; so the curves change a few times and do not blink every second.
    """
    counts = [each.heatmap.done.bit_length() if each.running else -each.heatmap.done for each in maps]
    now = ([(each.key, len(each.heatmap.shown)) for each in maps], counts, value, change)
    if st.session_state.get(_RINGS, (None,))[0] != now:
        fields = [each.heatmap.values(value, change) for each in maps]
        st.session_state[_RINGS] = (now, (fields, [each.heatmap.values("kept", False) for each in maps]))
    found: tuple[list[Field], list[Field]] = st.session_state[_RINGS][1]
    return found


def _half_kept(each: Map, kept: NDArray[np.float64], axis: NDArray[np.float64]) -> str:
    """Return, in a sentence, up to which frequency more than half of the wave comes out."""
    radius, mean = ring_means(kept, axis)
    known = np.isfinite(mean)
    radius, mean = radius[known], mean[known]
    below = np.flatnonzero(mean < 0.5)
    if not len(mean):
        return ""
    if not len(below):
        return f"**{each.title}** keeps more than half of the wave in every ring of this grid."
    if below[0] == 0:
        return f"**{each.title}** keeps less than half of the wave from zero frequency on."
    k = below[0]
    at = radius[k - 1] + (mean[k - 1] - 0.5) / (mean[k - 1] - mean[k]) * (radius[k] - radius[k - 1])
    return f"**{each.title}** keeps more than half of the wave up to {at:.3f} cycles/pixel."
