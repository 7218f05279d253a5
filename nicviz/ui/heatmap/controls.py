"""The choices of the Fourier heatmap page."""

from dataclasses import dataclass

import streamlit as st

from nicviz.analysis.heatmap.setting import NORMS, VALUES, HeatmapSetting
from nicviz.spectra.basis import SIDE, Grid
from nicviz.tasks.settings import SEEDS
from nicviz.ui.kit.choices import choice, choose, chosen
from nicviz.ui.kit.widgets import set_widget

GRID_HELP = (
    "All frequencies up to Nyquist, or the lowest eighth of each axis in steps of 1/512 cycles/pixel, as in the "
    "paper's public code."
)
SIGN_HELP = (
    "The same sign makes a gray wave and the quickest map; the mean over the four sign patterns, which are all there "
    "are, takes four times as long; random signs are those of the paper's public code."
)
GRID_LABELS = {"nyquist": "All (33×33)", "lowest": "Lowest (63×63)"}
VALUE_LABELS = {"psnr": "PSNR, input", "psnr_clean": "PSNR, clean", "bpp": "Rate", "kept": "Wave kept"}
SIGN_LABELS = {"+++": "+++", "mean": "Mean of 4", "random": "Random"}
AS_LABELS = {"change": "Change", "value": "Value"}
SCALES = {"common": "Common", "own": "Each its own"}


@dataclass(frozen=True)
class HeatmapChoices:
    """What is shown, and how.

    Args:
        setting: of the maps.
        value: of `VALUES`.
        change: whether its change from the unperturbed image is shown.
        common: whether all maps have one color scale.
    """

    setting: HeatmapSetting
    value: str
    change: bool
    common: bool


def heatmap_choices() -> HeatmapChoices:
    """Draw the choices, in a row that the page has opened, and return them."""
    value = _segments("Value", "value", VALUE_LABELS, "; ".join(VALUES.values()) + ".")
    shown = "value" if value == "kept" else _segments(
        "Show its", "shown_as", AS_LABELS, "The change from the unperturbed image, or the value itself."
    )  # fmt: skip
    grid = _segments("Frequencies", "grid", GRID_LABELS, GRID_HELP)
    signs = _segments("Signs in R, G, B", "signs", SIGN_LABELS, SIGN_HELP)
    with st.popover("More settings", icon=":material/tune:"):
        norm = st.number_input("L2 norm of the wave", *NORMS, step=1.0, key=choice("norm"), width=180,
                               help="Of each channel, with the image in [0, 1]; the paper takes 4.")  # fmt: skip
        seed = 0
        if signs == "random":
            seed = int(st.number_input("Seed of the signs", *SEEDS, step=1, key=choice("signseed"), width=180))
        scale = _segments("Color scale", "map_scale", SCALES, "One for all codecs, or one for each.")
    return HeatmapChoices(HeatmapSetting(grid, signs, float(norm), seed), value, shown == "change", scale == "common")


def _segments(label: str, name: str, options: dict[str, str], help: str) -> str:
    found = st.segmented_control(label, list(options), format_func=options.__getitem__, required=True, help=help,
                                 key=choice(name))  # fmt: skip
    return str(found)


def chosen_cell(grid: Grid) -> tuple[int, int]:
    """Return (u, v), in cycles per 512 pixels, of the cell that was clicked; a diagonal one before that."""
    if (cell := chosen("cell")) is not None:
        u, v = cell
        reach = grid.reach * grid.step
        if max(abs(u), abs(v)) <= reach and u % grid.step == v % grid.step == 0:
            return u, v
    half = grid.reach // 4 * grid.step
    return half, half


def choose_cell(u: int, v: int) -> None:
    """Remember the cell that was clicked."""
    choose("cell", (u, v))


def cell_by_numbers(grid: Grid) -> None:
    """Draw the choice of the cell as two numbers, for exact values and for those who do not click."""
    with st.popover("Cell by numbers", icon=":material/tune:"):
        reach, step = (each * grid.step / SIDE for each in (grid.reach, 1))
        for name, value in zip("uv", chosen_cell(grid), strict=True):
            set_widget(f"cell-{name}", value / SIDE)
        for name, title in (("u", "Horizontal frequency u"), ("v", "Vertical frequency v")):
            st.number_input(f"{title} (cycles/pixel)", -reach, reach, step=step, format="%.4f", key=f"cell-{name}",
                            on_change=_take_numbers, args=(grid,))  # fmt: skip


def _take_numbers(grid: Grid) -> None:
    u, v = (round(st.session_state[f"cell-{name}"] * SIDE / grid.step) * grid.step for name in "uv")
    choose_cell(u, v)
