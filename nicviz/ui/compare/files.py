"""Downloads of a view, and how to get its numbers again without a browser."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any

import streamlit as st

from nicviz.analysis.compare import Result
from nicviz.analysis.manifest import manifest, result_files, table_csv, to_json, zip_all
from nicviz.codecs import Codec
from nicviz.images import LoadedImage, encode_png
from nicviz.requests.parts import upload_digest
from nicviz.requests.view import View
from nicviz.ui.kit.plain_shell import show_command
from nicviz.ui.shell.checkpoints import session_checkpoints
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.shell.picture import view_command

Results = Sequence[Result]


def image_stem(image: LoadedImage) -> str:
    """Return what the names of an image's files begin with: its own name without an ending, safe for any system."""
    return re.sub(r"[^\w.-]+", "-", PurePath(image.name).stem).strip("-.") or "image"


def download_stem(codec: Codec, quality: float) -> str:
    """Return NAME-QUALITY with the quality to three digits, as people read it; NAME alone without a quality."""
    return codec.name if codec.scale is None else f"{codec.name}-{quality:.3g}"


def downloads(
    view: View, inputs: Inputs, record: Mapping[str, Any], results: Results, codecs: Mapping[str, Codec]
) -> None:
    """Draw the downloads and the command line of a view; `record` is `analysis_record`'s.

    Single files say image, codec and quality, with the ending of their kind; those in the ZIP are called as those of
    the command line.
    """
    with st.container(key="take-with-you"):
        st.subheader("Take it with you", anchor=False)
        again = view_command(view)
        about = manifest(record, again, results, inputs.original.notices)
        image = image_stem(inputs.original)
        buttons: list[tuple[str, Any, str, str]] = [
            ("Everything (ZIP)", partial(_zip, inputs, results, about), f"nicviz-{image}.zip", "application/zip"),
            ("Table (CSV)", partial(table_csv, record), f"nicviz-{image}.csv", "text/csv"),
            ("Manifest (JSON)", partial(to_json, about), f"nicviz-{image}.json", "application/json"),
        ]
        with st.container(horizontal=True):
            for label, data, name, mime in buttons:
                st.download_button(label, data, name, mime, on_click="ignore", disabled=not results,
                                   icon=":material/download:", key=f"get-{name.rpartition('.')[2]}")  # fmt: skip
            with st.popover("Single files", icon=":material/folder_open:", disabled=not results):
                _single_files(image, results, codecs)
        st.caption(
            "The same numbers without a browser"
            + (", with your own file's path:" if upload_digest(view.image.source) else ":")
        )
        for codec in session_checkpoints():
            if codec.name in {setting.codec for setting in view.codecs}:
                st.caption(f"Your checkpoint goes into the folder of NICVIZ_WEIGHTS, as `{codec.title}.pth`.")
        show_command(again)


def _zip(inputs: Inputs, results: Results, about: Mapping[str, Any]) -> bytes:
    files = result_files(inputs.source, results)
    if inputs.corrupted:
        files["original.png"] = encode_png(inputs.original.pixels)
    return zip_all(files, about)


def _single_files(image: str, results: Results, codecs: Mapping[str, Codec]) -> None:
    for number, (compared, _) in enumerate(results):
        done = compared.compression
        codec = codecs[done.codec]
        stem = f"{image}-{download_stem(codec, done.quality)}"
        st.download_button(f"{stem}.png · reconstruction", done.png, f"{stem}.png", "image/png", on_click="ignore",
                           key=f"png-{number}", width="stretch")  # fmt: skip
        if done.bitstream is not None:
            name = f"{stem}{'.bitstream' if codec.suffix == '.png' else ''}{codec.suffix}"  # beside the picture's file
            st.download_button(f"{name} · bitstream", done.bitstream, name, on_click="ignore",
                               key=f"bin-{number}", width="stretch")  # fmt: skip
