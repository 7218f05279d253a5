"""The Compare page's error maps: where in the picture each codec errs, all on one scale."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.compare import Compared
from nicviz.color import delta_e00, srgb_to_lab
from nicviz.images import LoadedImage
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.waiting import each_done, progress_line
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.shell.panes import maps_on_one_scale
from nicviz.ui.viewer import Pane

MAPS = {"pictures": "Pictures", "delta_e00": "ΔE00 map", "absolute": "Error map"}
UNITS = {"delta_e00": "ΔE00", "absolute": "levels"}
Field = NDArray[np.float32]


def map_panes(inputs: Inputs, panes: Sequence[Pane], compared: Sequence[Live[Compared]], kind: str) -> list[Pane]:
    """Return `panes` with each reconstruction replaced by its error map, all on one scale, and draw the legend."""
    reference = "input"
    if inputs.corrupted:
        key = choice("against")
        reference = st.segmented_control("Error against", ["input", "original"], required=True, key=key) or reference
    fields = error_fields(inputs, compared, kind, reference)
    progress_line("maps")
    return maps_on_one_scale(panes, fields, kind, UNITS[kind], "error", st)


def error_fields(inputs: Inputs, compared: Sequence[Live[Compared]], kind: str, reference: str) -> list[Live[Field]]:
    """Return how the error of each codec at each pixel, (H, W) float32, stands.

    Args:
        inputs: the pictures.
        compared: from `compress_all`.
        kind: "delta_e00", or "absolute" (mean over R, G, B of |error| in 8-bit levels).
        reference: "input" or "original".
    """
    against = inputs.original if reference == "original" else inputs.source

    def work(done: Compared) -> Work[Field]:
        key = (kind, against.sha256, done.compression.key)
        run = partial(_field, against, done, kind)
        return Work(key, done.compression.setting, run, 4 * against.pixels.size // 3)

    return each_done("maps", compared, work, patience=1.5)


def _field(against: LoadedImage, compared: Compared, kind: str, signal: Signal) -> Field:
    image = compared.compression.pixels()
    if kind == "delta_e00":
        return delta_e00(srgb_to_lab(against.pixels), srgb_to_lab(image)).astype(np.float32)
    field: Field = np.abs(image.astype(np.int16) - against.pixels).mean(axis=2, dtype=np.float32)
    return field
