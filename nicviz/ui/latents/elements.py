"""What one element of the latent draws and sees, and what the channels with the most bits draw."""

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.latents.look import Basis, Look
from nicviz.codecs.neural_base import Patch, Place
from nicviz.images import LoadedImage, encode_png
from nicviz.plots.colors import ORIGINAL
from nicviz.plots.latents import FRAME
from nicviz.plots.maps import color_map
from nicviz.spectra.power import power_spectrum
from nicviz.ui.kit.screen import is_narrow
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.latents.computing import basis_of, drawn_of
from nicviz.ui.latents.controls import (
    Inside,
    channel_control,
    choose_channel,
    choose_place,
    chosen_place,
    order_control,
    place_control,
    places,
    ranked_channels,
)
from nicviz.ui.viewer import Pane, ViewerEvent, viewer

SHOWN = 24  # channels of the gallery
_SIDE = 64  # pixels of a patch on the screen, at least
_GRAY = 128
_HEIGHT = 430
_PER_ROW, _ZOOM = 8, 2  # of the gallery
Field = NDArray[np.float64]
Pixels = NDArray[np.uint8]


def show_basis(picture: LoadedImage, inside: Inside, found: Look) -> None:
    """Draw what the chosen element draws and sees, with spectra, and a gallery of what other channels draw here."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        ranked = ranked_channels(found, order_control())
        channel = channel_control(ranked)
        row, column = place_control(found)
    place = Place(channel, row, column)
    live = basis_of(picture, inside, found, place)
    left, right = st.columns([2, 5], gap="small")
    with left:
        marked = encode_png(_with_frame(picture.pixels, found, row, column))
        viewer([Pane("place", "The picture", marked, f"row {row}, column {column}; click a place", color=ORIGINAL)],
               key="latents-place", references=[], height=_HEIGHT, events=["click"],
               on_event=partial(_take_place, found))  # fmt: skip
    with right:
        status = "Working…" if live.pending else live.message
        waiting = [Pane("drawn", "What it draws", None, status=status, failed=not live.pending)]
        panes = _patches(inside, live.value) if live.done else waiting
        viewer(panes, key="latents-basis", references=[], height=_HEIGHT)
    progress_line("basis")
    if live.done:
        st.caption(_sentence(live.value, found))
    _gallery(picture, inside, found, ranked, channel)


def _take_place(found: Look, event: ViewerEvent) -> None:
    (height, width), stride = places(found), found.latents.stride
    choose_place(min(event.y // stride, height - 1), min(event.x // stride, width - 1))


def _with_frame(pixels: Pixels, found: Look, row: int, column: int) -> Pixels:
    """Return the picture with a green frame of 3 pixels around those that the element stands for."""
    stride, marked = found.latents.stride, pixels.copy()
    height, width = pixels.shape[:2]
    top, left = min(row * stride, height - 1), min(column * stride, width - 1)
    bottom, right = min(top + stride, height) - 1, min(left + stride, width) - 1
    inside = (slice(top, bottom + 1), slice(left, right + 1))
    around = (slice(max(0, top - 3), bottom + 4), slice(max(0, left - 3), right + 4))
    own = marked[inside].copy()
    marked[around] = FRAME
    marked[inside] = own
    return marked


def _patches(inside: Inside, found: Basis) -> list[Pane]:
    drawn, seen = _square(found.drawn), _square(found.seen)
    spectrum = power_spectrum(255 * drawn)
    top = np.log10(spectrum.max() + 1e-12)
    plane = np.clip((np.log10(spectrum + 1e-12) - (top - 4)) / 4, 0, 1)
    size = "{1} × {0} px".format(*found.drawn.values.shape)
    return [
        Pane("drawn", "What it draws", encode_png(_gray(drawn)), size, color=inside.color),
        Pane("drawn-spectrum", "its spectrum", encode_png(color_map(plane, 1.0)), "4 decades; border: Nyquist"),
        Pane("seen", "What it sees", encode_png(_gray(seen)), "{1} × {0} px".format(*found.seen.values.shape),
             color=inside.color),
    ]  # fmt: skip


def _square(patch: Patch) -> Field:
    """Return a patch in the middle of a square of `_SIDE` pixels, or of as many as it takes."""
    height, width = patch.values.shape[:2]
    side = max(_SIDE, height, width)
    square = np.zeros((side, side, 3))
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = patch.values
    return square


def _gray(values: Field) -> Pixels:
    """Return values at full contrast: gray is nothing, the largest magnitude is black or white."""
    reach = float(np.abs(values).max()) or 1.0
    pixels: Pixels = np.clip(np.round(_GRAY + 127 * values / reach), 0, 255).astype(np.uint8)
    return pixels


def _sentence(found: Basis, look: Look) -> str:
    stride = look.latents.stride
    share = found.own_share(stride)
    if share is None:
        return "This element draws nothing here: the reconstruction does not depend on it."
    drawn, seen = found.norms
    largest = 255 * float(np.abs(found.drawn.values).max())
    return (
        f"One unit more of this element moves the picture by at most {largest:.2f} levels (L2 norm "
        f"{255 * drawn:.1f} levels); {share:.0%} of the energy of that lies in its own {stride} × {stride} pixels. "
        f"Its gradient in the picture has the norm {seen:.1f} units for a change of the picture of norm 1."
    )


def _gallery(picture: LoadedImage, inside: Inside, found: Look, ranked: NDArray[np.intp], channel: int) -> None:
    st.subheader(f"What the first {min(SHOWN, len(ranked))} channels of the order draw here", anchor=False)
    row, column = chosen_place(found)
    channels = [int(each) for each in ranked[:SHOWN]]
    lives = drawn_of(picture, inside, found, [Place(each, row, column) for each in channels])
    progress_line("basis-gallery")
    size, rows = _SIDE + 2, -(-len(channels) // _PER_ROW)
    sheet = np.full((rows * size, _PER_ROW * size, 3), _GRAY, np.uint8)
    for number, (each, live) in enumerate(zip(channels, lives, strict=True)):
        top, left = (number // _PER_ROW) * size, (number % _PER_ROW) * size
        if each == channel:
            sheet[top : top + size, left : left + size] = FRAME
        if live.done:
            sheet[top + 1 : top + size - 1, left + 1 : left + size - 1] = _middle(_gray(_square(live.value)))
    drawn = np.ascontiguousarray(sheet.repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1))

    def take(event: ViewerEvent) -> None:
        number = event.y // (_ZOOM * size) * _PER_ROW + event.x // (_ZOOM * size)
        if number < len(channels):
            choose_channel(channels[number])

    viewer([Pane("gallery", "Each at its own full contrast", encode_png(drawn), "click one", color=inside.color)],
           key="latents-gallery", references=[], height=220 if is_narrow() else 470, events=["click"],
           on_event=take)  # fmt: skip


def _middle(pixels: Pixels) -> Pixels:
    top, left = ((side - _SIDE) // 2 for side in pixels.shape[:2])
    return pixels[top : top + _SIDE, left : left + _SIDE]
