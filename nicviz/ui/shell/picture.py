"""The controls that choose the image: a sample, a chart of any size, a picture of the user's, and its crop."""

from dataclasses import replace
from math import ceil

import streamlit as st

from nicviz.charts import LARGEST, SMALLEST
from nicviz.errors import ImageError, NicvizError
from nicviz.images import Limits, LoadedImage, load_bytes, load_file
from nicviz.images.formats import ACCEPTED
from nicviz.memory import Recent
from nicviz.requests.commands import Analyze
from nicviz.requests.parts import upload_digest, upload_source
from nicviz.requests.view import DEFAULT, View
from nicviz.requests.words import command
from nicviz.samples import Sample, folder_problem, sample_sets
from nicviz.tasks.settings import ImageSetting
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.shell.crop import CROP_KEYS, crop_controls, say_of_crop, seed_crop
from nicviz.ui.shell.gallery import picture_steps
from nicviz.ui.shell.session import add_upload, uploads_of_session
from nicviz.ui.shell.uploads import kept_for, uploads

PICTURE_KEYS = ("image", "chart_size", *CROP_KEYS)
CHART_SIZE = 512
_pictures: Recent[LoadedImage] = Recent(256 << 20)  # shared by all sessions: pixels are read-only
ASK_BEFORE_MEGAPIXELS = 8.0  # above this the crop controls open by themselves


def seed_picture(setting: ImageSetting) -> None:
    """Put an image setting into the widgets' state."""
    state = st.session_state
    state["image"] = setting.source
    state["chart_size"] = setting.size or CHART_SIZE
    seed_crop(setting)


def picture_controls() -> ImageSetting:
    """Draw the controls of the image and return what they choose."""
    samples = {sample.key: sample for group in sample_sets().values() for sample in group}
    keys = [*uploads_of_session(), *samples]
    if st.session_state["image"] not in keys:
        st.session_state["image"] = DEFAULT.image.source
    source = st.selectbox("Image", keys, format_func=lambda key: _label(key, samples), key="image")
    picture_steps(keys, samples)
    size = None
    if source in samples:
        st.caption(_about(samples[source]))
        if samples[source].kind == "chart":
            size = int(st.number_input("Chart size (pixels)", SMALLEST, LARGEST, step=16, key="chart_size"))
    if problem := folder_problem():
        st.warning(problem)
    _upload_control()
    crop, side = crop_controls(load_picture, source, size)
    return ImageSetting(source, size, crop, side)


def named_picture(setting: ImageSetting) -> ImageSetting:
    """Return the picture as a command names it: an uploaded one by the name of its file."""
    name = uploads_of_session().get(setting.source)
    return setting if name is None else replace(setting, source=name, size=None)


def view_command(view: View) -> str:
    """Return the shell command whose JSON holds the numbers of a view."""
    return command(Analyze.of(view, named_picture(view.image)))


def load_picture(setting: ImageSetting) -> LoadedImage:
    """Return the chosen image, cropped and downscaled as set; errors are `NicvizError`."""
    return _pictures.get((setting, setting.stamp), lambda: _load(setting), _num_bytes)


def _num_bytes(image: LoadedImage) -> int:
    return image.pixels.nbytes


def _load(setting: ImageSetting) -> LoadedImage:
    digest = upload_digest(setting.source)
    if digest is None:
        return setting.load()
    if setting.crop is not None or setting.longest_side is not None:
        return setting.cut(load_picture(ImageSetting(setting.source)))
    file = uploads().find(digest)
    if file is None:
        raise ImageError(f"The uploaded picture is not on this server any more; uploads are kept for {kept_for()}.")
    return load_file(file)


def _label(key: str, samples: dict[str, Sample]) -> str:
    name = uploads_of_session().get(key)
    if name is not None:
        return f"Uploaded: {name}"
    return f"{samples[key].title} · {samples[key].group}"


def _about(sample: Sample) -> str:
    return plain_text(sample.description) if sample.kind == "folder" else sample.description


def _upload_control() -> None:
    limits = Limits.from_env()
    generation = st.session_state.setdefault("upload_generation", 0)
    file = st.file_uploader(
        "Your own picture", key=f"upload-{generation}", max_upload_size=ceil(limits.megabytes),
        help=f"{ACCEPTED}, told by the content. Up to {limits.megapixels:g} megapixels and "
        f"{limits.megabytes:g} MB. Its pixels are compressed as they are. It stays on this server for {kept_for()} "
        "after its last use; whoever has the link can see it.",
    )  # fmt: skip
    if file is None:
        return
    try:
        image = load_bytes(file.getvalue(), file.name, limits)
        source = upload_source(uploads().keep(file.getvalue(), file.name))
    except NicvizError as error:
        st.session_state["upload_problem"] = str(error)
    except OSError as error:
        st.session_state["upload_problem"] = f"{file.name} could not be kept on the server: {error.strerror or error}."
    else:
        add_upload(source, image.name)
        _pictures.get((ImageSetting(source), ""), lambda: image, _num_bytes)  # decoded already
        st.session_state["upload_problem"] = ""
        st.session_state["take_upload"] = source, image.pixels.shape
    st.session_state["upload_generation"] = generation + 1  # an empty drop zone again, so that a file can come twice
    st.rerun()


def take_upload() -> None:
    """Choose a picture that has just been uploaded; called before the controls are drawn."""
    state = st.session_state
    if taken := state.pop("take_upload", None):
        source, (height, width, _) = taken
        large = height * width > ASK_BEFORE_MEGAPIXELS * 1e6
        crop = _center(width, height) if large else None
        seed_picture(ImageSetting(source, crop=crop))
        if crop:
            sentence = (f"The picture has {height * width / 1e6:.0f} megapixels; to begin with, only its center is "
                        "shown. Crop elsewhere or downscale it at the left, or take the whole.")  # fmt: skip
            say_of_crop(source, crop, sentence)
    if problem := state.get("upload_problem"):
        st.sidebar.error(plain_text(problem))


def _center(width: int, height: int, side: int = 1024) -> tuple[int, int, int, int]:
    across, down = min(width, side), min(height, side)
    return (width - across) // 2, (height - down) // 2, across, down
