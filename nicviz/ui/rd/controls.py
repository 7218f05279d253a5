"""The choices of the rate–distortion page."""

from collections.abc import Mapping, Sequence

import streamlit as st

from nicviz.analysis.rd.points import Ladder
from nicviz.codecs import Codec
from nicviz.ui.shell.view import View

ALSO = "also"  # widget and parameter of the URL
EXTRA = ("jpeg", "avif")
VIEWS = {"curves": "Curves", "corruption": "Under corruption", "cross": "PSNR or MS-SSIM", "speed": "Speed"}


def codecs_control(view: View, codecs: Mapping[str, Codec]) -> tuple[Ladder, ...]:
    """Draw the choice of further codecs, and return the ladders of these and of those chosen at the left."""
    chosen = list(dict.fromkeys(setting.codec for setting in view.codecs))
    ready = [name for name, codec in codecs.items() if codec.availability().ok]

    state, query = st.session_state, st.query_params
    if ALSO not in state:
        state[ALSO] = query[ALSO].split(",") if ALSO in query else list(EXTRA)
    options = [name for name in ready if name not in chosen]
    state[ALSO] = [name for name in state[ALSO] if name in options]
    also: Sequence[str] = st.multiselect("More codecs", options, key=ALSO, format_func=lambda name: codecs[name].title)
    if list(also) != [name for name in EXTRA if name in options]:
        query[ALSO] = ",".join(also)
    elif ALSO in query:
        del query[ALSO]
    return tuple(_ladder(codecs[name]) for name in [*chosen, *also])


def _ladder(codec: Codec) -> Ladder:
    return Ladder(codec.name, tuple(map(float, codec.ladder)) or (codec.quality(None),))
