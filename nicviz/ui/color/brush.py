"""What is marked on the Color page: a region of the a*b* plane, or a rectangle of the picture; the newest counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.color.plane import Plane, cells_in_polygons
from nicviz.requests.marked import MAX_CORNERS, Marked, Region
from nicviz.tasks.settings import Box
from nicviz.ui.kit.choices import choose, chosen
from nicviz.ui.kit.figures import let_fingers_scroll
from nicviz.ui.viewer import ViewerEvent

if TYPE_CHECKING:
    import plotly.graph_objects as go

_GENERATION = "color-brush-generation"  # part of the plots' keys: a new one empties what plotly has selected
_OF_HASH = 16  # digits that tell a picture


@dataclass(frozen=True, eq=False)
class Brush:
    """A region of the plane (polygons of (a*, b*)) or a rectangle of the picture (left, top, width, height)."""

    regions: tuple[NDArray[np.float64], ...] = ()
    rectangle: Box | None = None
    cells: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((256, 256), dtype=bool))

    def marked(self, plane: Plane) -> NDArray[np.bool_]:
        """Return the marked cells of a picture's plane, (256, 256).

        A rectangle marks in each plane what that picture has in it: the same place, before and after.
        """
        if self.rectangle is None:
            return self.cells
        return plane.cells_within(*self.rectangle)


def current_brush(image: str) -> Brush | None:
    """Return what is marked, if anything; a rectangle holds only for the picture (its hash) it was drawn on."""
    marked: Marked | None = chosen("marked")
    if marked is None or (marked.rectangle is not None and marked.image != image[:_OF_HASH]):
        return None
    if marked.rectangle is not None:
        return Brush(rectangle=marked.rectangle)
    return _brush(marked.regions)


@st.cache_resource(max_entries=16, show_spinner=False)
def _brush(regions: tuple[Region, ...]) -> Brush:
    polygons = tuple(np.array(region, dtype=np.float64) for region in regions)
    return Brush(polygons, cells=cells_in_polygons(polygons))


def take_rectangle(image: str, event: ViewerEvent) -> None:
    """Mark the rectangle that was drawn in the viewer over the picture of this hash."""
    if event.type == "rectangle":
        _mark(Marked(rectangle=(event.x, event.y, event.width, event.height), image=image[:_OF_HASH]))


def clear() -> None:
    """Mark nothing any more."""
    _mark(None)


def _mark(marked: Marked | None) -> None:
    choose("marked", marked)
    st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1


def brush_line(brush: Brush | None) -> None:
    """Say what is marked, or how to mark something."""
    if brush is None:
        with st.container(key="how-to"):
            st.caption(":material/lasso_select: Draw around colors in a plane to see their pixels, or press Shift and "
                       "drag over the picture to see its colors in the planes.")  # fmt: skip
        return
    left, right = st.columns([5, 1], vertical_alignment="center")
    if brush.rectangle is None:
        left.caption("Marked: the colors in the outlined region. Pixels of other colors are gray and dim.")
    else:
        x, y, width, height = brush.rectangle
        left.caption(f"Marked: the colors of the {width}×{height} pixels at ({x}, {y}), in each plane those of its "
                     "own picture.")  # fmt: skip
    right.button("Clear", key="clear-brush", on_click=clear, width="stretch")


def brush_plot(figure: "go.Figure", name: str) -> None:
    """Draw a plane in which a lasso or a box marks colors; its camera button saves an SVG called `name`."""
    key = f"{name}-{st.session_state.get(_GENERATION, 0)}"
    config: dict[str, Any] = {
        "displaylogo": False,
        "toImageButtonOptions": {"format": "svg", "filename": name},
        "modeBarButtonsToRemove": ["autoScale2d"],
    }
    let_fingers_scroll(figure)
    st.plotly_chart(figure, width="stretch", config=config, key=key, selection_mode=("box", "lasso"),
                    on_select=partial(_take_region, key))  # fmt: skip


def _take_region(key: str) -> None:
    selection = st.session_state[key].selection
    outlines = [(box, True) for box in selection.get("box", ())] + [
        (each, False) for each in selection.get("lasso", ())
    ]
    regions = [region for outline, is_box in outlines if len(region := _corners(outline, is_box)) > 2]
    if regions:
        regions = regions[: MAX_CORNERS // 4]
        most = MAX_CORNERS // len(regions)
        thinned = [
            region[np.linspace(0, len(region) - 1, min(most, len(region))).round().astype(int)] for region in regions
        ]
        _mark(Marked(tuple(tuple((float(a), float(b)) for a, b in region.round(1)) for region in thinned)))


def _corners(outline: Mapping[str, Sequence[float]], is_box: bool) -> NDArray[np.float64]:
    """Return the (N, 2) polygon of a box or a lasso as plotly reports them; empty for anything malformed."""
    try:
        x, y = np.asarray(outline["x"], float), np.asarray(outline["y"], float)
        if is_box:
            (x0, x1), (y0, y1) = x, y
            x, y = np.array([x0, x1, x1, x0]), np.array([y0, y0, y1, y1])
        corners = np.stack([x, y], axis=1)
    except (KeyError, TypeError, ValueError):
        return np.empty((0, 2))
    return corners if np.isfinite(corners).all() else np.empty((0, 2))
