"""Fourier heatmaps side by side, drawn anew in place while they grow; a click or a key chooses a cell.

Plotly draws a chart that changes from nothing, so that growing maps would blink.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.plots.framed import framed
from nicviz.plots.heatmap import Scale
from nicviz.plots.maps import color_table
from nicviz.ui.plane import component

Field = NDArray[np.float64]


@dataclass(frozen=True)
class CellsPane:
    """One map.

    Args:
        name: stable id.
        title, caption: shown above it.
        color: CSS color of what it belongs to.
        field: (side, side), axis 0 is v; NaN cells stay empty. None while there is none.
        scale: of its colors.
        note: shown below it.
        status: shown while there is no map; `failed` if it is an error.
    """

    name: str
    title: str
    caption: str
    color: str
    field: Field | None
    scale: Scale
    note: str = ""
    status: str = ""
    failed: bool = False


def cells_component(
    panes: Sequence[CellsPane],
    axis: Field,
    unit: str,
    digits: int,
    chosen: tuple[int, int],
    *,
    key: str,
    on_cell: Callable[[int, int], None],
) -> None:
    """Draw the maps.

    Args:
        panes: in order.
        axis: frequencies of rows and columns in cycles/pixel, (side,).
        unit, digits: of the values; digits come after the point.
        chosen: (u, v) of a cell that is framed, with its mirror image, in cells from the center.
        key: Streamlit key.
        on_cell: called with (u, v) of a cell that a user chose, in cells from the center, before the rerun.
    """
    data = pack(panes, axis, unit, digits, chosen)

    def report() -> None:
        import streamlit as st

        cell = _parse_cell(st.session_state[key].get("cell"), len(axis) // 2)
        if cell is not None:
            on_cell(*cell)

    component("cells")(key=key, data=data, on_cell_change=report)


def pack(panes: Sequence[CellsPane], axis: Field, unit: str, digits: int, chosen: tuple[int, int]) -> bytes:
    """Return all that the browser gets: length of the header (4 bytes, little endian), header (JSON), arrays.

    A map is float32, row by row from the least v on; tables are 256 colors. Offsets are from the end of the header.
    """
    tables = {name: color_table(name).tobytes() for name in sorted({pane.scale.colors for pane in panes})}
    places, chunks, offset = {}, [], 0
    for name, table in tables.items():
        places[name] = offset
        chunks.append(table)
        offset += len(table)
    entries: list[dict[str, Any]] = []
    for pane in panes:
        chunk = b"" if pane.field is None else np.ascontiguousarray(pane.field, "<f4").tobytes()
        entries.append({
            "name": pane.name, "title": pane.title, "caption": pane.caption, "color": pane.color, "note": pane.note,
            "status": pane.status, "failed": pane.failed, "low": pane.scale.low, "high": pane.scale.high,
            "table": places[pane.scale.colors], "offset": offset, "length": len(chunk),
        })  # fmt: skip
        chunks.append(chunk)
        offset += len(chunk)
    header = {
        "panes": entries, "side": len(axis), "step": float(axis[1] - axis[0]), "unit": unit, "digits": digits,
        "chosen": chosen,
    }  # fmt: skip
    return framed(header, chunks)


def _parse_cell(value: object, reach: int) -> tuple[int, int] | None:
    """Return the cell that the browser sent; None for anything that is not one of the grid."""
    if not isinstance(value, dict):
        return None
    cell = (value.get("u"), value.get("v"))
    if all(type(each) is int and abs(each) <= reach for each in cell):
        return cell  # type: ignore[return-value]
    return None
