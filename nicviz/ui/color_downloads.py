"""Downloads of the Color page, with the settings that made them and the command that gives the numbers again."""

import csv
import io
import platform
import shlex
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from nicviz.analysis.color_ladder import Descent
from nicviz.analysis.manifest import to_json, versions
from nicviz.analysis.settings import ImageSetting
from nicviz.ui.choices import chosen
from nicviz.ui.color_ladder import ladder_record
from nicviz.ui.color_pictures import Picture
from nicviz.ui.reproduce import view_command
from nicviz.ui.session import uploaded
from nicviz.ui.view import UPLOAD, View

Rows = Sequence[Mapping[str, Any]]


def comparison_downloads(view: View, rows: Rows, pictures: Mapping[str, Picture] | None = None) -> None:
    """Draw the downloads of a comparison: its figures and, where there are planes, their cells."""
    command = view_command(view)
    files = [
        ("Figures (JSON)", partial(_json, command, rows), "color.json", "application/json"),
        ("Figures (CSV)", partial(to_csv, rows), "color.csv", "text/csv"),
    ]
    if pictures:
        files.append(("Cells (CSV)", partial(_cells_csv, pictures), "ab-cells.csv", "text/csv"))
    _draw(files, command, bool(rows), "The reconstructions, their ΔE00 and unique a\\*b\\* without a browser "
          "(`--save DIR` writes the ΔE00 maps)")  # fmt: skip


def ladder_downloads(view: View, found: Mapping[str, Sequence[Descent]], is_set: bool) -> None:
    """Draw the downloads of the quality transitions."""
    command = ladder_command(view, is_set)
    record = ladder_record(found, view.corruption)
    rows = [
        {"codec": entry["codec"], **rung, "cumulative_change": change["mean"], "cumulative_change_std": change["std"]}
        for entry in record["codecs"] for rung in entry["ladder"] for change in (rung["cumulative_change"],)
    ]  # fmt: skip
    files = [
        ("Figures (JSON)", partial(_ladder_json, command, record), "color-ladder.json", "application/json"),
        ("Figures (CSV)", partial(to_csv, rows), "color-ladder.csv", "text/csv"),
    ]
    _draw(files, command, bool(rows), "The same numbers without a browser")


def ladder_command(view: View, is_set: bool) -> str:
    """Return the shell command whose JSON holds the quality transitions of a view."""
    image = view.image
    if is_set:
        image = ImageSetting(str(chosen("over")))
    elif image.source == UPLOAD and (picture := uploaded()) is not None:
        image = ImageSetting(picture.name, None, image.crop, image.longest_side)
    words = ["python", "-m", "nicviz", "color", *image.arguments()]
    for name in dict.fromkeys(setting.codec for setting in view.codecs):
        words += ["--codec", name]
    if view.corruption is not None:
        words += ["--corruption", str(view.corruption), "--seed", str(view.corruption.seed)]
    return shlex.join([*words, "--json"])


def _draw(files: Sequence[tuple[str, Any, str, str]], command: str, ready: bool, what: str) -> None:
    st.subheader("Take it with you", anchor=False)
    with st.container(horizontal=True):
        for label, data, name, mime in files:
            st.download_button(label, data, name, mime, on_click="ignore", disabled=not ready,
                               icon=":material/download:", key=f"get-{name}")  # fmt: skip
    st.caption(f"{what}:")
    st.code(command, language="bash", wrap_lines=True)


def _json(command: str, rows: Rows) -> str:
    return to_json({"command": command, "versions": versions(), "platform": platform.platform(), "results": list(rows)})


def _ladder_json(command: str, record: Mapping[str, Any]) -> str:
    return to_json({"command": command, "versions": versions(), "platform": platform.platform(), **record})


def to_csv(rows: Rows) -> str:
    """Return rows of equal keys as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _cells_csv(pictures: Mapping[str, Picture]) -> str:
    rows = []
    for picture in pictures.values():
        plane = picture.plane
        for a, b in np.argwhere(plane.counts):
            rows.append({
                "picture": picture.pane.title, "a": int(a) - 128, "b": int(b) - 128,
                "pixels": int(plane.counts[a, b]), "mean_L": round(float(plane.lightness[a, b]), 3),
            })  # fmt: skip
    return to_csv(rows)
