"""Asking before what takes more than a minute."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import streamlit as st

from nicviz.analysis.cost import ASK_BEYOND, told
from nicviz.codecs import Codec

ItemT = TypeVar("ItemT")
_AGREED = "agreed"


def agreed(
    items: Sequence[ItemT], what: str, of: Callable[[ItemT], tuple[Codec, float]], key: Hashable
) -> list[ItemT]:  # fmt: skip
    """Return the items that take under a minute or that the user wants all the same; ask about the others.

    Args:
        items: in order.
        what: is to be made of each: "map", "curve".
        of: an item to its codec and about how many seconds it takes.
        key: what else the work depends on; another picture is asked about anew.
    """
    kept: set[Hashable] = st.session_state.setdefault(_AGREED, set())
    found = []
    for item in items:
        codec, seconds = of(item)
        mine = (what, key, codec.name)
        if seconds <= ASK_BEYOND or mine in kept:
            found.append(item)
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"The {what} of **{codec.title}** takes about {told(seconds)}.", width="content")
            st.button("Compute it", icon=":material/hourglass:", key=f"agree-{what}-{codec.name}",
                      on_click=kept.add, args=(mine,))  # fmt: skip
    return found
