"""The choices of the Latents page: which codec, which channel, which place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.latents.bits import ranking
from nicviz.analysis.latents.levels import KEYS, Level
from nicviz.analysis.latents.look import Look
from nicviz.codecs import Codec, NeuralCodec
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.choices import choice, choose, chosen
from nicviz.ui.shell.panes import setting_title

VIEWS = {"channels": "Channels", "bits": "Where the bits go", "redundancy": "What the prior removes",
         "basis": "What an element draws", "surgery": "Surgery"}  # fmt: skip
USUAL = "compact-hyperprior"
ORDERS = {"bits": "Most bits first", "energy": "Most energy first"}


@dataclass(frozen=True)
class Inside:
    """The neural codec that is looked into, at its quality."""

    codec: NeuralCodec
    quality: float
    color: str

    @property
    def title(self) -> str:
        """Title and quality, as in other pages."""
        return setting_title(self.codec, self.quality)


def inside_choice(
    operating: Sequence[CodecSetting], colors: Mapping[str, str], codecs: Mapping[str, Codec], waiting: bool
) -> Inside | None:
    """Draw which neural codec is looked into, and return it; None where a match has not found its quality.

    Args:
        operating: the codecs of the shared controls with their qualities, as far as they are known.
        colors: of codecs, by name.
        codecs: by name.
        waiting: whether the quality of a neural codec is still looked for.
    """
    found: dict[str, Inside] = {}
    for setting in operating:
        codec = codecs[setting.codec]
        if isinstance(codec, NeuralCodec):
            quality = codec.quality(setting.quality)
            found[codec.setting(quality)] = Inside(codec, quality, colors[setting.codec])
    if not found:
        if waiting:
            st.caption("There is nothing to look into yet: no neural codec has the quality that the match looks for.")
            return None
        codec = codecs[USUAL]
        st.caption(f":material/info: No neural codec is chosen at the left: this is {codec.title}.")
        return Inside(codec, codec.quality(None), colors[USUAL]) if isinstance(codec, NeuralCodec) else None
    names = list(found)
    if len(names) == 1:
        return found[names[0]]
    name = st.segmented_control("Look into", names, format_func=lambda each: found[each].title, required=True,
                                key=choice("inside", names))  # fmt: skip
    return found[str(name)]


def latent_control(known: Mapping[str, Level]) -> str:
    """Draw which of several latents is looked at, and return its key; nothing is drawn of one or none."""
    if len(known) < 2:
        return KEYS[0]
    which = st.segmented_control("Latent", list(known), format_func=lambda key: known[key].title, required=True,
                                 key=choice("latent", list(known), known=KEYS))  # fmt: skip
    return str(which)


def chosen_channel(ranked: NDArray[np.intp]) -> int:
    """Return the channel that is looked at: the first in the order before one was chosen."""
    channel = chosen("latent_channel")
    return int(channel) if channel is not None and channel < len(ranked) else int(ranked[0])


def channel_control(ranked: NDArray[np.intp]) -> int:
    """Draw the channel as a number with steps along the order, and return it."""
    channel = chosen_channel(ranked)
    place = int(np.flatnonzero(ranked == channel)[0])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        last = len(ranked) - 1
        st.button("", icon=":material/chevron_left:", key="channel-before", help="The channel before it in the order",
                  disabled=place == 0, on_click=choose_channel, args=(int(ranked[max(0, place - 1)]),))  # fmt: skip
        st.number_input("Channel", 0, last, channel, key=f"channel-number-{channel}-{last}", width=130,
                        on_change=_take_number, args=(f"channel-number-{channel}-{last}",),
                        help="By its number in the network; a click in the mosaic chooses one too.")  # fmt: skip
        st.button("", icon=":material/chevron_right:", key="channel-after", help="The channel after it in the order",
                  disabled=place == last, on_click=choose_channel,
                  args=(int(ranked[min(last, place + 1)]),))  # fmt: skip
        st.caption(f"No. {place + 1} of {last + 1} in the order", width="content")
    return channel


def choose_channel(channel: int) -> None:
    """Look at a channel; from a callback."""
    choose("latent_channel", channel)


def _take_number(key: str) -> None:
    choose_channel(int(st.session_state[key]))


def order_control() -> str:
    """Draw how channels are ordered, and return it."""
    found = st.segmented_control("Order", list(ORDERS), format_func=ORDERS.__getitem__, required=True,
                                 key=choice("latent_order"))  # fmt: skip
    return str(found)


def chosen_place(found: Look) -> tuple[int, int]:
    """Return row and column of the element that is looked at: the one with the most bits before one was chosen."""
    height, width = places(found)
    place = chosen("latent_at")
    if place is not None and place[0] < height and place[1] < width:
        return int(place[0]), int(place[1])
    bits = found.latents.bits_y.sum(axis=0)[:height, :width]
    row, column = np.unravel_index(int(bits.argmax()), bits.shape)
    return int(row), int(column)


def places(found: Look) -> tuple[int, int]:
    """Return how many rows and columns of elements lie in the picture, not in its padding alone."""
    height, width = (-(-side // found.latents.stride) for side in found.shape)
    return height, width


def place_control(found: Look) -> tuple[int, int]:
    """Draw row and column of the element as numbers, for those who do not click, and return them."""
    place = chosen_place(found)
    ends = places(found)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", width="content"):
        for axis, name in enumerate(("Row", "Column")):
            key = f"place-{axis}-{place[0]}-{place[1]}-{ends[axis]}"
            st.number_input(name, 0, ends[axis] - 1, place[axis], key=key, width=120, on_change=_take_coordinate,
                            args=(key, axis, place))  # fmt: skip
    return place


def _take_coordinate(key: str, axis: int, place: tuple[int, int]) -> None:
    value = int(st.session_state[key])
    choose_place(*((value, place[1]) if axis == 0 else (place[0], value)))


def choose_place(row: int, column: int) -> None:
    """Look at an element; from a callback."""
    choose("latent_at", (row, column))


def ranked_channels(found: Look, by: str) -> NDArray[np.intp]:
    """Return the channels of y in the order that is chosen."""
    return ranking(found.latents.y_hat, found.latents.bits_y, by)
