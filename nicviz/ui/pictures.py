"""The choice between the picture of the shared controls and a whole set."""

import streamlit as st

from nicviz.analysis.settings import ImageSetting
from nicviz.samples import sample_sets
from nicviz.ui.choices import choice
from nicviz.ui.view import View

THIS = "this picture"  # in the URL


def pictures_control(view: View, key: str) -> tuple[ImageSetting, ...]:
    """Draw the choice and return the pictures it stands for: the one that is shown, or all of a set.

    Args:
        view: of the shared controls.
        key: name of the page's choice, in the session and in the URL.
    """
    sets = sample_sets()
    options = [THIS, *(name for name in sets if name != "charts")]
    chosen = st.segmented_control(
        "Over", options, required=True, key=choice(key, options, THIS),
        format_func=lambda name: _title(name) if name == THIS else f"{_title(name)} ({len(sets[name])})",
        help="A set is one of the built-in ones or a subfolder of the folder that NICVIZ_IMAGES names.",
    )  # fmt: skip
    if chosen is None or chosen == THIS:
        return (view.image,)
    return tuple(ImageSetting(sample.key) for sample in sets[chosen])


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]
