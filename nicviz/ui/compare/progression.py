"""A progressive codec on Compare: a slider that reads one bitstream further and further."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.progression import Part, progression
from nicviz.codecs import Codec
from nicviz.images import LoadedImage, encode_png
from nicviz.metrics import format_value
from nicviz.plots.rd import Line, line_figure
from nicviz.requests.view import View
from nicviz.run.work import Signal, Work
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.figures import show_figure_with_data
from nicviz.ui.kit.screen import is_narrow
from nicviz.ui.kit.waiting import compute, progress_line
from nicviz.ui.shell.browser import previewed
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.viewer import Pane, viewer

if TYPE_CHECKING:
    import plotly.graph_objects as go

LANE = "progression"
_GRAY = 128
_AMPLIFIED = 4  # times, of what a part adds
_HEIGHT = 430
_PART_BYTES = 2  # a pixel, of a PNG with its bitstream


def show_progression(view: View, inputs: Inputs, colors: Sequence[str], codecs: Mapping[str, Codec]) -> None:
    """Draw the parts of the bitstream of the view's first progressive codec; nothing where there is none."""
    found = [(codecs[setting.codec], color) for setting, color in zip(view.codecs, colors, strict=True)]
    codec, color = next(((codec, color) for codec, color in found if codec.progression), (None, ""))
    if codec is None or codec.scale is None:
        return
    st.subheader(f"One bitstream of {codec.title}, read further and further", anchor=False)
    last = len(codec.qualities)
    key = choice("parts_read", range(1, last + 1), _usual(view, codec))
    dragged = previewed(key, st.slider(f"{codec.scale.label.capitalize()} read", 1, last, key=key))
    read = min(max(round(dragged), 1), last)
    run = partial(_progression, inputs.source, codec)
    size = last * _PART_BYTES * inputs.source.pixels[..., 0].size
    (live,) = compute(LANE, [Work((inputs.source.sha256, codec.reference), codec.title, run, size)], patience=1.0)
    progress_line(LANE)
    if live.state == "failed":
        st.error(live.message, icon=":material/error:")
    if live.done:
        _show(live.value, read, color)


def _usual(view: View, codec: Codec) -> int:
    """Return the part that the quality at the left is, or the default one."""
    quality = next((each.quality for each in view.codecs if each.codec == codec.name), None)
    return 1 + codec.qualities.index(codec.quality(quality))


def _progression(image: LoadedImage, codec: Codec, signal: Signal) -> list[Part]:
    return progression(image, codec, signal)


def _show(parts: Sequence[Part], read: int, color: str) -> None:
    part, whole = parts[read - 1], parts[-1].compression
    made = part.compression
    before = parts[read - 2].compression.pixels() if read > 1 else np.full_like(made.pixels(), _GRAY)
    caption = f"{made.bpp:.3f} bpp · {format_value('psnr_db', part.psnr_db)} dB"
    added = encode_png(_difference(made.pixels(), before))
    gain = part.psnr_db - parts[read - 2].psnr_db if read > 1 else None
    told = f"× {_AMPLIFIED}, gray is nothing" + ("" if gain is None else f" · {gain:+.2f} dB".replace("-", "−"))
    panes = [
        Pane("part", f"After {read} of {len(parts)}", made.png, caption, color=color),
        Pane("added", f"What number {read} added", added, told, color=color),
    ]
    left, right = (st.container(), st.container()) if is_narrow() else st.columns([3, 2], gap="medium")
    with left:
        viewer(panes, key="progression", references=[], height=_HEIGHT)
    with right:
        show_figure_with_data(_figure(parts, read, color), "progression-curve")
    st.caption(
        f"{made.num_bytes or 0:,} of {whole.num_bytes or 0:,} bytes are read. The picture was encoded once: every part "
        "is the beginning of the same bitstream, and is decoded without the rest. Moving the slider codes nothing anew."
    )


def _difference(picture: NDArray[np.uint8], before: NDArray[np.uint8]) -> NDArray[np.uint8]:
    change = _AMPLIFIED * (picture.astype(np.int16) - before)
    found: NDArray[np.uint8] = np.clip(_GRAY + change, 0, 255).astype(np.uint8)
    return found


def _figure(parts: Sequence[Part], read: int, color: str) -> "go.Figure":
    rates = [part.compression.bpp for part in parts]
    values = [part.psnr_db if np.isfinite(part.psnr_db) else None for part in parts]
    labels = [f"{number} read<br>{rate:.3f} bpp" for number, rate in enumerate(rates, start=1)]
    lines = [
        Line("the bitstream", color, rates, values, labels, legend=False),
        Line("read", color, [rates[read - 1]], [values[read - 1]], [labels[read - 1]], dash="", size=15, legend=False),
    ]
    return line_figure(lines, "rate (bits per pixel)", "PSNR (dB)", height=_HEIGHT)
