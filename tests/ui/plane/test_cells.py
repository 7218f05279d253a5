"""What the browser gets to draw heatmaps from."""

import json

import numpy as np

from nicviz.plots.heatmap import Scale
from nicviz.plots.maps import color_table
from nicviz.ui.plane.cells import CellsPane, _parse_cell, pack

AXIS = np.arange(-2, 3) / 4
FIELD = np.arange(25.0).reshape(5, 5)


def unpacked(data: bytes) -> tuple[dict, bytes]:
    start = 4 + int.from_bytes(data[:4], "little")
    return json.loads(data[4:start]), data[start:]


def test_each_map_comes_with_its_values_and_the_colors_of_its_scale() -> None:
    field = FIELD.copy()
    field[1, 2], field[3, 3] = np.nan, np.inf
    panes = [
        CellsPane("a", "JPEG", "0.5 bpp", "#123", field, Scale(-1.0, 1.0, True)),
        CellsPane("b", "WebP", "", "#456", None, Scale(0.0, 2.0, False), status="waiting"),
        CellsPane("c", "AVIF", "", "#789", FIELD, Scale(0.0, 24.0, False)),
    ]
    header, body = unpacked(pack(panes, AXIS, "dB", 3, (1, -2)))
    assert (header["side"], header["step"], header["unit"], header["chosen"]) == (5, 0.25, "dB", [1, -2])
    first, waiting, last = header["panes"]
    for entry, expected in ((first, field), (last, FIELD)):
        values = np.frombuffer(body, "<f4", 25, entry["offset"]).reshape(5, 5)
        np.testing.assert_array_equal(values, expected)
    assert (waiting["length"], waiting["status"]) == (0, "waiting")
    for entry, name in ((first, "RdBu"), (last, "Inferno")):
        assert body[entry["table"] : entry["table"] + 768] == color_table(name).tobytes()
    assert all(entry["offset"] % 4 == 0 for entry in header["panes"])


def test_only_cells_of_the_grid_are_taken_from_the_browser() -> None:
    assert _parse_cell({"u": -2, "v": 1}, 2) == (-2, 1)
    for value in (None, {}, {"u": 3, "v": 0}, {"u": 0.5, "v": 0}, {"u": True, "v": 0}, {"u": "1", "v": 1}, [1, 1]):
        assert _parse_cell(value, 2) is None
