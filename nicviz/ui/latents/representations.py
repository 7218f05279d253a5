"""The representations of a model with several hyper-latents beside each other, as Hu et al. show theirs."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.latents.bits import ranking
from nicviz.analysis.latents.levels import Level
from nicviz.analysis.latents.look import Look
from nicviz.plots.maps import symmetric_map
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.latents.controls import Inside
from nicviz.ui.latents.painted import painted
from nicviz.ui.viewer import Pane, viewer

RESIDUAL_REACH = 4.0  # scales
_HEIGHT = 460


def show_levels(inside: Inside, found: Look, known: Mapping[str, Level]) -> None:
    """Draw, of each latent, the channel with the most bits and what is left of it, and what each costs.

    Nothing is drawn of a model with one hyper-latent or none: there is nothing to compare.

    Args:
        inside: the codec.
        found: the look.
        known: its latents by key, from the main one to the coarsest.
    """
    if len(known) < 3:
        return
    height, width = next(iter(known.values())).values.shape[1:]
    first = {key: int(ranking(level.values, level.bits, "bits")[0]) for key, level in known.items()}
    panes = [_pane(inside, found, level, first[key], (height, width)) for key, level in known.items()]
    for key, level in known.items():
        residual = level.residual(first[key])
        if residual is not None:
            values = _enlarged(residual, (height, width))
            png = painted(found, ("left", key, first[key]), partial(symmetric_map, values, RESIDUAL_REACH))
            panes.append(Pane(f"left-{key}", level.form, png, "what the prediction leaves"))
    viewer(panes, key="latents-levels", references=[], height=_HEIGHT)
    st.caption(
        "Of each representation the channel that takes the most bits, drawn at the size of the main one: what is "
        "coded, and what is left of it when its prediction from the coarser one is taken away (−4 to 4 scales). The "
        "coarse one is coded without a prediction."
    )
    _table(inside, known)


def _pane(inside: Inside, found: Look, level: Level, channel: int, size: tuple[int, int]) -> Pane:
    values = _enlarged(level.values[channel], size)
    reach = float(np.abs(values).max()) or 1.0
    png = painted(found, ("level", level.key, channel), partial(symmetric_map, values, reach))
    title, bits = f"{level.symbol}, channel {channel}", f"{level.bits[channel].sum():,.0f} bits"
    return Pane(f"level-{level.key}", title, png, bits, color=inside.color)


def _enlarged(values: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """Return a channel at the size of a finer one, each element a square."""
    down, right = size[0] // values.shape[0], size[1] // values.shape[1]
    return values.repeat(down, axis=0).repeat(right, axis=1)


def _table(inside: Inside, known: Mapping[str, Level]) -> None:
    whole = sum(float(level.bits.sum()) for level in known.values())
    rows = []
    for level in known.values():
        channels, height, width = level.values.shape
        bits = float(level.bits.sum())
        rows.append(Row(f"{level.title}: {channels} × {height} × {width}", [f"{bits:,.0f} bits, {bits / whole:.1%}"]))
    show_table([(inside.title, inside.color)], rows)
