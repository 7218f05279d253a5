"""What can be taken along from a page: files that are made when their button is pressed, and a command line."""

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from nicviz.analysis.manifest import rows_csv, to_json, versions
from nicviz.codecs.neural.device import device_label
from nicviz.ui.kit.plain_shell import show_command

Rows = Sequence[Mapping[str, Any]]
_MIME = {
    "csv": "text/csv", "json": "application/json", "zip": "application/zip", "npz": "application/zip",
    "svg": "image/svg+xml", "parquet": "application/vnd.apache.parquet", "tex": "application/x-tex",
    "html": "text/html",
}  # fmt: skip


@dataclass(frozen=True)
class File:
    """A download.

    Args:
        label: of the button.
        name: of the file, with one of the endings of `_MIME`.
        make: returns the content; called when the button is pressed.
        help: shown when the pointer rests on the button.
    """

    label: str
    name: str
    make: Callable[[], str | bytes]
    help: str | None = None


def take_with_you(files: Sequence[File], shell: str, sentence: str, ready: bool) -> None:
    """Draw a view's downloads and the command that gives the same without a browser.

    Args:
        files: enabled where the view is `ready`.
        shell: one or more lines of it.
        sentence: says what it gives.
        ready: whether there is something to download.
    """
    with st.container(key="take-with-you"):
        st.subheader("Take it with you", anchor=False)
        file_buttons(files, ready)
        st.caption(f"{sentence}:")
        show_command(shell)


def file_buttons(files: Sequence[File], ready: bool) -> None:
    """Draw a button for each file, side by side."""
    with st.container(horizontal=True):
        for file in files:
            st.download_button(
                file.label, file.make, file.name, _MIME[file.name.rpartition(".")[2]], on_click="ignore",
                disabled=not ready, icon=":material/download:", key=f"get-{file.name}", help=file.help,
            )  # fmt: skip


def figure_files(rows: Rows, name: str, shell: str) -> list[File]:
    """Return a table as two files: CSV, and JSON with what made it."""
    return [
        File("Figures (CSV)", f"{name}.csv", partial(rows_csv, rows)),
        File("Figures (JSON)", f"{name}.json", lambda: to_json({**made_by(shell), "results": list(rows)})),
    ]


def made_by(shell: str) -> dict[str, Any]:
    """Return what a JSON file says about where its numbers come from."""
    return {"command": shell, "versions": versions(), "device": device_label(), "platform": platform.platform()}
