"""Frequency planes side by side on one scale of color; a ring or wedge is chosen by dragging over one.

A Streamlit component of our own: pointing and dragging live in the browser, and only the end of a drag reruns the
script. Power spectra are symmetric about zero frequency, so the lower half of a plane is not sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError
from nicviz.plots.framed import framed
from nicviz.plots.maps import color_map
from nicviz.plots.planes import Scale
from nicviz.spectra.part import Part

Float = NDArray[np.float64]
_FOLDER = Path(__file__).parent
_MOST_CELLS = 512  # a side of a plane on the screen; larger ones show means over cells
_CODES = 65_534
_DECADES = 15.0  # below the largest value: float64 has no more to say


@dataclass(frozen=True)
class PlanePane:
    """One plane.

    Args:
        name: stable id.
        title, caption: shown above it.
        power: centered (H, W) spectrum, at least 0; None while there is none.
        color: CSS color of what it belongs to.
        status: shown while there is no spectrum; `failed` if it is an error.
    """

    name: str
    title: str
    power: Float | None
    caption: str = ""
    color: str = "#888"
    status: str = ""
    failed: bool = False


def common_scale(planes: Sequence[Float], kind: Literal["log", "linear"]) -> Scale:
    """Return one scale for several centered (H, W) spectra, zero frequency left out.

    Logarithmic from the 2nd percentile of what is above 0 (at most 8 decades) to the maximum; linear from 0 to the
    99.9th percentile, because a few cells hold most of a spectrum.
    """
    values = np.concatenate([np.delete(plane.ravel(), _zero_at(plane.shape)) for plane in planes] or [np.zeros(0)])
    values = values[values > 0]
    if not values.size:
        return Scale(kind, 0.0, 0.0)
    if kind == "linear":
        return Scale(kind, 0.0, float(np.percentile(values, 99.9)))
    top = float(values.max())
    bottom = max(float(np.percentile(values, 2)), top * 1e-8)
    return Scale(kind, bottom if bottom < top else top / 10, top)


def planes_component(
    panes: Sequence[PlanePane], scale: Scale, unit: str, part: Part, *, key: str,
    on_part: Callable[[Part], None] | None = None,
) -> None:  # fmt: skip
    """Draw the planes.

    Args:
        panes: in order.
        scale: of color, for all of them.
        unit: of the values, such as "levels²".
        part: drawn on every plane.
        key: Streamlit key.
        on_part: called with what a user chose, before the rerun; None where there is nothing to choose.
    """
    data = pack(panes, scale, unit, part, choosing=on_part is not None)

    def report() -> None:
        import streamlit as st

        if on_part is None:
            return
        chosen = _parse_part(st.session_state[key].get("part"))
        if chosen is not None:
            on_part(chosen)

    component("plane")(key=key, data=data, on_part_change=report)


def pack(panes: Sequence[PlanePane], scale: Scale, unit: str, part: Part, choosing: bool = True) -> bytes:
    """Return all that the browser gets: length of the header (4 bytes, little endian), header (JSON), arrays.

    A plane is the rows down to zero frequency, uint16 in logarithmic steps: 0 is 0, 1 … 65535 go from 10^low to
    10^high. The table of 256 colors comes last.
    """
    entries: list[dict[str, Any]] = []
    chunks: list[bytes] = []
    offset = 0
    for pane in panes:
        entry = {name: value for name, value in asdict(pane).items() if name != "power"} | {"length": 0}
        if pane.power is not None:
            about, chunk = _encode(pane.power)
            digest = blake2b(chunk, digest_size=16).hexdigest()
            entry |= {**about, "offset": offset, "length": len(chunk), "hash": digest}
            chunks.append(chunk)
            offset += len(chunk)
        entries.append(entry)
    table = color_map(np.arange(256.0)[None], 255.0).tobytes()
    header = {"panes": entries, "scale": vars(scale), "unit": unit, "part": vars(part), "choosing": choosing}
    return framed({**header, "table": {"offset": offset, "length": len(table)}}, (*chunks, table))


def _encode(power: Float) -> tuple[dict[str, Any], bytes]:
    height, width = power.shape
    factors = (_factor(height), _factor(width))
    cells = _pool(_pool(power, 0, factors[0]), 1, factors[1])
    center = [cells.shape[0] // 2, cells.shape[1] // 2]
    half = cells[: center[0] + 1]
    positive = half > 0
    high = float(np.log10(half[positive].max())) if positive.any() else 0.0
    low = max(high - _DECADES, float(np.log10(half[positive].min()))) if positive.any() else 0.0
    span = max(high - low, 1e-9)
    logarithm = np.log10(half, where=positive, out=np.full(half.shape, low))
    codes = np.where(positive, 1 + np.rint(np.clip((logarithm - low) / span, 0, 1) * _CODES), 0).astype("<u2")
    about = {
        "rows": cells.shape[0], "columns": cells.shape[1], "center": center, "low": low, "high": low + span,
        "step": [factors[0] / height, factors[1] / width],
    }  # fmt: skip
    return about, codes.tobytes()


def _pool(power: Float, axis: int, factor: int) -> Float:
    """Return means over `factor` cells along an axis; it is odd, so that zero frequency stays in a cell's center."""
    if factor == 1:
        return power
    size = power.shape[axis]
    cell = (np.arange(size) - size // 2 + factor // 2) // factor
    cell -= cell[0]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    shape = [1, 1]
    shape[axis] = -1
    sums: Float = np.add.reduceat(power, starts, axis=axis) / np.bincount(cell).reshape(shape)
    return sums


def _factor(size: int) -> int:
    return next(factor for factor in range(1, size + 2, 2) if size / factor <= _MOST_CELLS)


def _zero_at(shape: tuple[int, ...]) -> int:
    return (shape[0] // 2) * shape[1] + shape[1] // 2


def _parse_part(value: object) -> Part | None:
    """Return the part that the browser sent; None for anything that is not one."""
    if not isinstance(value, dict):
        return None
    try:
        return Part(**{name: float(number) for name, number in value.items()})
    except (TypeError, ValueError, NicvizError):
        return None


@cache
def component(name: str) -> Callable[..., Any]:
    """Return a component of this folder: its own files, after the style and the script that all here share."""
    import streamlit as st

    html, css, script = ((_FOLDER / f"{name}.{kind}").read_text("utf-8") for kind in ("html", "css", "js"))
    common_css, common_script = ((_FOLDER / f"common.{kind}").read_text("utf-8") for kind in ("css", "js"))
    return st.components.v2.component(f"nicviz_{name}", html=html, css=common_css + css, js=common_script + script)
