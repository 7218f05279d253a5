"""Where the bits go: over the picture and by part, of a neural codec and, counted, of a JPEG beside it."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.latents.look import Look
from nicviz.codecs import Codec
from nicviz.plots.colors import CORRUPTED, ORIGINAL
from nicviz.plots.maps import color_map, symmetric_map
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.latents.controls import Inside, places
from nicviz.ui.latents.counting import COUNTED, LANE, Spent, side_names, spent_by
from nicviz.ui.latents.importance import show_importance
from nicviz.ui.latents.legend import legend, symmetric_legend
from nicviz.ui.latents.painted import painted
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.viewer import Pane, viewer

Field = NDArray[np.float64]


def show_bits(
    inputs: Inputs, inside: Inside, found: Sequence[Look], operating: Sequence[CodecSetting],
    codecs: Mapping[str, Codec], colors: Mapping[str, str],
) -> None:  # fmt: skip
    """Draw the maps of what the codec is given, those of a JPEG among the codecs beside it, and the sums.

    Args:
        inputs: the pictures.
        inside: the neural codec.
        found: the looks at the original and, where it was corrupted, at what the codec is given.
        operating: the codecs of the shared controls with their qualities.
        codecs, colors: by name.
    """
    given = spent_by(inputs, inside, found[-1], operating, codecs, colors)
    top = _top([each.map for each in given], found[-1].latents.stride)
    whole = painted(found[-1], "given", lambda: inputs.source.pixels)
    picture = Pane("given", "Corrupted" if inputs.corrupted else "Original", whole,
                   color=CORRUPTED if inputs.corrupted else ORIGINAL)  # fmt: skip
    panes = [picture]
    for number, each in enumerate(given):
        png = painted(found[-1], (each.title, top), partial(color_map, each.map, top))
        panes.append(Pane(f"bits-{number}", each.title, png, f"{each.total / each.map.size:.3f} bpp", color=each.color))
    sides = found[-1].maps_side
    for name, side in zip(side_names(len(sides)), sides, strict=True):
        most = _top([side], 4 * found[-1].latents.stride, 100)
        panes.append(Pane(name, f"of it: {name}", painted(found[-1], name, partial(color_map, side, most)),
                          f"{side.mean():.3f} bpp; brightest at {most:.2g}", color=inside.color))  # fmt: skip
    viewer(panes, key="latents-bits", references=[])
    legend(top, "bits a pixel and more; one scale for all but the side information")
    progress_line(LANE)
    _padding(found[-1])
    _table(given)
    _others(operating, codecs)
    show_importance(inputs.source, inside, found[-1])
    if inputs.corrupted:
        _noise(inside, found[0], found[-1])


def _top(maps: Sequence[Field], stride: int, share: float = 99.5) -> float:
    """Return the end of a color scale; the last cells, which carry the padding's bits, have no say in it."""
    return float(np.percentile(np.concatenate([_inner(each, stride).ravel() for each in maps]), share)) or 1.0


def _inner(field: Field, stride: int) -> Field:
    return field[:-stride, :-stride] if min(field.shape) > 2 * stride else field


def _padding(found: Look) -> None:
    """Say what of the bits is coded of the padding, and where it is drawn."""
    bits, stride = found.latents.bits_y.sum(axis=0), found.latents.stride
    rows, columns = places(found)
    if (rows, columns) == bits.shape:
        return
    size = f"{bits.shape[1] * stride} × {bits.shape[0] * stride}"
    beyond = 1 - bits[:rows, :columns].sum() / bits.sum()
    st.caption(
        f"The codec pads the picture to {size} pixels. What it codes there, {beyond:.1%} of the latent's bits, is "
        "drawn in the last row and column: that they are bright is no detail of the picture."
    )


def _table(given: Sequence[Spent]) -> None:
    names = list(dict.fromkeys(name for each in given for name in each.parts))
    rows = [
        Row(
            f"{name.capitalize()} (bits)", [f"{each.parts[name]:,.0f}" if name in each.parts else "–" for each in given]
        )
        for name in names
    ]
    rows.append(Row("Sum of the map (bits)", [f"{each.map.sum():,.0f}" for each in given],
                    help="of all pixels; a JPEG's header is nowhere in the picture"))  # fmt: skip
    rows.append(Row("Bitstream (bits)", ["–" if each.bitstream is None else f"{each.bitstream:,.0f}" for each in given],
                    help="what the coder wrote, with its container"))  # fmt: skip
    over = ["–" if each.bitstream is None else f"{(each.bitstream - each.total) / 8:+,.0f} bytes" for each in given]
    rows.append(Row("Bitstream beyond the estimate", over,
                    help="what the range coder and the container take beyond −log2 of the likelihoods"))  # fmt: skip
    show_table([(each.title, each.color) for each in given], rows)


def _others(operating: Sequence[CodecSetting], codecs: Mapping[str, Codec]) -> None:
    left = [codecs[each.codec] for each in operating if each.codec not in COUNTED]
    titles = list(dict.fromkeys(codec.title for codec in left if codec.family != "neural"))
    if titles:
        st.caption(
            f"{', '.join(titles)}: there is no true count. An arithmetic coder's bits belong to no block, and these "
            "formats code a bit plane, a stripe or the whole picture at once. Choose JPEG at the left to see one that "
            "can be counted, block by block."
        )
    if len(left) == len(operating):
        st.caption("Choose JPEG at the left too: its bits can be counted block by block, and are drawn beside these.")


def _noise(inside: Inside, clean: Look, given: Look) -> None:
    """Draw what the corruption costs, place by place."""
    st.subheader("Bits that the corruption costs", anchor=False)
    before, after = clean.map_y + clean.map_z, given.map_y + given.map_z
    stride = given.latents.stride
    reach, top = _top([np.abs(after - before)], stride), _top([before, after], stride)
    pngs = [painted(each, ("bits", top), partial(color_map, field, top))
            for each, field in ((clean, before), (given, after))]  # fmt: skip
    more = painted(given, ("more", clean.image), partial(symmetric_map, after - before, reach))
    panes = [
        Pane("clean-bits", "Clean", pngs[0], f"{clean.bpp:.3f} bpp", color=ORIGINAL),
        Pane("given-bits", "Corrupted", pngs[1], f"{given.bpp:.3f} bpp", color=CORRUPTED),
        Pane("more", "Corrupted − clean", more, f"{given.bpp - clean.bpp:+.3f} bpp", color=inside.color),
    ]
    viewer(panes, key="latents-noise", references=[])
    symmetric_legend(reach, "bits a pixel; red costs more than the clean picture")
    cost = given.latents.bits - clean.latents.bits
    st.caption(
        f"The corruption costs {cost:+,.0f} bits ({cost / clean.latents.bits:+.1%}) at this quality.".replace("-", "−")
    )
