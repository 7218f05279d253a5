"""Asking before what takes more than a minute."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import streamlit as st

from nicviz.analysis.cost import ASK_BEYOND, told
from nicviz.codecs import Codec
from nicviz.run.live import Live
from nicviz.run.work import Work
from nicviz.ui.kit.waiting import PATIENCE, compute

T = TypeVar("T")
ItemT = TypeVar("ItemT")
_AGREED = "agreed"


def agreed(
    items: Sequence[ItemT], what: str, of: Callable[[ItemT], tuple[Codec | None, float]], key: Hashable
) -> list[ItemT]:  # fmt: skip
    """Return the items that take under a minute or that the user wants all the same; ask about the others.

    Args:
        items: in order.
        what: is to be made of each: "map", "curve".
        of: an item to its codec (None for what no codec does) and about how many seconds it takes.
        key: what else the work depends on; another picture is asked about anew.
    """
    kept: set[Hashable] = st.session_state.setdefault(_AGREED, set())
    found = []
    for item in items:
        codec, seconds = of(item)
        mine = (what, key, codec and codec.name)
        if codec is None or seconds <= ASK_BEYOND or mine in kept:
            found.append(item)
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"The {what} of **{codec.title}** takes about {told(seconds)}.", width="content")
            st.button("Compute it", icon=":material/hourglass:", key=f"agree-{what}-{codec.name}",
                      on_click=kept.add, args=(mine,))  # fmt: skip
    return found


def compute_agreed(
    lane: str,
    works: Sequence[tuple[Work[T], Codec | None, float]],
    what: str,
    key: Hashable,
    patience: float = PATIENCE,
) -> list[Live[T]]:
    """Return how each piece of work stands, in its place; what takes long is asked about and not begun before.

    Args:
        lane, patience: as of `compute`.
        works: each with its codec and its seconds, as `of` of `agreed` gives them.
        what, key: as of `agreed`.
    """
    ready = agreed(range(len(works)), what, of=lambda place: works[place][1:], key=key)
    lives = dict(zip(ready, compute(lane, [works[place][0] for place in ready], patience), strict=True))
    unasked = "Not computed: it takes long, and is asked about above."
    return [lives.get(place) or Live("canceled", work.label, unasked) for place, (work, _, _) in enumerate(works)]
