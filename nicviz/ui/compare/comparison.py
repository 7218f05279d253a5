"""The work behind the Compare page, in the order in which its parts can be shown."""

import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.compare import Compared, Measured, compare_codec, measure_codec
from nicviz.codecs import Codec
from nicviz.color import delta_e00, srgb_to_lab
from nicviz.images import LoadedImage
from nicviz.requests.view import View
from nicviz.tasks.compress import corrupted
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.live import Outcome, Work, compute, progress_line
from nicviz.ui.shell.frame import end_page, notices
from nicviz.ui.shell.picture import load_picture

MAPS = {"pictures": "Pictures", "delta_e00": "ΔE00 map", "absolute": "Error map"}


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
    given = corrupt_input(view, original)
    progress_line("corrupt")
    if given.state == "failed":
        st.error(given.message, icon=":material/error:")
    if given.state != "done":
        end_page()
    return Inputs(original, given.value)


def corrupt_input(view: View, original: LoadedImage) -> Outcome:
    """Return the outcome whose value is the picture that the codecs are given."""
    if view.corruption is None:
        return Outcome("done", original)
    setting = view.corruption
    key = (original.sha256, setting)
    work = Work(key, f"{setting}", lambda cancel: corrupted(original, setting), original.pixels.nbytes)
    return compute("corrupt", [work], patience=2.0)[0]


def compress_all(
    view: View, inputs: Inputs, codecs: Mapping[str, Codec], exact: Sequence[CodecSetting]
) -> list[Outcome]:
    """Return per codec the outcome whose value is a `Compared`.

    Args:
        view: codecs and match.
        inputs: the pictures.
        codecs: by name.
        exact: serial codecs whose bitstream was asked for; the others give an estimate.
    """
    works = []
    for setting in view.codecs:
        run = partial(_compare, inputs, codecs[setting.codec], setting.quality, view, setting in exact)
        codec = codecs[setting.codec]  # in the key, because a checkpoint may be replaced under its name
        key = (inputs.original.sha256, inputs.source.sha256, codec, setting, view.match, setting in exact)
        cold = codec.family == "neural" and "compressai" not in sys.modules
        works.append(Work(key, codec.title, run, inputs.num_bytes, after_drawing=cold))
    return compute("compress", works)


def _compare(
    inputs: Inputs, codec: Codec, quality: float | None, view: View, exact: bool, cancel: threading.Event
) -> Compared:
    return compare_codec(inputs.original, inputs.source, codec, quality, view.match, exact=exact, cancel=cancel)


def measure_all(inputs: Inputs, compared: Sequence[Outcome]) -> list[Outcome]:
    """Return per codec the outcome whose value is a `Measured`; what is not compressed yet is passed on."""
    works = []
    for outcome in compared:
        if outcome.state == "done":
            key = (inputs.original.sha256, inputs.source.sha256, outcome.value.compression.key)
            works.append(Work(key, outcome.value.compression.setting, partial(_measure, inputs, outcome.value)))
    return _merge(compared, compute("measure", works, patience=1.5))


def _measure(inputs: Inputs, compared: Compared, cancel: object) -> Measured:
    return measure_codec(inputs.original, inputs.source, compared)


def error_fields(inputs: Inputs, compared: Sequence[Outcome], kind: str, reference: str) -> list[Outcome]:
    """Return per codec the outcome whose value is the error at each pixel, (H, W) float32.

    Args:
        inputs: the pictures.
        compared: from `compress_all`.
        kind: "delta_e00", or "absolute" (mean over R, G, B of |error| in 8-bit levels).
        reference: "input" or "original".
    """
    against = inputs.original if reference == "original" else inputs.source
    works = []
    for outcome in compared:
        if outcome.state == "done":
            key = (kind, against.sha256, outcome.value.compression.key)
            run = partial(_field, against, outcome.value, kind)
            works.append(Work(key, outcome.value.compression.setting, run, 4 * against.pixels.size // 3))
    return _merge(compared, compute("maps", works, patience=1.5))


def _field(against: LoadedImage, compared: Compared, kind: str, cancel: object) -> NDArray[np.float32]:
    image = compared.compression.pixels()
    if kind == "delta_e00":
        return delta_e00(srgb_to_lab(against.pixels), srgb_to_lab(image)).astype(np.float32)
    field: NDArray[np.float32] = np.abs(image.astype(np.int16) - against.pixels).mean(axis=2, dtype=np.float32)
    return field


def _merge(before: Sequence[Outcome], after: Sequence[Outcome]) -> list[Outcome]:
    """Return `after` in the places of the finished ones of `before`."""
    rest = iter(after)
    return [next(rest) if outcome.state == "done" else outcome for outcome in before]
