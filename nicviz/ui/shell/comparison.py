"""The inputs of a view and what its codecs make of them: what several pages begin with."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from nicviz.analysis.compare import Compared, compare_codec
from nicviz.analysis.cost import seconds_to_compare
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.requests.view import View
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.tasks.compress import corrupted
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.ask import compute_agreed
from nicviz.ui.kit.waiting import compute, progress_line
from nicviz.ui.shell.controls import keep_matched
from nicviz.ui.shell.frame import end_page, notices
from nicviz.ui.shell.picture import load_picture


@dataclass(frozen=True)
class Inputs:
    """The original, and what the codecs are given: the same picture, or the original corrupted."""

    original: LoadedImage
    source: LoadedImage

    @property
    def corrupted(self) -> bool:
        """Whether the codecs are given something else than the original."""
        return self.source is not self.original

    @property
    def num_bytes(self) -> int:
        """Bytes of one picture's pixels."""
        return self.original.pixels.nbytes


def open_inputs(view: View) -> Inputs:
    """Return the chosen picture and what the codecs are given; the page ends here while there is none."""
    original = load_picture(view.image)
    notices(view.image, original.notices)
    inputs = corrupted_inputs(view, original)
    if inputs is None:
        end_page()
    return inputs


def corrupted_inputs(view: View, original: LoadedImage) -> Inputs | None:
    """Return a picture and what the codecs are given of it; None, with progress or a message, while there is none."""
    if view.corruption is None:
        return Inputs(original, original)
    setting = view.corruption
    work = Work((original.sha256, setting), f"{setting}", lambda signal: corrupted(original, setting),
                original.pixels.nbytes)  # fmt: skip
    (given,) = compute("corrupt", [work], patience=2.0)
    progress_line("corrupt")
    if given.state == "failed":
        st.error(given.message, icon=":material/error:")
    return Inputs(original, given.value) if given.done else None


def compress_all(
    view: View, inputs: Inputs, codecs: Mapping[str, Codec], exact: Sequence[CodecSetting]
) -> list[Live[Compared]]:
    """Return how the compression with each codec stands; a quality that a match found stays when it is switched off.

    Args:
        view: codecs and match.
        inputs: the pictures.
        codecs: by name.
        exact: serial codecs whose bitstream was asked for; the others give an estimate.
    """
    works: list[tuple[Work[Compared], Codec | None, float]] = []
    for setting in view.codecs:
        run = partial(_compare, inputs, codecs[setting.codec], setting.quality, view, setting in exact)
        codec = codecs[setting.codec]  # its reference tells a checkpoint from one that comes under its name later
        key = (inputs.original.sha256, inputs.source.sha256, codec.reference, setting, view.match, setting in exact)
        cold = codec.family == "neural" and "compressai" not in sys.modules
        work = Work(key, codec.title, run, inputs.num_bytes, after_drawing=cold)
        seconds = seconds_to_compare(codec, view.match, 1 + inputs.corrupted, inputs.original)
        works.append((work, codec, seconds))
    found = compute_agreed("compress", works, "compression", (inputs.original.sha256, view.corruption, view.match))
    for position, outcome in enumerate(found):
        if outcome.done and outcome.value.matched:
            keep_matched(position, outcome.value.matched.quality)
    return found


def _compare(inputs: Inputs, codec: Codec, quality: float | None, view: View, exact: bool, signal: Signal) -> Compared:
    return compare_codec(inputs.original, view.corruption, codec, quality, view.match, exact=exact, cancel=signal)
