"""The controls that choose the image: a sample, a chart of any size, a picture of the user's, and its crop."""

from dataclasses import replace
from math import ceil
from typing import Any

import streamlit as st

from nicviz.charts import LARGEST, SMALLEST
from nicviz.errors import NicvizError
from nicviz.images import Limits, LoadedImage, load_bytes
from nicviz.images.formats import ACCEPTED
from nicviz.requests.commands import Analyze
from nicviz.requests.parts import UPLOAD
from nicviz.requests.view import DEFAULT, View
from nicviz.requests.words import command
from nicviz.samples import Sample, folder_problem, sample_sets
from nicviz.tasks.settings import ImageSetting, within
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.widgets import set_widget
from nicviz.ui.shell.session import uploaded

PICTURE_KEYS = ("image", "chart_size", "crop_on", "crop_left", "crop_top", "crop_width", "crop_height", "side")
CHART_SIZE = 512
_BOX = ("left", "top", "width", "height")
_CLAMPED = "clamped-crop"  # source, crop and what is said of it
ASK_BEFORE_MEGAPIXELS = 8.0  # above this the crop controls open by themselves


def seed_picture(setting: ImageSetting) -> None:
    """Put an image setting into the widgets' state."""
    state = st.session_state
    state["image"] = setting.source
    state["chart_size"] = setting.size or CHART_SIZE
    state["crop_on"] = setting.crop is not None
    for name, value in zip(("left", "top", "width", "height"), setting.crop or (0, 0, 512, 512), strict=True):
        state[f"crop_{name}"] = value
    state["side"] = setting.longest_side or 0


def picture_controls() -> ImageSetting:
    """Draw the controls of the image and return what they choose."""
    samples = {sample.key: sample for group in sample_sets().values() for sample in group}
    keys = [*([UPLOAD] if uploaded() else []), *samples]
    if st.session_state["image"] not in keys:
        st.session_state["image"] = DEFAULT.image.source
    source = st.selectbox("Image", keys, format_func=lambda key: _label(key, samples), key="image")
    size = None
    if source in samples:
        st.caption(_about(samples[source]))
        if samples[source].kind == "chart":
            size = int(st.number_input("Chart size (pixels)", SMALLEST, LARGEST, step=16, key="chart_size"))
    if problem := folder_problem():
        st.warning(problem)
    _upload_control()
    crop, side = _crop_controls(source, size)
    return ImageSetting(source, size, crop, side)


def named_picture(setting: ImageSetting) -> ImageSetting:
    """Return the picture as a command names it: an uploaded one by the name of its file."""
    image = uploaded()
    if setting.source != UPLOAD or image is None:
        return setting
    return replace(setting, source=image.name, size=None)


def view_command(view: View) -> str:
    """Return the shell command whose JSON holds the numbers of a view."""
    return command(Analyze.of(view, named_picture(view.image)))


def load_picture(setting: ImageSetting) -> LoadedImage:
    """Return the chosen image, cropped and downscaled as set; errors are `NicvizError`."""
    whole = uploaded() if setting.source == UPLOAD else None
    return setting.cut(whole) if whole else _load_sample(setting, setting.stamp)


@st.cache_resource(max_entries=8, show_spinner=False)  # shared, not copied: pixels are read-only
def _load_sample(setting: ImageSetting, stamp: str) -> LoadedImage:
    return setting.load()


def _label(key: str, samples: dict[str, Sample]) -> str:
    image = uploaded()
    if key == UPLOAD and image is not None:
        return f"Uploaded: {image.name}"
    return f"{samples[key].title} · {samples[key].group}"


def _about(sample: Sample) -> str:
    return plain_text(sample.description) if sample.kind == "folder" else sample.description


def _upload_control() -> None:
    limits = Limits.from_env()
    generation = st.session_state.setdefault("upload_generation", 0)
    file = st.file_uploader(
        "Your own picture", key=f"upload-{generation}", max_upload_size=ceil(limits.megabytes),
        help=f"{ACCEPTED}, told by the content. Up to {limits.megapixels:g} megapixels and "
        f"{limits.megabytes:g} MB. It stays in this browser session, and its pixels are compressed as they are.",
    )  # fmt: skip
    if file is None:
        return
    try:
        image = load_bytes(file.getvalue(), file.name, limits)
    except NicvizError as error:
        st.session_state["upload_problem"] = str(error)
    else:
        st.session_state["uploaded"] = image
        st.session_state["upload_problem"] = ""
        st.session_state["take_upload"] = True
    st.session_state["upload_generation"] = generation + 1  # an empty drop zone again, so that a file can come twice
    st.rerun()


def take_upload() -> None:
    """Choose a picture that has just been uploaded; called before the controls are drawn."""
    state = st.session_state
    if state.pop("take_upload", False):
        image = state["uploaded"]
        height, width = image.pixels.shape[:2]
        large = height * width > ASK_BEFORE_MEGAPIXELS * 1e6
        seed_picture(ImageSetting(UPLOAD, crop=_center(width, height) if large else None))
        if large:
            st.toast(f"{plain_text(image.name)} has {height * width / 1e6:.0f} megapixels; a crop of its center is "
                     "shown. Change it under “Crop or downscale”.", icon="✂️", duration="long")  # fmt: skip
    if problem := state.get("upload_problem"):
        st.sidebar.error(plain_text(problem))


def _center(width: int, height: int, side: int = 1024) -> tuple[int, int, int, int]:
    across, down = min(width, side), min(height, side)
    return (width - across) // 2, (height - down) // 2, across, down


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
        state[_CLAMPED] = source, inside, sentence


def clamped_notice(setting: ImageSetting) -> tuple[str, ...]:
    """Return the sentence that says that the crop had to be made smaller, if it is the crop that is shown."""
    source, inside, sentence = st.session_state.get(_CLAMPED, ("", None, ""))
    return (sentence,) if (setting.source, setting.crop) == (source, inside) else ()


def _crop_controls(source: str, size: int | None) -> tuple[tuple[int, int, int, int] | None, int | None]:
    """Draw crop and downscale, and return (left, top, width, height) and the longest side, None where off."""
    state: Any = st.session_state
    on = state["crop_on"] or state["side"] > 0
    with st.expander("Crop or downscale" + (" · on" if on else ""), icon=":material/crop:"):
        try:
            height, width = load_picture(ImageSetting(source, size)).pixels.shape[:2]
        except NicvizError as error:
            st.error(plain_text(str(error)))
            return None, None
        st.caption(f"The whole picture has {width}×{height} pixels. Nothing is cut or resampled unless set here.")
        crop = None
        if st.toggle("Crop", key="crop_on"):
            _clamp_crop(source, width, height)
            first, second = st.columns(2)
            for name, most, column in (("left", width - 1, first), ("top", height - 1, second)):
                set_widget(f"crop_{name}", min(state[f"crop_{name}"], most))
                column.number_input(name.capitalize(), 0, most, key=f"crop_{name}")
            room = {"width": width - state["crop_left"], "height": height - state["crop_top"]}
            for (name, most), column in zip(room.items(), (first, second), strict=True):
                set_widget(f"crop_{name}", min(state[f"crop_{name}"], most))
                column.number_input(name.capitalize(), 1, most, key=f"crop_{name}")
            left, top, width, height = (int(state[f"crop_{name}"]) for name in ("left", "top", "width", "height"))
            crop = (left, top, width, height)
        longest = max(height, width)
        set_widget("side", min(state["side"], longest))
        side = st.number_input("Downscale the longest side to (0: off)", 0, longest, step=64, key="side",
                               help="Lanczos, never upwards.")  # fmt: skip
    return crop, int(side) if 0 < side < longest else None
