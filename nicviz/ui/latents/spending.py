"""Where the bits go: over the picture and by part, of a neural codec and, counted, of a JPEG beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.latents.jpeg import JpegBits, jpeg_bits
from nicviz.analysis.latents.look import Look
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.plots.colors import CORRUPTED, ORIGINAL
from nicviz.plots.maps import color_map, symmetric_map
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.tasks.compress import Compression, compress
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.table import Row, show_table
from nicviz.ui.kit.waiting import compute, progress_line
from nicviz.ui.latents.controls import Inside
from nicviz.ui.latents.legend import legend, symmetric_legend
from nicviz.ui.latents.painted import painted
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.shell.panes import setting_title
from nicviz.ui.viewer import Pane, viewer

COUNTED = ("jpeg", "jpeg-444")
Field = NDArray[np.float64]


@dataclass(frozen=True)
class Spent:
    """Bits of one codec on one picture.

    Args:
        title, color: of the codec.
        map: (H, W) bits a pixel.
        parts: name to bits, which add up to the whole.
        bitstream: bits of the bitstream; None where it was not made.
    """

    title: str
    color: str
    map: Field
    parts: Mapping[str, float]
    bitstream: float | None

    @property
    def total(self) -> float:
        """All bits."""
        return sum(self.parts.values())


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
    made = _bitstreams(inputs, inside, operating, codecs)
    given = [_spent(inside, found[-1], made)]
    counted = [(setting, codecs[setting.codec]) for setting in operating if setting.codec in COUNTED]
    given += [_counted(setting, codec, colors[codec.name], made) for setting, codec in counted if codec.name in made]
    top = float(np.percentile(np.concatenate([each.map.ravel() for each in given]), 99.5)) or 1.0
    whole = painted(found[-1], "given", lambda: inputs.source.pixels)
    picture = Pane("given", "Corrupted" if inputs.corrupted else "Original", whole,
                   color=CORRUPTED if inputs.corrupted else ORIGINAL)  # fmt: skip
    panes = [picture]
    for number, each in enumerate(given):
        png = painted(found[-1], (each.title, top), partial(color_map, each.map, top))
        panes.append(Pane(f"bits-{number}", each.title, png, f"{each.total / each.map.size:.3f} bpp", color=each.color))
    if found[-1].latents.bits_z is not None:
        side = found[-1].map_z
        most = float(side.max()) or 1.0
        panes.append(Pane("side", "of it: side information", painted(found[-1], "side", partial(color_map, side, most)),
                          f"{side.mean():.3f} bpp; brightest at {most:.2g}", color=inside.color))  # fmt: skip
    viewer(panes, key="latents-bits", references=[])
    legend(top, "bits a pixel and more; one scale for all but the side information")
    progress_line("inside-bitstreams")
    _table(given)
    _others(operating, codecs)
    if inputs.corrupted:
        _noise(inside, found[0], found[-1])


def _bitstreams(
    inputs: Inputs, inside: Inside, operating: Sequence[CodecSetting], codecs: Mapping[str, Codec]
) -> dict[str, Compression]:
    """Return codec name to the bitstream of what the codecs are given, as far as it is made."""
    wanted: dict[str, tuple[Codec, float]] = {
        each.codec: (codecs[each.codec], codecs[each.codec].quality(each.quality))
        for each in operating if each.codec in COUNTED
    }  # fmt: skip
    if not inside.codec.estimate_first:
        wanted[inside.codec.name] = (inside.codec, inside.quality)
    works = [
        Work((inputs.source.sha256, codec.reference, quality), codec.title,
             partial(_compress, inputs.source, codec, quality), inputs.num_bytes)
        for codec, quality in wanted.values()
    ]  # fmt: skip
    lives: list[Live[Compression]] = compute("inside-bitstreams", works)
    return {name: live.value for name, live in zip(wanted, lives, strict=True) if live.done}


def _compress(picture: LoadedImage, codec: Codec, quality: float, signal: Signal) -> Compression:
    return compress(picture, codec, quality, cancel=signal)


def _spent(inside: Inside, found: Look, made: Mapping[str, Compression]) -> Spent:
    latents = found.latents
    parts = {"latent": float(latents.bits_y.sum())}
    if latents.bits_z is not None:
        parts["side information"] = float(latents.bits_z.sum())
    whole = made.get(inside.codec.name)
    bitstream = None if whole is None or whole.num_bytes is None else 8.0 * whole.num_bytes
    return Spent(inside.title, inside.color, found.map_y + found.map_z, parts, bitstream)


def _counted(setting: CodecSetting, codec: Codec, color: str, made: Mapping[str, Compression]) -> Spent:
    data = made[codec.name].bitstream or b""
    bits: JpegBits = jpeg_bits(data)
    parts = {"blocks": float(bits.mcus.sum()), "header and tables": float(bits.header)}
    return Spent(setting_title(codec, codec.quality(setting.quality)), color, bits.map, parts, 8.0 * len(data))


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
    reach = float(np.percentile(np.abs(after - before), 99.5)) or 1.0
    top = float(np.percentile(np.concatenate([before.ravel(), after.ravel()]), 99.5)) or 1.0
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
