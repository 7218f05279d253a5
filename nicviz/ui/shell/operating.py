"""The operating points: the quality that each codec of the shared controls is set to, or that a match finds."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from nicviz.analysis.cost import seconds_to_compare
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.requests.view import View
from nicviz.run.work import Signal, Work
from nicviz.tasks.match import match_quality
from nicviz.tasks.settings import CodecSetting, Match
from nicviz.ui.kit.ask import compute_agreed
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.shell.controls import keep_matched

LANE = "match"


def operating_qualities(view: View, original: LoadedImage, codecs: Mapping[str, Codec]) -> list[CodecSetting]:
    """Return the codecs of the shared controls, each with the quality that it is set to or that a match finds.

    A match is searched on the picture of the shared controls; what is not found yet is left out, what is found is kept
    for when the match is switched off.
    """
    if view.match is None:
        return [CodecSetting(s.codec, codecs[s.codec].quality(s.quality)) for s in view.codecs]
    works: list[tuple[Work[float], Codec | None, float]] = []
    for setting in view.codecs:
        codec = codecs[setting.codec]
        key = (original.sha256, codec.reference, view.match)
        work = Work(key, codec.title, partial(_match, original, codec, view.match))
        works.append((work, codec, seconds_to_compare(codec, view.match, 0, original)))
    outcomes = compute_agreed(LANE, works, "match", (original.sha256, view.match))
    progress_line(LANE)
    for position, outcome in enumerate(outcomes):
        if outcome.done:
            keep_matched(position, outcome.value)
        elif outcome.state == "failed":
            st.error(plain_text(f"{outcome.label}: {outcome.message}"), icon=":material/error:")
    return [
        CodecSetting(setting.codec, outcome.value)
        for setting, outcome in zip(view.codecs, outcomes, strict=True)
        if outcome.done
    ]


def _match(original: LoadedImage, codec: Codec, match: Match, signal: Signal) -> float:
    return match_quality(original, codec, match, cancel=signal).quality
