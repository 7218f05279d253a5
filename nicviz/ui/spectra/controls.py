"""What the Spectra page lets its users choose beside the shared controls; all of it lives in the URL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nicviz.analysis.spectra.errors import CONVENTIONS, Convention, Shape
from nicviz.requests.page import THIS
from nicviz.requests.pages import parse_plane_part, plane_part_text
from nicviz.requests.view import View
from nicviz.spectra.part import OUTERMOST, Part
from nicviz.spectra.power import CHANNELS
from nicviz.tasks.settings import ImageSetting
from nicviz.tasks.task import Kind
from nicviz.ui.kit.choices import choice, choose, chosen
from nicviz.ui.kit.picture_sets import pictures_control
from nicviz.ui.kit.screen import folded_place, folded_when_narrow
from nicviz.ui.kit.widgets import set_widget

CHANNEL_TITLES = {"luminance": "Luminance", "cb": "Cb", "cr": "Cr", "rgb": "RGB mean", "ood_nic": "ood_nic"}
KIND_TITLES: dict[Kind, str] = {
    "D": "D · clean",
    "G": "G · its input",
    "R": "R · the original",
}
KINDS_HELP = (
    "D is the error on the clean picture. On the corrupted one, G is against what the codec was given, and R against "
    "the original: what was meant."
)
ScaleKind = Literal["log", "linear"]


@dataclass(frozen=True)
class Choices:
    """The choices that decide what is computed.

    Args:
        kind: the error that the planes show.
        convention: channel, or the public code's way.
        pictures: one, or a whole set.
        is_set: whether they are a set.
        scale: of color, of the planes.
    """

    kind: Kind
    convention: Convention
    pictures: tuple[ImageSetting, ...]
    is_set: bool
    scale: ScaleKind = "log"

    @property
    def unit(self) -> str:
        """The unit of a spectrum's values."""
        return "(|FFT|, no unit)" if self.convention == "ood_nic" else "levels²"


def spectra_choices(view: View, shown: str, beside: DeltaGenerator) -> Choices:
    """Draw the controls above what is shown ("planes", "profiles", "severities" or "claims"); return what they choose.

    Severities are about one picture, and like the claims about all errors at once; the claims are stated in luminance,
    over one picture or a set, and need no spectra. The scale of color goes into `beside`, the row of the views.
    """
    kinds: list[Kind] = ["G", "R", "D"] if view.corruption else ["D"]
    one_picture = shown in {"severities", "claims"}
    kind: Any = kinds[0]
    convention: Any = "luminance"
    scale: ScaleKind = "log"
    pictures: tuple[ImageSetting, ...] = (view.image,)
    if shown == "planes":
        scale = _color_scale(folded_place(beside, "Color scale"))
    with folded_when_narrow("Error, channel and pictures"):
        if not one_picture and len(kinds) > 1:
            kind = st.segmented_control("Error", kinds, format_func=KIND_TITLES.__getitem__, required=True,
                                        help=KINDS_HELP, key=choice("error", kinds))  # fmt: skip
        if shown != "claims":
            convention = _channel(CHANNELS if one_picture else CONVENTIONS)
        if shown != "severities":
            pictures = pictures_control(view, "over")
    is_set = shown != "severities" and chosen("over") != THIS
    return Choices(kind, convention, pictures, is_set, scale)


def _channel(options: Sequence[Convention]) -> Convention:
    channel = st.segmented_control(
        "Channel", options, format_func=CHANNEL_TITLES.__getitem__, required=True,
        key=choice("channel", options),
        help="Luminance is 0.2125 R + 0.7154 G + 0.0721 B of the 8-bit levels; Cb and Cr are JPEG's; the mean over "
        "R, G and B is the error that PSNR uses. “ood_nic” is the paper's public code, for comparison only.",
    )  # fmt: skip
    return cast(Convention, channel)


def _color_scale(place: DeltaGenerator) -> ScaleKind:
    titles = {"log": "Logarithmic", "linear": "Linear"}
    kind = place.segmented_control("Color scale", list(titles), format_func=titles.__getitem__, required=True,
                                key=choice("color_scale"))  # fmt: skip
    return "linear" if kind == "linear" else "log"


def group_choice(shapes: Sequence[tuple[Shape, int]]) -> Shape:
    """Return the size that is looked at, and draw the choice where pictures have several."""
    if len(shapes) == 1:
        return shapes[0][0]
    sizes = {f"{width}×{height}": ((height, width), count) for (height, width), count in shapes}
    known = [*sizes, chosen("group")]  # one that a link names may still come, with the pictures of its size
    size = st.segmented_control(
        "Pictures of one size", list(sizes), format_func=lambda size: f"{size} ({sizes[size][1]})", required=True,
        key=choice("group", list(sizes), known=known),
        help="Spectra are averaged over pictures of one size; portrait ones are transposed.",
    )  # fmt: skip
    return sizes[str(size)][0]


def current_part() -> Part:
    """Return the ring or wedge that is chosen."""
    part: Part = chosen("band")
    return part


def keep_part(part: Part) -> None:
    """Make a ring or wedge the chosen one; called before a run."""
    choose("band", parse_plane_part(plane_part_text(part)))  # as a link gives it back


def part_by_numbers(part: Part) -> None:
    """Draw the same choice as four numbers, for exact values and for those who do not drag."""
    with st.popover("Ring or wedge by numbers", icon=":material/tune:"):
        numbers = {"inner": part.inner, "outer": min(part.outer, OUTERMOST), "direction": part.direction % 180,
                   "width": part.width}  # fmt: skip
        for name, value in numbers.items():
            set_widget(f"part-{name}", float(value))
        left, right = st.columns(2)
        left.number_input("From (cycles/pixel)", 0.0, OUTERMOST, step=0.01, format="%.3f", key="part-inner",
                          on_change=_take_numbers)  # fmt: skip
        right.number_input("To (cycles/pixel)", 0.0, OUTERMOST, step=0.01, format="%.3f", key="part-outer",
                           on_change=_take_numbers)  # fmt: skip
        left.number_input("Direction (°)", 0.0, 180.0, step=5.0, format="%.1f", key="part-direction",
                          on_change=_take_numbers, help="0°: horizontal frequencies, vertical stripes")  # fmt: skip
        right.number_input("Width (°)", 1.0, 180.0, step=5.0, format="%.1f", key="part-width", on_change=_take_numbers,
                           help="180°: the whole ring")  # fmt: skip


def _take_numbers() -> None:
    inner, outer, direction, width = (float(st.session_state[f"part-{name}"]) for name in
                                      ("inner", "outer", "direction", "width"))  # fmt: skip
    keep_part(Part(min(inner, outer), max(inner, outer), direction, width))
