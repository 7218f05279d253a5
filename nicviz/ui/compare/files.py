"""Downloads of a view, and how to get its numbers again without a browser."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from nicviz.analysis.compare import Result
from nicviz.analysis.manifest import file_stem, manifest, result_files, table_csv, to_json, zip_all
from nicviz.images import encode_png
from nicviz.requests.parts import UPLOAD
from nicviz.requests.view import View
from nicviz.ui.kit.comparison import Inputs
from nicviz.ui.kit.downloads import view_command
from nicviz.ui.shell.checkpoints import session_checkpoints

Results = Sequence[Result]


def downloads(view: View, inputs: Inputs, record: Mapping[str, Any], results: Results) -> None:
    """Draw the downloads and the command line of a view; `record` is `analysis_record`'s."""
    st.subheader("Take it with you", anchor=False)
    again = view_command(view)
    about = manifest(record, again, results, inputs.original.notices)
    buttons: list[tuple[str, Any, str, str]] = [
        ("Everything (ZIP)", partial(_zip, inputs, results, about), "nicviz.zip", "application/zip"),
        ("Table (CSV)", partial(table_csv, record), "nicviz.csv", "text/csv"),
        ("Manifest (JSON)", partial(to_json, about), "nicviz.json", "application/json"),
    ]
    with st.container(horizontal=True):
        for label, data, name, mime in buttons:
            st.download_button(label, data, name, mime, on_click="ignore", disabled=not results,
                               icon=":material/download:", key=f"get-{name}")  # fmt: skip
        with st.popover("Single files", icon=":material/folder_open:", disabled=not results):
            _single_files(results)
    st.caption(
        "The same numbers without a browser" + (", with your own file's path:" if view.image.source == UPLOAD else ":")
    )
    for codec in session_checkpoints():
        if codec.name in {setting.codec for setting in view.codecs}:
            st.caption(f"Your checkpoint goes into the folder of NICVIZ_WEIGHTS, as `{codec.title}.pth`.")
    st.code(again, language="bash", wrap_lines=True)


def _zip(inputs: Inputs, results: Results, about: Mapping[str, Any]) -> bytes:
    files = result_files(inputs.source, results)
    if inputs.corrupted:
        files["original.png"] = encode_png(inputs.original.pixels)
    return zip_all(files, about)


def _single_files(results: Results) -> None:
    for number, (compared, _) in enumerate(results):
        done = compared.compression
        stem = file_stem(done)
        st.download_button(f"{stem}.png · reconstruction", done.png, f"{stem}.png", "image/png", on_click="ignore",
                           key=f"png-{number}", width="stretch")  # fmt: skip
        if done.bitstream is not None:
            st.download_button(f"{stem}.bin · bitstream", done.bitstream, f"{stem}.bin", on_click="ignore",
                               key=f"bin-{number}", width="stretch")  # fmt: skip
