"""The points that were clicked: their reconstructions beside the original, in the viewer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from nicviz.analysis.rd.points import Ladder
from nicviz.codecs import Codec
from nicviz.plots.colors import distinct_colors
from nicviz.requests.view import View
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.comparison import compress_all, corrupted_inputs
from nicviz.ui.kit.live import progress_line
from nicviz.ui.kit.panes import picture_panes
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.shell.controls import set_quality
from nicviz.ui.shell.picture import load_picture
from nicviz.ui.viewer import viewer

MAX_PICKS = 2
_STATE = "rd-picks"
_NAMES = "rd-pick-names"
_PICTURE = "rd-picture"
_CHANGED = "rd-picks-changed"


@dataclass(frozen=True)
class Pick:
    """A point that was clicked; `picture` is empty on a mean curve."""

    codec: str
    quality: float
    picture: str = ""


def picked() -> tuple[Pick, ...]:
    """Return the points that were clicked last, the older first; at most two."""
    picks: tuple[Pick, ...] = st.session_state.setdefault(_STATE, ())
    return picks


def pick_of(ids: Sequence[Any]) -> Pick | None:
    """Return the pick that a point's ids stand for; None if they are none."""
    try:
        codec, quality, picture = ids
        return Pick(str(codec), float(quality), str(picture))
    except (TypeError, ValueError):
        return None


def take_picks(chart: str) -> None:
    """Take a click on the chart: the point is remembered, and its quality set in the shared controls."""
    event = st.session_state.get(chart) or {}
    points = event.get("selection", {}).get("points", [])
    for point in points:
        pick = pick_of(point.get("customdata") or ())
        if pick is None:
            continue
        st.session_state[_STATE] = (*(old for old in picked() if old != pick), pick)[-MAX_PICKS:]
        if pick.picture:
            st.session_state[_PICTURE] = pick.picture
        set_quality(pick.codec, pick.quality)
        st.session_state[_CHANGED] = True


def picks_changed() -> bool:
    """Return, once, whether a click came in: the whole page then runs again."""
    return bool(st.session_state.pop(_CHANGED, False))


def _take_names() -> None:
    picks = tuple(st.session_state[_NAMES])
    for pick in picks:
        if pick not in picked():
            set_quality(pick.codec, pick.quality)
    st.session_state[_STATE] = picks


def _names_control(ladders: Sequence[Ladder], codecs: Mapping[str, Codec]) -> None:
    """Draw the clicked points by name: for those who do not click, and to close them."""

    def title(pick: Pick) -> str:
        name = codecs[pick.codec].setting(pick.quality).partition(":")[2]
        return " ".join(filter(None, (codecs[pick.codec].title, name, pick.picture and f"({pick.picture})")))

    points = [Pick(ladder.codec, quality) for ladder in ladders for quality in ladder.qualities]
    st.session_state[_NAMES] = [pick for pick in picked() if pick.codec in codecs]
    st.multiselect("Points", list(dict.fromkeys([*st.session_state[_NAMES], *points])), key=_NAMES, format_func=title,
                   max_selections=MAX_PICKS, on_change=_take_names, label_visibility="collapsed",
                   placeholder="Click a point of a curve, or choose one here")  # fmt: skip


def show_picks(view: View, pictures: Pictures, ladders: Sequence[Ladder], codecs: Mapping[str, Codec]) -> None:
    """Draw the reconstructions of the clicked points beside the original."""
    st.subheader("What a point looks like", anchor=False)
    left, right = st.columns(2)
    with left:
        _names_control(ladders, codecs)
    picks = [pick for pick in picked() if pick.codec in codecs]
    if not picks:
        st.caption(
            ":material/ads_click: Its reconstruction opens here beside the original, and its quality is set at the "
            "left. A second one is compared with it."
        )
        return
    shown = _picture_control(view, pictures, right)
    original = pictures.original if shown is view else load_picture(shown.image)
    inputs = corrupted_inputs(view, original)
    if inputs is None:
        return
    settings = tuple(CodecSetting(pick.codec, pick.quality) for pick in picks)
    shown = replace(shown, codecs=settings, match=None)
    compared = compress_all(shown, inputs, codecs, ())
    colors = distinct_colors([pick.codec for pick in picks])
    panes = picture_panes(shown, inputs, compared, colors, codecs)
    viewer(panes, key="rd-viewer", references=["original", "corrupted"] if inputs.corrupted else ["original"])
    progress_line("compress")


def _picture_control(view: View, pictures: Pictures, place: Any) -> View:
    """Return the view with the picture of the set that is looked at."""
    if not pictures.is_set:
        return view
    names = [setting.source for setting in pictures.settings]
    if st.session_state.get(_PICTURE) not in names:
        st.session_state[_PICTURE] = names[0]
    name = place.selectbox("Picture of the set", names, key=_PICTURE, label_visibility="collapsed")
    return replace(view, image=pictures.settings[names.index(name)])
