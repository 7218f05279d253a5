"""The Color page's difference: ΔE00 and its parts as maps, histogram and figures."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.color.plane import DELTA_STEP, PARTS, Difference, Part, color_difference, difference_field
from nicviz.analysis.compare import Compared
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.plots.color_charts import delta_histogram, parts_bars
from nicviz.plots.figures import Series
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.tasks.settings import Match
from nicviz.ui.color.ab_planes import against
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.marks import Conditions, Kind, missed
from nicviz.ui.kit.table import Group, Row, show_table
from nicviz.ui.kit.waiting import each_done, progress_line
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.shell.panes import column_title, maps_on_one_scale
from nicviz.ui.viewer import Pane

MAPS: dict[Part, str] = {"delta_e00": "ΔE00", "lightness": "|ΔL′|", "chroma": "|ΔC′|", "hue": "|ΔH′|"}
PART_ROWS = {
    "lightness": ("Lightness", "mean ΔL′: above zero is lighter"),
    "chroma": ("Chroma", "mean ΔC′: below zero is duller"),
    "hue": ("Hue", "mean ΔH′: the sign is the direction of the turn"),
}


def difference_panes(panes: Sequence[Pane], compared: Sequence[Live[Compared]], reference: LoadedImage) -> list[Pane]:
    """Draw the choice of map and its scale, and return `panes` with a map in place of each reconstruction."""
    left, right = st.columns(2)
    options: list[Part] = list(PARTS)
    part: Part = left.segmented_control(
        "Map of", options, format_func=MAPS.__getitem__, required=True, key=choice("part")
    ) or PARTS[0]  # fmt: skip

    def work(done: Compared) -> Work[NDArray[Any]]:
        key = (reference.sha256, part, done.compression.key)
        run = partial(_field, reference, part, done)
        return Work(key, done.compression.setting, run, 4 * reference.pixels.size // 3)

    fields = each_done("color maps", compared, work, patience=1.5)
    progress_line("color maps")
    return maps_on_one_scale(panes, fields, part, MAPS[part], MAPS[part], right)


def _field(reference: LoadedImage, part: Part, compared: Compared, signal: Signal) -> NDArray[Any]:
    return difference_field(reference.pixels, compared.compression.pixels(), part)


def difference_figures(
    compared: Sequence[Live[Compared]],
    colors: Sequence[str],
    codecs: Mapping[str, Codec],
    reference: LoadedImage,
    match: Match | None,
) -> list[dict[str, Any]]:
    """Draw table, histogram and parts of the color difference, and return the figures as records."""

    def work(done: Compared) -> Work[Difference]:
        key = (reference.sha256, done.compression.key)
        return Work(key, done.compression.setting, partial(_difference, reference, done))

    summed = each_done("differences", compared, work, patience=1.5)
    progress_line("differences")
    finished: list[tuple[Compared, Difference, str]] = [
        (outcome.value, difference.value, color)
        for outcome, difference, color in zip(compared, summed, colors, strict=True)
        if difference.done and outcome.done
    ]
    if not finished:
        st.caption("The figures appear here with the first result.")
        return []
    names = [column_title(result, codecs) for result, _, _ in finished]
    found = [difference for _, difference, _ in finished]
    shades = [color for _, _, color in finished]
    results = [result for result, _, _ in finished]
    off = tuple(missed(match, [result.matched]) for result in results)
    show_table(list(zip(names, shades, strict=True)), _rows(results, found), Conditions(match, off))
    left, right = st.columns(2)
    with left:
        st.subheader("How many pixels are off by how much", anchor=False)
        series = [Series(name, color, entry.shares) for name, color, entry in zip(names, shades, found, strict=True)]
        show_figure(delta_histogram(series, DELTA_STEP), "delta-e00")
    with right:
        st.subheader("Lightness, chroma and hue", anchor=False)
        parts = {part: [entry.rms[part] for entry in found] for part in PART_ROWS}
        show_figure(parts_bars(parts, names, shades), "delta-parts")
    return [_record(result, entry) for result, entry in zip(results, found, strict=True)]


def _difference(reference: LoadedImage, compared: Compared, signal: Signal) -> Difference:
    return color_difference(reference, compared.compression)


def _rows(results: Sequence[Compared], found: Sequence[Difference]) -> list[Row | Group]:
    def row(
        label: str, values: Sequence[float], form: str, help_: str = "", ranked: bool = True, kind: Kind = "quality"
    ) -> Row:
        return Row(label, [format(value, form) for value in values], values if ranked else (), False, help_, kind)

    rates = [result.compression.bpp for result in results]
    rows: list[Row | Group] = [row("Bits per pixel", rates, ".4f", kind="rate"), Group("ΔE00")]
    rows += [
        row("Mean", [entry.mean for entry in found], ".3f", "over pixels"),
        row("Median", [entry.median for entry in found], ".3f"),
        row("95th percentile", [entry.p95 for entry in found], ".3f", "19 of 20 pixels are nearer than this"),
        row("Maximum", [entry.maximum for entry in found], ".2f"),
        Group("Root mean square of the unweighted parts, in CIELAB units"),
    ]
    rows += [row(title, [entry.rms[part] for entry in found], ".3f") for part, (title, _) in PART_ROWS.items()]
    rows.append(Group("Mean of the parts with their signs"))
    for part, (title, meaning) in PART_ROWS.items():
        rows.append(row(title, [entry.shift[part] for entry in found], "+.3f", meaning, ranked=False))
    return rows


def _record(result: Compared, entry: Difference) -> dict[str, Any]:
    done = result.compression
    record: dict[str, Any] = {"codec": done.codec, "quality": done.quality, "bpp": done.bpp}
    record |= {f"delta_e00_{name}": getattr(entry, name) for name in ("mean", "median", "p95", "maximum")}
    record |= {f"{part}_rms": value for part, value in entry.rms.items()}
    return record | {f"{part}_shift": value for part, value in entry.shift.items()}


def reference_image(inputs: Inputs) -> LoadedImage:
    """Draw the choice of the reference where there is one, and return it."""
    return inputs.original if against(inputs) == "original" else inputs.source
