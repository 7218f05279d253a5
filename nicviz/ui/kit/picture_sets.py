"""The choice between the picture of the shared controls and a whole set."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from nicviz.analysis.rd.points import Load
from nicviz.images import LoadedImage
from nicviz.requests.page import THIS
from nicviz.requests.view import View
from nicviz.samples import sample_sets
from nicviz.tasks.settings import ImageSetting
from nicviz.ui.kit.choices import choice


@dataclass(frozen=True)
class Pictures:
    """What is measured on.

    Args:
        settings: the picture of the shared controls, or all of a set.
        original: the picture of the shared controls.
        is_set: whether it is a set.
    """

    settings: tuple[ImageSetting, ...]
    original: LoadedImage
    is_set: bool

    @cached_property
    def key(self) -> Hashable:
        """Tells these pictures from others."""
        if self.is_set:
            stamps = {sample.key: sample.stamp for samples in sample_sets().values() for sample in samples}
            return tuple((setting, stamps.get(setting.source, "")) for setting in self.settings)
        return self.original.sha256

    def loads(self) -> list[Load]:
        """Return what reads each picture; an uploaded one is at hand."""
        if self.is_set:
            return [setting.load for setting in self.settings]
        return [lambda: self.original]


def pictures_control(view: View, key: str) -> tuple[ImageSetting, ...]:
    """Draw the choice and return the pictures it stands for: the one that is shown, or all of a set.

    Args:
        view: of the shared controls.
        key: name of the page's choice, in the session and in the URL.
    """
    sets = sample_sets()
    options = [THIS, *(name for name in sets if name != "charts")]
    chosen = st.segmented_control(
        "Over", options, required=True, key=choice(key, options),
        format_func=lambda name: _title(name) if name == THIS else f"{_title(name)} ({len(sets[name])})",
        help="A set is one of the built-in ones or a subfolder of the folder that NICVIZ_IMAGES names.",
    )  # fmt: skip
    if chosen is None or chosen == THIS:
        return (view.image,)
    return tuple(ImageSetting(sample.key) for sample in sets[chosen])


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]
