"""The pictures as thumbnails, and the steps to the previous and the next one."""

import time
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st
from PIL import Image

from nicviz.errors import NicvizError
from nicviz.images import LoadedImage, encode_png
from nicviz.memory import Recent
from nicviz.samples import Sample
from nicviz.tasks.settings import ImageSetting
from nicviz.ui.shell.crop import show_whole

SIDE = 128  # pixels
CELL = 100  # pixels of the screen
PAGE = 24  # thumbnails at a time
_SECONDS = 1.5  # of a run: the others come with the next
_thumbnails: Recent[bytes] = Recent(32 << 20)


def picture_steps(keys: Sequence[str], samples: Mapping[str, Sample]) -> None:
    """Draw the buttons to the picture before and after, and the thumbnails of all.

    Args:
        keys: of the pictures that can be chosen, in order.
        samples: those of them that can be drawn small, by key.
    """
    with st.container(horizontal=True, gap="small"):
        st.button("", icon=":material/chevron_left:", key="picture-before", help="Previous picture", on_click=_step,
                  args=(keys, -1))  # fmt: skip
        gallery = st.popover("All", icon=":material/grid_view:", key="gallery", on_change="rerun", width="stretch",
                             help="All pictures as thumbnails")  # fmt: skip
        st.button("", icon=":material/chevron_right:", key="picture-after", help="Next picture", on_click=_step,
                  args=(keys, 1))  # fmt: skip
    if gallery.open:
        with gallery:
            _draw(samples)


def _step(keys: Sequence[str], by: int) -> None:
    state = st.session_state
    place = keys.index(state["image"]) if state["image"] in keys else 0
    _choose(keys[(place + by) % len(keys)])


def _choose(key: str) -> None:
    st.session_state["image"] = key
    show_whole()  # a crop was of the picture before


def _draw(samples: Mapping[str, Sample]) -> None:
    groups = list(dict.fromkeys(sample.group for sample in samples.values()))
    now = samples.get(st.session_state["image"])
    group = st.segmented_control("Set", groups, default=now.group if now else groups[0], required=True,
                                 key="gallery-set", label_visibility="collapsed")  # fmt: skip
    shown = [sample for sample in samples.values() if sample.group == group]
    if len(shown) > PAGE:
        page = st.number_input(f"Page of {-(-len(shown) // PAGE)}", 1, -(-len(shown) // PAGE), key="gallery-page")
        shown = shown[PAGE * (int(page) - 1) : PAGE * int(page)]
    end = time.monotonic() + _SECONDS
    late = False
    cells = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    for number, sample in enumerate(shown):
        now = sample.key == st.session_state["image"]
        with cells.container(key=f"gallery-cell-{number}", width=CELL, gap="small"):
            if time.monotonic() < end:
                try:
                    st.image(thumbnail(sample), width="stretch", alt=sample.title)
                except NicvizError:
                    st.caption(":material/broken_image: cannot be read")
            else:
                late = True
            st.button(sample.title, key=f"gallery-{sample.key}", on_click=_choose, args=(sample.key,),
                      type="primary" if now else "tertiary",
                      width="stretch")  # fmt: skip
    if late:
        st.button("More thumbnails", icon=":material/more_horiz:", width="stretch")  # the next run draws them


def thumbnail(sample: Sample) -> bytes:
    """Return a sample as PNG of at most `SIDE` pixels a side; `NicvizError` where it cannot be read."""
    return _thumbnails.get((sample.key, sample.stamp), lambda: _small(ImageSetting(sample.key).load()), len)


def _small(image: LoadedImage) -> bytes:
    small = Image.fromarray(image.pixels)
    small.thumbnail((SIDE, SIDE), reducing_gap=2.0)
    return encode_png(np.asarray(small))
