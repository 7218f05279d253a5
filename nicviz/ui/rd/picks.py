"""The points that were clicked: their reconstructions beside the original, in the viewer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import streamlit as st

from nicviz.analysis.rd.curves import of_codec
from nicviz.analysis.rd.points import Ladder
from nicviz.codecs import Codec
from nicviz.metrics import Against, Axis
from nicviz.plots.colors import distinct_colors
from nicviz.requests.marked import MAX_POINTS, Point
from nicviz.requests.view import View
from nicviz.tasks.settings import CodecSetting, Match
from nicviz.tasks.task import Trial
from nicviz.ui.kit.choices import choose, chosen
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.shell.comparison import compress_all, corrupted_inputs
from nicviz.ui.shell.controls import match_now, set_match, set_quality
from nicviz.ui.shell.panes import picture_panes, setting_title
from nicviz.ui.shell.picture import load_picture
from nicviz.ui.viewer import viewer

WORST, MEDIAN, BEST = "rank:worst", "rank:median", "rank:best"
RANKS = {WORST: "Worst", MEDIAN: "Median", BEST: "Best"}  # among the pictures behind a mean point
_NAMES = "rd-pick-names"
_PICTURE = "rd-picture"  # a source of the set, or a rank
_CLICKED = "rd-picture-clicked"  # the name of the picture whose point was clicked last; empty of a mean point
_UNDO = "rd-match-before"  # the match that a click has switched off
_CHANGED = "rd-picks-changed"


def picked() -> tuple[Point, ...]:
    """Return the points that were clicked last, the older first; at most two."""
    found: tuple[Point, ...] = chosen("rd_points")
    return found


def pick_of(ids: Sequence[Any]) -> Point | None:
    """Return the pick that a point's ids stand for; None if they are none."""
    try:
        codec, quality, picture = ids
        return Point(str(codec), float(quality), str(picture))
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
        choose("rd_points", (*(old for old in picked() if old != pick), pick)[-MAX_POINTS:])
        _set(pick)
        st.session_state[_CHANGED] = True


def picks_changed() -> bool:
    """Return, once, whether a click came in: the whole page then runs again."""
    return bool(st.session_state.pop(_CHANGED, False))


def _take_names() -> None:
    picks = tuple(st.session_state[_NAMES])
    for pick in picks:
        if pick not in picked():
            _set(pick)
    choose("rd_points", picks)


def _set(pick: Point) -> None:
    """Set a point's quality in the shared controls; what that switched off can be undone."""
    st.session_state[_CLICKED] = pick.picture
    before = match_now()
    set_quality(pick.codec, pick.quality)
    if before is not None:
        st.session_state[_UNDO] = before


def _undo() -> None:
    match: Match | None = st.session_state.pop(_UNDO, None)
    if match is not None:
        set_match(match)


def _say_changes(view: View) -> None:
    """Say that a click switched the match off, and offer to undo it, while it is off."""
    match: Match | None = st.session_state.get(_UNDO)
    if match is None or view.match is not None:
        st.session_state.pop(_UNDO, None)
        return
    target = f"{match.value:g} {'bpp' if match.metric == 'bpp' else 'dB'}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f":material/info: The match at {target} was switched off, so that the point's quality could be set.",
            width="content",
        )
        st.button("Undo", icon=":material/undo:", key="rd-undo", on_click=_undo, help="Match the codecs again.")


def _names_control(ladders: Sequence[Ladder], codecs: Mapping[str, Codec]) -> None:
    """Draw the clicked points by name: for those who do not click, and to close them."""

    def title(pick: Point) -> str:
        name = setting_title(codecs[pick.codec], pick.quality, digits=6)  # no two alike
        return f"{name} ({pick.picture})" if pick.picture else name

    points = [Point(ladder.codec, quality) for ladder in ladders for quality in ladder.qualities]
    st.session_state[_NAMES] = [pick for pick in picked() if pick.codec in codecs]
    st.multiselect("Points", list(dict.fromkeys([*st.session_state[_NAMES], *points])), key=_NAMES, format_func=title,
                   max_selections=MAX_POINTS, on_change=_take_names, label_visibility="collapsed",
                   placeholder="Click a point of a curve, or choose one here")  # fmt: skip


def show_picks(
    view: View, pictures: Pictures, ladders: Sequence[Ladder], codecs: Mapping[str, Codec], trials: Sequence[Trial],
    axis: Axis, against: Against,
) -> None:  # fmt: skip
    """Draw the reconstructions of the clicked points beside the original.

    Args:
        view: of the shared controls.
        pictures: that the curves are over.
        ladders: of the curves.
        codecs: by name.
        trials: behind the points, as far as they are measured.
        axis, against: what the pictures of a mean point are ranked by.
    """
    picks = [pick for pick in picked() if pick.codec in codecs]
    with st.container(key="points" if picks else "how-to"):
        _show_picks(view, pictures, ladders, codecs, trials, axis, against)


def _show_picks(
    view: View, pictures: Pictures, ladders: Sequence[Ladder], codecs: Mapping[str, Codec], trials: Sequence[Trial],
    axis: Axis, against: Against,
) -> None:  # fmt: skip
    st.subheader("What a point looks like", anchor=False)
    left, right = st.columns(2)
    with left:
        _names_control(ladders, codecs)
    _say_changes(view)
    picks = [pick for pick in picked() if pick.codec in codecs]
    if not picks:
        st.caption(
            ":material/ads_click: Its reconstruction opens here beside the original, and its quality is set at the "
            "left. A second one is compared with it."
        )
        return
    with right:
        shown = _picture_control(view, pictures, ranked_pictures(trials, picks[-1], axis, against))
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


def ranked_pictures(trials: Sequence[Trial], pick: Point, axis: Axis, against: Against) -> list[str]:
    """Return the names of the pictures behind a point, the worst on an axis first."""
    found = [
        (value, trial.picture.name)
        for trial in of_codec(trials, pick.codec)
        if trial.quality == pick.quality and (value := axis.of(trial.figures.get(axis.name(against)))) is not None
    ]
    return [name for _, name in sorted(found, reverse=not axis.higher_is_better)]


def source_of(picture: str, sources: Sequence[str]) -> str | None:
    """Return the source of a picture by its name: a sample's key ends with it, a file of a folder has an ending too."""
    names = {picture, PurePath(picture).stem}
    return next((source for source in sources if source == picture or PurePath(source).name in names), None)


def by_rank(rank: str, sources: Sequence[str]) -> str:
    """Return the worst, the median or the best of some sources, of which the worst comes first."""
    return sources[{WORST: 0, MEDIAN: len(sources) // 2, BEST: -1}[rank]]


def _picture_control(view: View, pictures: Pictures, ranked: Sequence[str]) -> View:
    """Draw the choice of the picture of the set that is looked at, and return the view with it.

    Args:
        view: of the shared controls.
        pictures: the set, or one picture, of which there is no choice.
        ranked: names of the pictures behind the point, the worst first; empty while there are none.
    """
    if not pictures.is_set:
        return view
    sources = [setting.source for setting in pictures.settings]
    ordered = [source for name in ranked if (source := source_of(name, sources))] or sources
    state = st.session_state
    clicked = state.pop(_CLICKED, None)
    if clicked is not None:
        state[_PICTURE] = source_of(clicked, sources) if clicked else WORST
    if state.get(_PICTURE) not in (*RANKS, *sources):
        state[_PICTURE] = source_of(picked()[-1].picture, sources) or WORST

    def title(option: str) -> str:
        return f"{RANKS[option]}: {by_rank(option, ordered)}" if option in RANKS else option

    st.selectbox("Picture of the set", [*RANKS, *sources], key=_PICTURE, label_visibility="collapsed",
                 format_func=title)  # fmt: skip
    shown = state[_PICTURE]
    return replace(view, image=pictures.settings[sources.index(by_rank(shown, ordered) if shown in RANKS else shown)])
