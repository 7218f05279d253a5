"""The choices of the rate–distortion page."""

from collections.abc import Mapping, Sequence

import streamlit as st

from nicviz.analysis.cost import seconds_of_curves
from nicviz.analysis.rd.points import Ladder
from nicviz.codecs import Codec
from nicviz.codecs.base import MEGAPIXEL
from nicviz.requests.parts import own_ladder
from nicviz.requests.view import View
from nicviz.ui.kit.ask import agreed
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.shell.controls import codec_label

VIEWS = {"curves": "Curves", "corruption": "Under corruption", "cross": "PSNR or MS-SSIM", "speed": "Speed"}


def codecs_control(view: View, codecs: Mapping[str, Codec]) -> tuple[Ladder, ...]:
    """Draw the choice of further codecs, and return the ladders of these and of those chosen at the left."""
    chosen = list(dict.fromkeys(setting.codec for setting in view.codecs))
    ready = [name for name, codec in codecs.items() if codec.availability().ok]
    options = [name for name in ready if name not in chosen]
    key = choice("also", options)
    also = st.multiselect("More codecs", options, key=key, format_func=lambda name: codec_label(codecs[name]))
    return tuple(own_ladder(codecs[name]) for name in [*chosen, *also])


def agreed_ladders(ladders: Sequence[Ladder], pictures: Pictures, codecs: Mapping[str, Codec]) -> tuple[Ladder, ...]:
    """Return the ladders that do not take long on these pictures, or that the user agreed to; ask about the others."""
    megapixels = pictures.original.pixels[:, :, 0].size / MEGAPIXEL

    def cost(ladder: Ladder) -> tuple[Codec, float]:
        return codecs[ladder.codec], seconds_of_curves(codecs, [ladder], len(pictures.settings), megapixels)

    return tuple(agreed(ladders, "curve", key=pictures.key, of=cost))
