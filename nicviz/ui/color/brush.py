"""What is marked on the Color page: a region of the a*b* plane, or a rectangle of the picture; the newest counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nicviz.analysis.color.plane import Plane, cells_in_polygons
from nicviz.ui.viewer import ViewerEvent

if TYPE_CHECKING:
    import plotly.graph_objects as go

_STATE = "color-brush"
_GENERATION = "color-brush-generation"  # part of the plots' keys: a new one empties what plotly has selected
MAX_CORNERS = 400  # of a lasso


@dataclass(frozen=True, eq=False)
class Brush:
    """A region of the plane (polygons of (a*, b*)) or a rectangle of the picture `image` (its hash)."""

    regions: tuple[NDArray[np.float64], ...] = ()
    rectangle: ViewerEvent | None = None
    image: str = ""
    cells: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((256, 256), dtype=bool))

    def marked(self, plane: Plane) -> NDArray[np.bool_]:
        """Return the marked cells of a picture's plane, (256, 256).

        A rectangle marks in each plane what that picture has in it: the same place, before and after.
        """
        if self.rectangle is None:
            return self.cells
        box = self.rectangle
        return plane.cells_within(box.x, box.y, box.width, box.height)


def current_brush(image: str) -> Brush | None:
    """Return what is marked, if anything; a rectangle holds only for the picture it was drawn on."""
    brush: Brush | None = st.session_state.get(_STATE)
    if brush is not None and brush.rectangle is not None and brush.image != image:
        return None
    return brush


def take_rectangle(image: str, event: ViewerEvent) -> None:
    """Mark the rectangle that was drawn in the viewer over the picture of this hash."""
    if event.type == "rectangle":
        _mark(Brush(rectangle=event, image=image))


def clear() -> None:
    """Mark nothing any more."""
    _mark(None)


def _mark(brush: Brush | None) -> None:
    st.session_state[_STATE] = brush
    st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1


def brush_line(brush: Brush | None) -> None:
    """Say what is marked, or how to mark something."""
    if brush is None:
        st.caption(":material/lasso_select: Draw around colors in a plane to see their pixels, or press Shift and drag "
                   "over the picture to see its colors in the planes.")  # fmt: skip
        return
    left, right = st.columns([5, 1], vertical_alignment="center")
    if brush.rectangle is None:
        left.caption("Marked: the colors in the outlined region. Pixels of other colors are gray and dim.")
    else:
        box = brush.rectangle
        left.caption(f"Marked: the colors of the {box.width}×{box.height} pixels at ({box.x}, {box.y}), in each "
                     "plane those of its own picture.")  # fmt: skip
    right.button("Clear", key="clear-brush", on_click=clear, width="stretch")


def brush_plot(figure: "go.Figure", name: str) -> None:
    """Draw a plane in which a lasso or a box marks colors; its camera button saves an SVG called `name`."""
    key = f"{name}-{st.session_state.get(_GENERATION, 0)}"
    config: dict[str, Any] = {
        "displaylogo": False,
        "toImageButtonOptions": {"format": "svg", "filename": name},
        "modeBarButtonsToRemove": ["autoScale2d"],
    }
    st.plotly_chart(figure, width="stretch", config=config, key=key, selection_mode=("box", "lasso"),
                    on_select=partial(_take_region, key))  # fmt: skip


def _take_region(key: str) -> None:
    selection = st.session_state[key].selection
    regions = [_corners(box, is_box=True) for box in selection.get("box", ())]
    regions += [_corners(lasso, is_box=False) for lasso in selection.get("lasso", ())]
    regions = [region for region in regions if len(region) > 2]
    if regions:
        _mark(Brush(tuple(regions), cells=cells_in_polygons(regions)))


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
    return corners[:: len(corners) // MAX_CORNERS + 1] if np.isfinite(corners).all() else np.empty((0, 2))
