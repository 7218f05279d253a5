"""The maps side by side, as far as they are computed, and their means over rings."""

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.heatmap_setting import UNITS, VALUES
from nicviz.codecs import NeuralCodec
from nicviz.metrics import format_value
from nicviz.plots.figures import Series
from nicviz.plots.heatmap import heatmap_figure, ring_figure, ring_means, scale_of
from nicviz.spectra.basis import SIDE
from nicviz.ui.heatmap.choices import HeatmapChoices, choose_cell, chosen_cell
from nicviz.ui.heatmap.work import Map, attend, cancel, go_on
from nicviz.ui.plots import show_figure, show_figure_with_data

TICK = 1.0
_CLICKED = "heatmap-clicked"
_DOT = "display:inline-block;width:.7rem;height:.7rem;border-radius:50%"


def show_maps(maps: Sequence[Map], choices: HeatmapChoices) -> None:
    """Draw the maps, and again every second while they grow; run the page when one has begun and when all are whole."""
    running = any(each.running for each in maps)
    begun = [each.begun for each in maps]

    @st.fragment(run_every=TICK if running else None)
    def body() -> None:
        attend(maps)
        over = running and not any(each.running for each in maps)
        if st.session_state.pop(_CLICKED, False) or over or begun != [each.begun for each in maps]:
            st.rerun()
        _progress(maps)
        _maps(maps, choices)
        _rings(maps, choices)

    body()


def _progress(maps: Sequence[Map]) -> None:
    running = [each for each in maps if each.running]
    stopped = [each for each in maps if each.job is None and each.heatmap.done < each.heatmap.total]
    if running:
        done, total = (sum(getattr(each.heatmap, name) for each in maps) for name in ("done", "total"))
        left = [each.heatmap.seconds_left for each in running]
        known = [seconds for seconds in left if seconds is not None]
        to_go = f"about {_duration(max(known))} to go" if known else "starting"
        bar, button = st.columns([5, 1], vertical_alignment="center")
        bar.progress(done / total, f"{done:,} of {total:,} cells · {to_go}")
        button.button("Cancel", key="cancel-heatmap", on_click=partial(cancel, maps), width="stretch")
    elif stopped:
        text, button = st.columns([5, 1], vertical_alignment="center")
        text.caption("Canceled; what is there stays.")
        button.button("Go on", key="again-heatmap", on_click=go_on, width="stretch")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _maps(maps: Sequence[Map], choices: HeatmapChoices) -> None:
    change = choices.change
    fields = [each.heatmap.values(choices.value, change) for each in maps]
    common = scale_of(fields, change)
    columns = st.columns(max(len(maps), 2))
    for number, (each, field) in enumerate(zip(maps, fields, strict=True)):
        with columns[number]:
            _heading(each)
            if each.problem:
                st.error(each.problem, icon=":material/error:")
                continue
            scale = common if choices.common else scale_of([field], change)
            grid = each.heatmap.grid
            u, v = chosen_cell(grid)
            figure = heatmap_figure(
                field, grid.axis, scale, UNITS[choices.value], (u / SIDE, v / SIDE), rough=_rough(each)
            )
            key = f"heatmap-{number}"
            show_figure(figure, key, on_select=partial(_take_click, key))
            _notes(each, field, choices)


def _rough(each: Map) -> bool:
    """Return whether cells are still to come, so that their neighbors stand in for them."""
    return any(not sweep.whole for sweep in each.heatmap.shown)


def _heading(each: Map) -> None:
    heatmap = each.heatmap
    dot = f"<span style='{_DOT};background:{each.color}'></span>"
    bpp, psnr = heatmap.unperturbed("bpp"), heatmap.unperturbed("psnr")
    kind = " (estimated)" if isinstance(each.codec, NeuralCodec) else ""
    base = "Waiting for its turn" if np.isnan(bpp) else (
        f"Unperturbed: {bpp:.3f} bpp{kind}, {format_value('psnr_db', psnr)} dB"
    )  # fmt: skip
    small = "font-size:.85rem;opacity:.7"
    st.html(f"<div>{dot} <b>{escape(each.title)}</b></div><div style='{small}'>{base}</div>")


def _notes(each: Map, field: NDArray[np.float64], choices: HeatmapChoices) -> None:
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
    if parts:
        st.caption(". ".join(part[0].upper() + part[1:] for part in parts) + ".")


def _take_click(key: str) -> None:
    event: Any = st.session_state.get(key) or {}
    for point in event.get("selection", {}).get("points", []):
        choose_cell(round(point["x"] * SIDE), round(point["y"] * SIDE))
        st.session_state[_CLICKED] = True


def _rings(maps: Sequence[Map], choices: HeatmapChoices) -> None:
    st.subheader("Over rings of equal frequency", anchor=False)
    ready = [each for each in maps if each.heatmap.shown]
    if not ready:
        st.caption("Appears with the first cells.")
        return
    axis = ready[0].heatmap.grid.axis
    value, change = ("psnr", True) if choices.value == "kept" else (choices.value, choices.change)
    left, right = st.columns(2)
    with left:
        series = [Series(each.title, each.color, each.heatmap.values(value, change)) for each in ready]
        title = f"{VALUES[value]}{', change' if change else ''} ({UNITS[value]})"
        show_figure_with_data(ring_figure(series, axis, title, 0.0 if change else None), "heatmap-rings")
    with right:
        kept = [Series(each.title, each.color, each.heatmap.values("kept", False)) for each in ready]
        show_figure_with_data(ring_figure(kept, axis, "share of the wave kept", 0.5), "heatmap-kept")
    sentences = [_half_kept(each, entry.values, axis) for each, entry in zip(ready, kept, strict=True)]
    st.caption(" ".join(sentences))


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
