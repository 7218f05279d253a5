"""Autoregressive codecs: an estimate at once, the bitstream when it is asked for."""

from collections.abc import Mapping, Sequence

import streamlit as st

from nicviz.analysis.compare import Compared
from nicviz.codecs import Codec
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.tasks.settings import CodecSetting


def asked_for() -> list[CodecSetting]:
    """Return the settings whose bitstream this session asked for."""
    settings: list[CodecSetting] = st.session_state.setdefault("exact", [])
    return settings


def offer_bitstreams(view: View, codecs: Mapping[str, Codec], compared: Sequence[Live[Compared]]) -> None:
    """Offer to make the bitstream of each result that is only an estimate so far."""
    place = st.container()
    for position, (setting, outcome) in enumerate(zip(view.codecs, compared, strict=True)):
        if not outcome.done or outcome.value.compression.bitstream is not None:
            continue
        left, right = place.columns([4, 1], vertical_alignment="center")
        codec, compression = codecs[setting.codec], outcome.value.compression
        left.caption(
            f":material/hourglass: **{codec.title}** codes symbol after symbol, so its rate is estimated from a "
            f"forward pass. The bitstream takes {how_long(codec.cost * compression.width * compression.height / 1e6)}."
        )
        right.button("Make the bitstream", key=f"exact-{position}", on_click=_ask, args=(setting,), width="stretch")


def how_long(seconds: float) -> str:
    """Return about how long something takes, from what the codec is known to cost."""
    return "less than a second" if seconds < 1 else f"about {seconds:.0f} s"


def _ask(setting: CodecSetting) -> None:
    st.session_state["exact"] = [*asked_for(), setting][-8:]
