"""The Color page's planes: where the colors of every picture lie, and what became of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from nicviz.analysis.color.plane import COLORFUL, HUE_STEP, Plane, changed_cells
from nicviz.plots.color_charts import chroma_histogram, hue_histogram
from nicviz.plots.color_plane import change_figure, density_gradient, plane_figure, window_of
from nicviz.plots.figures import Series
from nicviz.ui.color.brush import Brush, brush_plot
from nicviz.ui.color.brushed_panes import Picture
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.figures import show_figure
from nicviz.ui.kit.plain import typeset
from nicviz.ui.shell.comparison import Inputs

Place = DeltaGenerator
DRAWN = {"color": "Own color", "density": "Density (log)"}
AXES = {"fitted": "Fitted", "gamut": "All of sRGB"}
AGAINST = {"input": "the input", "original": "the original"}
_PER_ROW = {1: 1, 2: 2, 3: 3, 4: 4}


def plane_plots(pictures: Mapping[str, Picture], brush: Brush | None, controls: Place) -> list[dict[str, Any]]:
    """Draw every picture's colors on common axes, the choices into `controls`; return the figures as records."""
    if not pictures:
        return []
    drawn = controls.segmented_control("Cells drawn in", list(DRAWN), format_func=DRAWN.__getitem__, required=True,
                                   key=choice("cells"))  # fmt: skip
    window = window_of([picture.plane.counts for picture in pictures.values()], _whole_axes(controls))
    top = max(int(picture.plane.counts.max()) for picture in pictures.values()) if drawn == "density" else None
    if top is not None:
        _density_legend(top)
    first = next(iter(pictures.values())).plane
    for column, picture in zip(_grid(len(pictures)), pictures.values(), strict=True):
        plane = picture.plane
        marked = brush.marked(plane) if brush else None
        figure = plane_figure(
            plane.counts, plane.lightness, window, _plane_title(picture, first, marked), top=top, marked=marked,
            regions=brush.regions if brush else (),
        )  # fmt: skip
        with column:
            brush_plot(figure, f"ab-{picture.pane.name}")
    return [{"picture": one.pane.title, "unique_ab": one.plane.unique} for one in pictures.values()]


def _plane_title(picture: Picture, first: Plane, marked: NDArray[np.bool_] | None) -> str:
    plane = picture.plane
    count = f"{plane.unique:,} unique a*b*"
    if plane is not first:
        count += typeset(f" ({plane.unique / first.unique - 1:+.1%})")
    if plane.unique == 1:
        a, b = np.argwhere(plane.counts)[0] - 128
        count = "1 cell: all gray" if a == b == 0 else f"1 cell: one color, a* {a}, b* {b}"
    if marked is not None:
        count += f" · {np.count_nonzero(marked & (plane.counts > 0)):,} marked"
    return f"<b>{picture.pane.title}</b><br>{count}"


def change_plots(
    pictures: Mapping[str, Picture], inputs: Inputs, brush: Brush | None, controls: Place
) -> list[dict[str, Any]]:
    """Draw, for every reconstruction, which cells were lost, kept and invented; then hues and chromas.

    The choices are drawn into `controls`. Returns the figures as records.
    """
    reference = against(inputs, controls)
    whole = _whole_axes(controls)
    before = pictures.get("corrupted" if reference == "input" and inputs.corrupted else "original")
    after = [picture for picture in pictures.values() if picture is not before and picture.pane.name != "original"]
    if before is None or not after:
        st.caption("Appears with the first result.")
        return []
    records = []
    window = window_of([picture.plane.counts for picture in (before, *after)], whole)
    for column, picture in zip(_grid(len(after)), after, strict=True):
        change = changed_cells(before.plane, picture.plane)
        title = f"<b>{picture.pane.title}</b> against {before.pane.title.lower()}"
        figure = change_figure(change.lost, change.kept, change.invented, window, title, brush.regions if brush else ())
        with column:
            brush_plot(figure, f"change-{picture.pane.name}")
        counts = {kind: int(np.count_nonzero(cells)) for kind, cells in vars(change).items()}
        records.append({"picture": picture.pane.title, "reference": before.pane.title, **counts})
    histograms([before, *after])
    return records


def histograms(pictures: Sequence[Picture]) -> None:
    """Draw hue and chroma of the pictures, a line each."""
    left, right = st.columns(2)
    with left:
        st.subheader("Hues", anchor=False)
        show_figure(hue_histogram([_series(entry, entry.plane.hues) for entry in pictures], HUE_STEP, COLORFUL), "hues")
    with right:
        st.subheader("Chroma", anchor=False)
        show_figure(chroma_histogram([_series(entry, entry.plane.chromas) for entry in pictures]), "chromas")


def _series(picture: Picture, counts: NDArray[np.int64]) -> Series:
    return Series(picture.pane.title, picture.pane.color, counts / picture.plane.cells.size)


def against(inputs: Inputs, place: Place | None = None) -> str:
    """Return "input" or "original": what reconstructions are compared with; a choice only where the two differ."""
    if not inputs.corrupted:
        return "input"
    draw = (place or st).segmented_control
    options = list(AGAINST)
    key = choice("against")
    return draw("Compared with", options, format_func=AGAINST.__getitem__, required=True, key=key) or "input"


def _whole_axes(place: Place) -> bool:
    key = choice("axes")
    chosen = place.segmented_control(
        "Axes", list(AXES), format_func=AXES.__getitem__, required=True, key=key,
        help="The same for all pictures. The dotted line is the outline of sRGB.",
    )  # fmt: skip
    return chosen == "gamut"


def _grid(count: int) -> list[Place]:
    per_row = _PER_ROW.get(count, 3)
    rows = [st.columns(per_row) for _ in range(0, count, per_row)]
    return [column for row in rows for column in row][:count]


def _density_legend(top: int) -> None:
    st.html(
        f"<div style='display:flex;align-items:center;gap:.6rem;font-size:.85rem'>1 pixel"
        f"<div style='flex:0 1 20rem;height:.7rem;border-radius:3px;background:{density_gradient()}'></div>"
        f"{top:,} pixels in a cell</div>"
    )
