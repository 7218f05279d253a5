"""The importance map of a codec that has one: what is kept at each place, and what both sides of it take."""

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.latents.bits import bits_map
from nicviz.analysis.latents.importance import Importance, importance
from nicviz.analysis.latents.look import Look
from nicviz.images import LoadedImage
from nicviz.plots.colors import ORIGINAL
from nicviz.plots.maps import color_map
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.latents.controls import Inside, places
from nicviz.ui.latents.legend import legend
from nicviz.ui.latents.painted import painted
from nicviz.ui.viewer import Pane, viewer

Field = NDArray[np.float64]


def show_importance(picture: LoadedImage, inside: Inside, found: Look) -> None:
    """Draw the map over the picture, the bits of what it keeps and of what it masks, and their sums."""
    known = importance(found.latents)
    if known is None:
        return
    st.subheader("What the encoder keeps: the importance map", anchor=False)
    stride, shape = found.latents.stride, found.shape
    whole = [bits_map(each, stride, shape) for each in (known.bits_kept, known.bits_masked)]
    top = float(np.percentile(np.concatenate([each.ravel() for each in whole]), 99.5)) or 1.0
    spread = _spread(known, found)
    low, high = float(spread.min()), float(spread.max())
    drawn = [
        painted(found, ("importance", number), partial(color_map, field, end))
        for number, (field, end) in enumerate(((spread - low, high - low or 1.0), *((each, top) for each in whole)))
    ]
    density = [each.mean() for each in whole]
    panes = [
        Pane("given", "What the codec is given", painted(found, "given", lambda: picture.pixels), color=ORIGINAL),
        Pane("importance", "Channels kept", drawn[0], f"{low:.1f} (dark) to {high:.1f} of {known.channels}",
             color=inside.color),
        Pane("kept", "Bits of what is kept", drawn[1], f"{density[0]:.3f} bpp", color=inside.color),
        Pane("masked", "Bits of what is masked", drawn[2], f"{density[1]:.3f} bpp", color=inside.color),
    ]  # fmt: skip
    viewer(panes, key="latents-importance", references=[])
    legend(top, "bits a pixel and more, kept and masked")
    st.caption(
        "The map is the encoder's alone and is not sent: it sets the channels above it to zero, and the context model "
        "learns to expect that. What the decoder is told so of where nothing is kept are the bits of the masked."
    )
    _table(inside, known)


def _spread(known: Importance, found: Look) -> Field:
    """Return the map at the size of the picture, a square of pixels an element."""
    rows, columns = places(found)
    stride = found.latents.stride
    wide = known.field[:rows, :columns].repeat(stride, axis=0).repeat(stride, axis=1)
    return np.ascontiguousarray(wide[: found.shape[0], : found.shape[1]])


def _table(inside: Inside, known: Importance) -> None:
    prices = ["–" if price is None else f"{price:.3f}" for price in known.prices]
    rows = [
        Row("Elements kept", [f"{known.kept.sum():,} of {known.kept.size:,} ({known.share:.1%})"]),
        Row("Bits of the kept", [f"{known.bits_kept.sum():,.0f} ({prices[0]} each)"]),
        Row("Bits of the masked", [f"{known.bits_masked.sum():,.0f} ({prices[1]} each)"],
            help="what it costs that the decoder learns where nothing is kept"),
        Row("Saved (estimated)", [f"{known.saved:,.0f} bits"],
            help="what the masked would take beyond that, were each as dear as a kept one of its channel"),
    ]  # fmt: skip
    show_table([(inside.title, inside.color)], rows)
