"""Downloads of the Color page, with the settings that made them and the command that gives the numbers again."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from nicviz.analysis.color.ladder import Descent
from nicviz.analysis.manifest import rows_csv, to_json
from nicviz.requests.commands import Color
from nicviz.requests.parts import Sources
from nicviz.requests.view import View
from nicviz.requests.words import command
from nicviz.ui.color.brushed_panes import Picture
from nicviz.ui.color.ladder import ladder_record
from nicviz.ui.kit.choices import chosen
from nicviz.ui.kit.downloads import File, Rows, figure_files, made_by, take_with_you
from nicviz.ui.shell.picture import named_picture, view_command


def comparison_downloads(view: View, rows: Rows, pictures: Mapping[str, Picture] | None = None) -> None:
    """Draw the downloads of a comparison: its figures and, where there are planes, their cells."""
    again = view_command(view)
    files = figure_files(rows, "color", again)
    if pictures:
        files.append(File("Cells (CSV)", "ab-cells.csv", partial(_cells_csv, pictures)))
    sentence = (
        "The reconstructions, their ΔE00 and unique a\\*b\\* without a browser (`--save DIR` writes the ΔE00 maps)"
    )
    take_with_you(files, again, sentence, bool(rows))


def ladder_downloads(view: View, found: Mapping[str, Sequence[Descent]], is_set: bool) -> None:
    """Draw the downloads of the quality transitions."""
    again = ladder_command(view, is_set)
    record = ladder_record(found, view.corruption)
    rows = [
        {"codec": entry["codec"], **rung, "cumulative_change": change["mean"], "cumulative_change_std": change["std"]}
        for entry in record["codecs"] for rung in entry["ladder"] for change in (rung["cumulative_change"],)
    ]  # fmt: skip
    files = [
        File("Figures (CSV)", "color-ladder.csv", partial(rows_csv, rows)),
        File("Figures (JSON)", "color-ladder.json", lambda: to_json({**made_by(again), **record})),
    ]
    take_with_you(files, again, "The same numbers without a browser", bool(rows))


def ladder_command(view: View, is_set: bool) -> str:
    """Return the shell command whose JSON holds the quality transitions of a view."""
    images = Sources((str(chosen("over")),)) if is_set else Sources.of(named_picture(view.image))
    names = tuple(dict.fromkeys(setting.codec for setting in view.codecs))
    return command(Color(images=images, codecs=names, corruption=view.corruption, json=True))


def _cells_csv(pictures: Mapping[str, Picture]) -> str:
    rows = []
    for picture in pictures.values():
        plane = picture.plane
        for a, b in np.argwhere(plane.counts):
            rows.append({
                "picture": picture.pane.title, "a": int(a) - 128, "b": int(b) - 128,
                "pixels": int(plane.counts[a, b]), "mean_L": round(float(plane.lightness[a, b]), 3),
            })  # fmt: skip
    return rows_csv(rows)
