"""What the Theory page lets its users choose; all of it lives in the URL."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import streamlit as st

from nicviz.analysis.theory.bias import MSES, PICTURE, TRAINING_SETS, LinearAt
from nicviz.analysis.theory.patches import SIDES, PatchChannel
from nicviz.codecs import Codec
from nicviz.requests.pages import RATES
from nicviz.ui.kit.choices import choice, chosen
from nicviz.ui.kit.screen import folded_when_narrow

VIEWS = {
    "spectrum": "Spectrum of a set", "components": "Principal components", "codec": "The linear codec", "rd": "R(D)",
}  # fmt: skip
TRAINED_TITLES = {
    "photographs": "Photographs", "white": "1/f⁰ noise", "pink": "1/f noise", "brown": "1/f² noise", "text": "Text",
    PICTURE: "This picture",
}  # fmt: skip
CHANNELS = {"luminance": "Luminance", "rgb": "RGB"}


def patch_choices() -> tuple[int, PatchChannel]:
    """Draw the choice of patches, and return their side in pixels and what they are taken from."""
    side: Any = st.segmented_control("Patches", SIDES, format_func=lambda side: f"{side}×{side}", required=True,
                                     key=choice("patch_side"))  # fmt: skip
    channel: Any = st.segmented_control(
        "Of", list(CHANNELS), format_func=CHANNELS.__getitem__, required=True, key=choice("patch_channel"),
        help="RGB patches of 32×32 have 3,072 values: their eigenvectors take about half a minute, once.",
    )  # fmt: skip
    return int(side), cast(PatchChannel, channel)


def trained_choice() -> str:
    """Draw the choice of the training set and return it."""
    st.segmented_control(
        "Trained on", list(TRAINING_SETS), format_func=TRAINED_TITLES.__getitem__, required=True, key=choice("trained"),
        help="Photographs: the samples. Text: a printed page. Noise: of that power spectrum, gray clouds without any "
        "structure. This picture: the best linear codec for it, which no decoder could know.",
    )  # fmt: skip
    return str(chosen("trained"))


def linear_at(codec: Codec, bpp: float | None) -> LinearAt | None:
    """Draw where the linear codec is set and return it; None while the rate that it is to have is not known.

    Args:
        codec: that it is compared with.
        bpp: of that codec on this picture; None while it is computed.
    """
    titles = {"codec": f"The rate of {codec.title}", "bpp": "A rate", "mse": "A target MSE"}
    with folded_when_narrow("Where the linear codec is set"):
        kind = st.segmented_control("Set the linear codec to", list(titles), format_func=titles.__getitem__,
                                    required=True, key=choice("linear_at"))  # fmt: skip
        if kind == "bpp":
            st.number_input("Bits per pixel", *RATES, step=0.1, format="%.3f", key=choice("linear_bpp"), width=160)
            return LinearAt("bpp", float(chosen("linear_bpp")))
        if kind == "mse":
            st.number_input("MSE over R, G and B (levels²)", *MSES, step=10.0, format="%.4g",
                            key=choice("linear_mse"), width=220)  # fmt: skip
            return LinearAt("mse", float(f"{chosen('linear_mse'):.6g}"))
    return None if bpp is None else LinearAt("bpp", bpp)


def compared_with(names: Sequence[str], codecs: Mapping[str, Codec]) -> int:
    """Return which of the view's codecs theory is compared with: the first neural one, or else the first."""
    return next((place for place, name in enumerate(names) if codecs[name].family == "neural"), 0)
