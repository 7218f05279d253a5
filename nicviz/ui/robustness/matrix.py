"""The matrix of corruptions and codecs; a click on a cell opens the pictures behind it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from nicviz.errors import Canceled
from nicviz.plots.robustness import matrix_figure
from nicviz.robustness.deltas import Deltas, bd_rates
from nicviz.robustness.matrix import CLEAN, FIGURES, Figure, Matrix, matrix, places_of, rows_of
from nicviz.run.live import Live
from nicviz.run.work import Signal
from nicviz.ui.kit.choices import choice, choose, chosen
from nicviz.ui.kit.screen import folded_when_narrow, is_dark, is_narrow
from nicviz.ui.kit.waiting import progress_line
from nicviz.ui.robustness.controls import Conditions, say_coverage, say_equal, title_of
from nicviz.ui.robustness.grid import grid_of, long_row_title
from nicviz.ui.robustness.loading import Opened, made
from nicviz.ui.robustness.pictures import show_pictures

CHART = "robust-matrix"
AS = {"difference": "Difference from the anchor", "value": "Value"}
SORTS = {"group": "By group", "value": "By value"}


def deltas_of(opened: Opened, anchor: str, places: Sequence[int]) -> Live[Deltas]:
    """Return the BD-rates of some conditions of the run against an anchor, made in the background."""

    def make(signal: Signal) -> Deltas:
        def tell(share: float) -> None:
            signal.progress = share
            if signal.is_set():
                raise Canceled

        return bd_rates(opened.cube, anchor, conditions=places, tell=tell)

    return made("robust-bd", opened, (anchor, tuple(places)), "BD-rates", make)


def show_matrix(opened: Opened, conditions: Conditions) -> Matrix | None:
    """Draw the matrix and the pictures behind the chosen cell; return it when it is there."""
    figure, how = _controls()
    rows = rows_of(opened.cube, conditions.severity)
    if not rows:
        st.info("Nothing of this run is measured yet.", icon=":material/grid_on:")
        return None
    if figure.key == "rate" and not opened.cube.severities:
        st.info("This run has clean pictures only, and no change of rate: with `--corruption` its command measures "
                "corrupted ones too.", icon=":material/grid_on:")  # fmt: skip
        return None
    deltas = None
    if figure.key == "bd":
        places = places_of(opened.cube, rows, conditions.severity)
        live = deltas_of(opened, conditions.anchor, places)
        progress_line("robust-bd")
        if not live.done:
            return None
        deltas = live.value
        for codec, why in deltas.missing.items():
            st.caption(f":material/warning: {title_of(codec)}: no number, for it has {why}.")

    found = made(
        "robust-matrix", opened, (figure.key, conditions), "matrix",
        lambda signal: matrix(opened.cube, figure, conditions.anchor, conditions.target, conditions.severity,
                              None if deltas is None else lambda: deltas),
    )  # fmt: skip
    progress_line("robust-matrix")
    if not found.done:
        return None
    drawn = found.value
    _draw(drawn, how)
    if figure.key != "bd":
        say_coverage(opened.cube, conditions.target)
        say_equal(conditions.target)
    _pictures(opened, drawn)
    return drawn


def _controls() -> tuple[Figure, str]:
    with folded_when_narrow("Figure and rows"):
        key = st.selectbox("Figure", list(FIGURES), key=choice("robust_figure"), width=230,
                           format_func=lambda each: f"{FIGURES[each].title} ({FIGURES[each].unit})")  # fmt: skip
        how = st.segmented_control("Shown as", list(AS), format_func=AS.__getitem__, required=True,
                                   key=choice("robust_as"))  # fmt: skip
        st.segmented_control("Rows", list(SORTS), format_func=SORTS.__getitem__, required=True,
                             key=choice("robust_sort"))  # fmt: skip
    return FIGURES[str(key)], str(how)


def _draw(found: Matrix, how: str) -> None:
    grid = grid_of(found, how, str(chosen("robust_sort")), chosen("robust_cell"), is_narrow())
    figure = matrix_figure(grid, is_narrow(), is_dark())
    config = {"displaylogo": False, "toImageButtonOptions": {"format": "svg", "filename": "robustness"}}
    st.plotly_chart(figure, width="stretch", config=config, key=CHART, selection_mode="points",
                    on_select=partial(_take, CHART))  # fmt: skip
    against = (f" The column {title_of(found.anchor)} holds the values, the others the differences from it on the same "
               "pictures;")  # fmt: skip
    colored = " blue is better, red is worse, no color: the 95 % interval covers 0."
    parts = f"{against}{colored}" if how == "difference" and found.figure.key != "bd" else (
        " In parentheses: over how many pictures, where it is fewer; those have no color.")  # fmt: skip
    if found.figure.key == "bd":
        parts = f" Relative to {title_of(found.anchor)}, negative: fewer bits;{colored}"
    st.caption(
        f"Mean over pictures, severity {found.severity}; rows in the paper's groups of corruptions: low, medium, high "
        f"frequency.{parts} Point at a cell for its interval, **click it** for the pictures behind it."
    )


def _take(chart: str) -> None:
    points = (st.session_state.get(chart) or {}).get("selection", {}).get("points", [])
    if points and len(points[0].get("customdata") or ()) == 2:
        choose("robust_cell", (str(points[0]["customdata"][0]), str(points[0]["customdata"][1])))


def _pictures(opened: Opened, found: Matrix) -> None:
    cell = chosen("robust_cell")
    if cell is None:
        return
    row, codec = cell
    if row not in found.rows or codec not in found.codecs:
        st.caption(f"The cell of the link ({row}, {codec}) is not in this matrix.")
        return
    st.subheader(f"{title_of(codec)} · {long_row_title(row)}", anchor=False)
    ranked = found.ranked(row, codec)
    place = None if row == CLEAN else opened.cube.corrupted(found.severity)[row]
    show_pictures(opened, place, [codec, found.anchor], found.target, ranked, found.figure)
