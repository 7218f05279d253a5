"""The bits of one codec on one picture: of a neural codec from its likelihoods, of a JPEG counted."""

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
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.tasks.compress import Compression, compress
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.waiting import compute
from nicviz.ui.latents.controls import Inside
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.shell.panes import setting_title

COUNTED = ("jpeg", "jpeg-444")
LANE = "inside-bitstreams"
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


@dataclass(frozen=True)
class Made:
    """A bitstream, and its bits by block where they can be counted."""

    compression: Compression
    blocks: JpegBits | None


def side_names(count: int) -> list[str]:
    """Return what the side information of so many hyper-latents is called, the finest first."""
    return ["side information"][:count] if count < 2 else ["fine side information", "coarse side information"]


def spent_by(
    inputs: Inputs, inside: Inside, found: Look, operating: Sequence[CodecSetting], codecs: Mapping[str, Codec],
    colors: Mapping[str, str],
) -> list[Spent]:  # fmt: skip
    """Return the bits of the neural codec and of each JPEG among the codecs, as far as they are made; say what fails.

    Args:
        inputs: the pictures; the codecs are given the corrupted one, where there is one.
        inside: the neural codec.
        found: its look at what it is given.
        operating: the codecs of the shared controls with their qualities.
        codecs, colors: by name.
    """
    wanted = {codec.setting(quality): (codec, quality) for codec, quality in _counted_codecs(operating, codecs)}
    own = inside.codec.setting(inside.quality)
    if not inside.codec.estimate_first:
        wanted[own] = (inside.codec, inside.quality)
    works = [
        Work((inputs.source.sha256, codec.reference, quality), codec.title,
             partial(_compress, inputs.source, codec, quality), inputs.num_bytes)
        for codec, quality in wanted.values()
    ]  # fmt: skip
    lives: list[Live[Made]] = compute(LANE, works)
    for live in lives:
        if live.state == "failed":
            st.error(plain_text(f"{live.label}: {live.message}"), icon=":material/error:")
    made = {name: live.value for name, live in zip(wanted, lives, strict=True) if live.done}
    counted = [
        _counted(setting_title(codec, quality), colors[codec.name], made[name].blocks)
        for name, (codec, quality) in wanted.items()
        if name in made and name != own
    ]
    return [_of_look(inside, found, made.get(own)), *filter(None, counted)]


def _counted_codecs(operating: Sequence[CodecSetting], codecs: Mapping[str, Codec]) -> list[tuple[Codec, float]]:
    chosen = [(codecs[each.codec], each.quality) for each in operating if each.codec in COUNTED]
    return [(codec, codec.quality(quality)) for codec, quality in chosen]


def _compress(picture: LoadedImage, codec: Codec, quality: float, signal: Signal) -> Made:
    made = compress(picture, codec, quality, cancel=signal)
    return Made(made, jpeg_bits(made.bitstream or b"") if codec.name in COUNTED else None)


def _of_look(inside: Inside, found: Look, made: Made | None) -> Spent:
    latents = found.latents
    parts = {"latent": latents.total_y}
    parts |= dict(zip(side_names(len(latents.bits_side)), latents.bits_side, strict=True))
    whole = None if made is None else made.compression.num_bytes
    bitstream = None if whole is None else 8.0 * whole
    return Spent(inside.title, inside.color, found.map_y + found.map_z, parts, bitstream)


def _counted(title: str, color: str, bits: JpegBits | None) -> Spent | None:
    if bits is None:
        return None
    parts = {"blocks": float(bits.mcus.sum()), "header and tables": float(bits.header)}
    return Spent(title, color, bits.map, parts, bits.total)
