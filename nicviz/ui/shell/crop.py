"""What is cut out of the picture: fields in the sidebar, drawn in the viewer, and an overview of where it lies."""

from collections.abc import Callable
from dataclasses import replace
from math import ceil, floor
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.tasks.settings import Box, ImageSetting, within
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.widgets import set_widget
from nicviz.ui.viewer import ViewerEvent

CROP_KEYS = ("crop_on", "crop_left", "crop_top", "crop_width", "crop_height", "side")
OVERVIEW = 280  # longest side in pixels
_BOX = ("left", "top", "width", "height")
_CLAMPED = "clamped-crop"  # source, crop and what is said of it
Load = Callable[[ImageSetting], LoadedImage]


def seed_crop(setting: ImageSetting) -> None:
    """Put crop and downscale of an image setting into the widgets' state."""
    state = st.session_state
    state["crop_on"] = setting.crop is not None
    for name, value in zip(_BOX, setting.crop or (0, 0, 512, 512), strict=True):
        state[f"crop_{name}"] = value
    state["side"] = setting.longest_side or 0


def crop_to(load: Load, setting: ImageSetting, part: ViewerEvent) -> None:
    """Crop the picture to a part of what is shown of it; from a callback.

    Args:
        load: reads a picture.
        setting: of the picture as it is shown, perhaps cropped and downscaled already.
        part: in pixels of what is shown.
    """
    height, width = load(replace(setting, crop=None, longest_side=None)).pixels.shape[:2]
    shown = load(setting).pixels.shape
    _set_crop(part_of(setting.crop or (0, 0, width, height), (shown[1], shown[0]), part))


def part_of(box: Box, shown: tuple[int, int], part: ViewerEvent) -> Box:
    """Return where a part of what is shown lies in the whole picture: the smallest box of whole pixels that holds it.

    Args:
        box: left, top, width and height of what is shown, in the whole picture.
        shown: width and height that it is shown with.
        part: in pixels of what is shown.
    """
    across, down = box[2] / shown[0], box[3] / shown[1]
    left, top = floor(part.x * across), floor(part.y * down)
    right, bottom = ceil((part.x + part.width) * across), ceil((part.y + part.height) * down)
    return within((box[0] + left, box[1] + top, right - left, bottom - top), box[0] + box[2], box[1] + box[3])


def show_whole() -> None:
    """Switch crop and downscale off; from a callback."""
    st.session_state["crop_on"] = False
    st.session_state["side"] = 0


def _set_crop(box: Box) -> None:
    st.session_state["crop_on"] = True
    for name, value in zip(_BOX, box, strict=True):
        st.session_state[f"crop_{name}"] = value


def _clamp_crop(source: str, width: int, height: int) -> None:
    """Let the crop lie within the picture, and remember what is to be said about it while it stays as it is."""
    state: Any = st.session_state
    left, top, across, down = (int(state[f"crop_{name}"]) for name in _BOX)
    box = left, top, across, down
    inside = within(box, width, height)
    if inside != box:
        for name, value in zip(_BOX, inside, strict=True):
            set_widget(f"crop_{name}", value)
        asked, shown = ("{2}×{3} at ({0}, {1})".format(*each) for each in (box, inside))
        sentence = f"The crop of {asked} reaches beyond the {width}×{height} picture; {shown} is shown."
        say_of_crop(source, inside, sentence)


def say_of_crop(source: str, box: Box, sentence: str) -> None:
    """Say something about a crop on the page for as long as it is that one."""
    st.session_state[_CLAMPED] = source, box, sentence


def clamped_notice(setting: ImageSetting) -> tuple[str, ...]:
    """Return the sentence that says why the crop is what it is, if it is the crop that is shown."""
    source, inside, sentence = st.session_state.get(_CLAMPED, ("", None, ""))
    return (sentence,) if (setting.source, setting.crop) == (source, inside) else ()


def crop_controls(load: Load, source: str, size: int | None) -> tuple[Box | None, int | None]:
    """Draw crop and downscale, and return (left, top, width, height) and the longest side, None where off."""
    state: Any = st.session_state
    on = state["crop_on"] or state["side"] > 0
    with st.expander("Crop or downscale" + (" · on" if on else ""), icon=":material/crop:", key="crop-or-downscale"):
        try:
            whole = load(ImageSetting(source, size))
        except NicvizError as error:
            st.error(plain_text(str(error)))
            return None, None
        height, width = whole.pixels.shape[:2]
        st.caption(f"The whole picture has {width}×{height} pixels. Nothing is cut or resampled unless set here.")
        crop = _crop_fields(source, whole) if st.toggle("Crop", key="crop_on") else None
        longest = max(crop[2:]) if crop else max(height, width)
        set_widget("side", min(state["side"], longest))
        side = st.number_input("Downscale the longest side to (0: off)", 0, longest, step=64, key="side",
                               help="Lanczos, never upwards.")  # fmt: skip
    return crop, int(side) if 0 < side < longest else None


def _crop_fields(source: str, whole: LoadedImage) -> Box:
    state: Any = st.session_state
    height, width = whole.pixels.shape[:2]
    _clamp_crop(source, width, height)
    first, second = st.columns(2)
    for name, most, column in (("left", width - 1, first), ("top", height - 1, second)):
        set_widget(f"crop_{name}", min(state[f"crop_{name}"], most))
        column.number_input(name.capitalize(), 0, most, key=f"crop_{name}")
    room = {"width": width - state["crop_left"], "height": height - state["crop_top"]}
    for (name, most), column in zip(room.items(), (first, second), strict=True):
        set_widget(f"crop_{name}", min(state[f"crop_{name}"], most))
        column.number_input(name.capitalize(), 1, most, key=f"crop_{name}")
    left, top, across, down = (int(state[f"crop_{name}"]) for name in _BOX)
    box = (left, top, across, down)
    st.image(overview(whole, box), width="stretch", alt="The whole picture; what is outside of the crop is dimmed")
    return box


def overview(whole: LoadedImage, box: Box) -> Image.Image:
    """Return the whole picture, small, with everything outside of a box dimmed."""
    small = _small(whole.sha256, whole).copy()
    scale = small.width / whole.pixels.shape[1]
    left, top = round(box[0] * scale), round(box[1] * scale)
    right, bottom = max(round((box[0] + box[2]) * scale), left + 1), max(round((box[1] + box[3]) * scale), top + 1)
    dimmed = Image.blend(small, Image.new("RGB", small.size, (128, 128, 128)), 0.65)
    dimmed.paste(small.crop((left, top, right, bottom)), (left, top))
    ImageDraw.Draw(dimmed).rectangle((left, top, right - 1, bottom - 1), outline="white")
    return dimmed


@st.cache_resource(max_entries=16, show_spinner=False)
def _small(sha256: str, _whole: LoadedImage) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(_whole.pixels))
    image.thumbnail((OVERVIEW, OVERVIEW), reducing_gap=2.0)
    return image
