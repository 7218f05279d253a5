"""A round of a blind comparison: the pictures without names, and the vote."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import streamlit as st

from nicviz.analysis.blind import PLACES
from nicviz.ui.compare.blind_pictures import LANE, Made, pictures_of, work_ahead
from nicviz.ui.compare.blind_session import TIE, Rounds, forget
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.viewer import Pane, viewer

_STYLE = """
<style>
:root {--nicviz-stage: max(48dvh, calc(100dvh - 24.5rem));}  /* the votes are in sight */
.st-key-blind-keys {display: none;}
:has(> .st-key-blind-votes) {position: sticky; bottom: 0; z-index: 5; padding: .4rem 0 .6rem;}
.st-key-blind-votes button {min-height: 2.9rem;}
@media (max-width: 640px) {
  .st-key-blind-votes {flex-wrap: nowrap !important; gap: .4rem !important;}
  .st-key-blind-votes button {padding-inline: .4rem;}
}
@media (pointer: coarse) {.st-key-blind-hint {display: none;}}
</style>
"""


def vote_round(rounds: Rounds) -> None:
    """Draw the current round; rounds that show nothing to compare are skipped."""
    made = None
    while (number := rounds.current) is not None and made is None:
        live = pictures_of(rounds, number)
        if live.state == "failed":
            rounds.skip(live.message)
        elif live.done and live.value.identical:
            rounds.skip("Two reconstructions are the same, pixel for pixel.")
        elif live.done:
            made = live.value
        else:
            _head(rounds, number)
            progress_line(LANE)
            return
    if number is None or made is None:
        all_voted(rounds)
        return
    with_original = _head(rounds, number)
    viewer(_panes(rounds, number, made, with_original), key="blind", references=[], room=4, together=True)
    _votes(rounds, number, made, with_original)
    rounds.show(number)
    _ways(rounds)
    work_ahead(rounds, number)


def all_voted(rounds: Rounds) -> None:
    """Draw what comes after the last vote, which may be taken back until the result is seen."""
    st.html(_STYLE)
    with st.container(key="blind-head"):
        st.progress(1.0, "All rounds are done.")
    _skipped(rounds)
    with st.container(horizontal=True, key="blind-done"):
        st.button("Show the result", type="primary", icon=":material/visibility:", on_click=rounds.end,
                  key="blind-end")  # fmt: skip
        _undo(rounds)
    _keys({"u": "blind-undo"})


def _head(rounds: Rounds, number: int) -> bool:
    """Draw where one is, and the switch for the original; return whether it is shown."""
    st.html(_STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="blind-head", gap="medium"):
        st.progress(number / len(rounds.plan), f"Round {number + 1} of {len(rounds.plan)}: which do you prefer?")
        found = st.toggle("Show the original too", key=choice("blind_original"))
    _skipped(rounds)
    return bool(found)


def _panes(rounds: Rounds, number: int, made: Made, with_original: bool) -> list[Pane]:
    """Return the panes in the order that was drawn; nothing in them says more than the place."""
    order = rounds.plan[number].order
    panes = [Pane(place, place, made.reconstructions[codec]) for place, codec in zip(PLACES, order, strict=False)]
    return [*panes, Pane("original", "Original", made.original)] if with_original else panes


def _votes(rounds: Rounds, number: int, made: Made, with_original: bool) -> None:
    keys = {}
    with st.container(horizontal=True, key="blind-votes"):
        for place in [*PLACES[: len(rounds.codecs)], TIE]:
            keys["n" if place == TIE else place.lower()] = key = f"blind-vote-{number}-{place}"
            label = "No difference" if place == TIE else f"Prefer {place}"
            take = partial(rounds.vote, number, place, with_original, made.bpp, made.estimated)
            st.button(label, key=key, on_click=take, width="stretch", wrap=True)
    _keys({**keys, "u": "blind-undo"})


def _ways(rounds: Rounds) -> None:
    places = PLACES[: len(rounds.codecs)]
    with st.container(horizontal=True, vertical_alignment="center", key="blind-ways"):
        with st.container(key="blind-hint", width="stretch"):
            st.caption(f"Keys: {', '.join(places)}, N for no difference, U takes the last vote back.")
        _undo(rounds)
        if rounds.voted:
            st.button("Stop and show the result", type="tertiary", icon=":material/stop_circle:", key="blind-stop",
                      on_click=rounds.end)  # fmt: skip
        else:
            st.button("Back", type="tertiary", icon=":material/arrow_back:", key="blind-back", on_click=forget)


def _undo(rounds: Rounds) -> None:
    st.button("Undo the last vote", type="tertiary", icon=":material/undo:", key="blind-undo", on_click=rounds.undo,
              disabled=not rounds.voted)  # fmt: skip


def _skipped(rounds: Rounds) -> None:
    for number, answer in enumerate(rounds.answers, start=1):
        if answer.skipped:
            st.caption(f":material/info: Round {number} was skipped. {plain_text(answer.skipped)}")


def _keys(keys: dict[str, str]) -> None:
    with st.container(key="blind-keys"):
        _component()(key="blind-keys-script", data=keys)


@cache
def _component() -> Callable[..., Any]:
    script = Path(__file__).with_name("blind_keys.js").read_text("utf-8")
    return st.components.v2.component("nicviz_blind_keys", html="<i hidden></i>", js=script)
