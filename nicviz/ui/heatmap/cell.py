"""The cell that was clicked: the wave, the image with it, and what each codec makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.heatmap.cells import Figures, figures_from
from nicviz.analysis.heatmap.setting import HeatmapSetting, Square
from nicviz.images import LoadedImage, encode_png
from nicviz.plots.colors import CORRUPTED, ORIGINAL
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.spectra.basis import GRIDS, SIDE, perturbation, perturbed
from nicviz.tasks.compress import Compression, compress
from nicviz.ui.heatmap.controls import cell_by_numbers, chosen_cell
from nicviz.ui.heatmap.making import Map
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.plain import typeset
from nicviz.ui.kit.table import Group, Row, show_table
from nicviz.ui.kit.waiting import compute, progress_line
from nicviz.ui.viewer import Pane, viewer

LANE = "heatmap-cell"
SHOWS = {"pictures": "Reconstructions", "residual": "Residual ×8", "wave": "What came out of the wave ×16"}
_GAINS = {"residual": 8, "wave": 16}
FIGURES = (
    ("PSNR, input (dB)", "psnr", 2, "against image + wave; falls where the codec loses the wave"),
    ("PSNR, clean (dB)", "psnr_clean", 2, "against the image; falls where the codec passes the wave on"),
    ("Rate (bpp)", "bpp", 4, "rises where the codec pays for the wave"),
)
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Through:
    """One codec on the clean square and on the perturbed one, with the figures of both."""

    clean: Compression
    given: Compression
    base: Figures
    figures: Figures


def show_cell(part: Square, maps: Sequence[Map], setting: HeatmapSetting) -> None:
    """Draw the wave of the chosen cell, the perturbed image, and what each codec makes of it.

    Args:
        part: the square of the picture of the shared controls.
        maps: of the codecs.
        setting: grid, norm and signs; of several sign patterns the first one is shown.
    """
    grid = GRIDS[setting.grid]
    u, v = chosen_cell(grid)
    st.subheader(typeset(f"One cell: u {u / SIDE:.4f}, v {v / SIDE:.4f} cycles/pixel"), anchor=False)
    wave = perturbation(u, v, setting.norm)
    pattern = setting.patterns(0)[0]
    signs = pattern.table(len(grid.frequencies))[grid.cells[v // grid.step + grid.reach, u // grid.step + grid.reach]]
    given = LoadedImage(f"{part.image.name} with a wave", perturbed(part.image.pixels, wave, tuple(signs)))
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = st.segmented_control(
            "Show", list(SHOWS), format_func=SHOWS.__getitem__, required=True, label_visibility="collapsed",
            key=choice("cellshow"),
        )  # fmt: skip
        cell_by_numbers(grid)
    begun = [each for each in maps if each.begun]  # show_maps runs the page again when another one has
    works = [
        Work((part.image.sha256, given.sha256, each.key), each.title, partial(_through, part.image, given, each))
        for each in begun
    ]
    found = {each.key: outcome for each, outcome in zip(begun, compute(LANE, works), strict=True)}
    outcomes = [found.get(each.key, Live("wanted")) for each in maps]
    label = "".join("+" if sign > 0 else "−" for sign in signs)
    panes = [
        Pane("wave", "Wave", _wave_png(wave), f"±{np.abs(wave).max()} levels"),
        Pane("given", "Image + wave", encode_png(given.pixels), f"signs {label} in R, G, B", color=CORRUPTED),
    ]
    for number, (each, outcome) in enumerate(zip(maps, outcomes, strict=True), start=1):
        panes.append(_pane(f"codec-{number}", each, outcome, given.pixels, shown or "pictures"))
    viewer(panes, key="heatmap-viewer", references=["given"])
    progress_line(LANE)
    _table([(each, outcome.value) for each, outcome in zip(maps, outcomes, strict=True) if outcome.done])
    st.caption(
        "**Click a cell** of a map to see another one. The wave is drawn at full contrast. The figures are of the real "
        f"bitstream and of signs {label}; the map may be a mean."
    )


def _through(clean: LoadedImage, given: LoadedImage, each: Map, signal: Signal) -> Through:
    before, after = (
        compress(image, each.codec, each.quality, exact=False, cancel=signal) for image in (clean, given)
    )  # fmt: skip
    return Through(
        before,
        after,
        figures_from(clean.pixels, clean.pixels, before.pixels(), before.bpp),
        figures_from(given.pixels, clean.pixels, after.pixels(), after.bpp),
    )


def _pane(name: str, each: Map, outcome: Live[Through], given: Pixels, shown: str) -> Pane:
    if not outcome.done:
        status = "Compressing…" if outcome.pending else outcome.message
        return Pane(name, each.title, None, status=status, color=each.color, failed=not outcome.pending)
    through = outcome.value
    caption = "" if np.isnan(through.figures.kept) else typeset(f"wave kept: {through.figures.kept:.2f}")
    if shown == "pictures":
        return Pane(name, each.title, through.given.png, caption, color=each.color)
    before = given if shown == "residual" else through.clean.pixels()
    difference = through.given.pixels().astype(np.int16) - before
    gray = np.clip(128 + _GAINS[shown] * difference, 0, 255).astype(np.uint8)
    return Pane(name, each.title, encode_png(gray), caption, color=each.color)


def _table(done: Sequence[tuple[Map, Through]]) -> None:
    if not done:
        return
    kept = ["–" if np.isnan(through.figures.kept) else f"{through.figures.kept:.2f}" for _, through in done]
    rows: list[Row | Group] = [
        Row("Wave kept", kept, help="the share of it in the reconstruction: 1 is passed on, 0 is removed"),
        Group("With the wave (and the change that it makes)"),
    ]
    for label, name, digits, about in FIGURES:
        values = [(getattr(through.figures, name), getattr(through.base, name)) for _, through in done]
        texts = [f"{_number(after, digits)} ({_number(after - before, digits, '+')})" for after, before in values]
        rows.append(Row(label, texts, help=about))
    show_table([(each.title, each.color) for each, _ in done], rows)


def _number(value: float, digits: int, sign: str = "") -> str:
    return f"{value:{sign}.{digits}f}" if np.isfinite(value) else "∞" if value == np.inf else "–"


def _wave_png(wave: NDArray[np.int16]) -> bytes:
    return encode_png((128 + np.round(127.0 * wave / max(1, int(np.abs(wave).max())))).astype(np.uint8))


def show_square(part: Square) -> None:
    """Say which part of the picture is perturbed; a click shows it."""
    with st.popover(part.sentence, icon=":material/crop:", type="tertiary"):
        viewer([Pane("square", "The square", encode_png(part.image.pixels), part.sentence, color=ORIGINAL)],
               key="heatmap-square", references=[], height=420)  # fmt: skip
