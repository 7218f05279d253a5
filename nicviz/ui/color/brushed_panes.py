"""The pictures of the Color page: where their colors lie, and their pixels of the colors that are marked."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.color.plane import Plane, ab_plane
from nicviz.analysis.compare import Compared
from nicviz.color import luminance
from nicviz.images import decode_png, encode_png
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.ui.color.brush import Brush
from nicviz.ui.kit.waiting import compute
from nicviz.ui.shell.comparison import Inputs
from nicviz.ui.viewer import Pane

DIMMED = 0.3  # of the luminance, for pixels that are not marked
_PLANE_BYTES = 1_400_000  # of a plane without its pixels' cells
_PATIENCE = 1.5


@dataclass(frozen=True)
class Picture:
    """A finished picture of the comparison.

    Args:
        pane: as it stands in the viewer, with its pixels.
        key: equal for equal pixels.
        plane: of these pixels.
    """

    pane: Pane
    key: str
    plane: Plane


def pictures_in_plane(inputs: Inputs, compared: Sequence[Live[Compared]], panes: Sequence[Pane]) -> dict[str, Picture]:
    """Return pane name to picture, for those that are finished; `panes` are those of `picture_panes`."""
    keys: list[str | None] = [inputs.original.sha256, *([inputs.source.sha256] if inputs.corrupted else [])]
    keys += [outcome.value.compression.key if outcome.done else None for outcome in compared]
    finished = [(pane, key) for pane, key in zip(panes, keys, strict=True) if key is not None]
    cells_bytes = 2 * inputs.num_bytes // 3
    works = [
        Work(key, f"colors of {pane.title}", partial(_plane, pane.png or b""), cells_bytes + _PLANE_BYTES)
        for pane, key in finished
    ]
    outcomes = compute("planes", works, _PATIENCE)
    return {
        pane.name: Picture(pane, key, outcome.value)
        for (pane, key), outcome in zip(finished, outcomes, strict=True)
        if outcome.done
    }


def _plane(png: bytes, signal: Signal) -> Plane:
    return ab_plane(decode_png(png))


def marked_panes(panes: Sequence[Pane], pictures: Mapping[str, Picture], brush: Brush | None) -> list[Pane]:
    """Return `panes`; where a region is marked, pixels of other colors are gray and dim."""
    if brush is None or brush.rectangle is not None:
        return list(panes)
    name = hashlib.sha256(brush.cells.tobytes()).hexdigest()
    works = [
        Work((picture.key, name), f"pixels of {picture.pane.title}",
             partial(_dimmed, picture.pane.png or b"", picture.plane, brush.cells), len(picture.pane.png or b""))
        for picture in pictures.values()
    ]  # fmt: skip
    shown = {pane.name: pane for pane in panes}
    for picture, outcome in zip(pictures.values(), compute("marks", works, _PATIENCE), strict=True):
        pane = picture.pane
        if outcome.done:
            png, share = outcome.value
            shown[pane.name] = Pane(pane.name, pane.title, png, f"{share:.2%} of pixels marked", color=pane.color)
        else:
            shown[pane.name] = Pane(pane.name, pane.title, None, status="Marking…", color=pane.color)
    return list(shown.values())


def _dimmed(png: bytes, plane: Plane, cells: NDArray[np.bool_], signal: Signal) -> tuple[bytes, float]:
    """Return a PNG with the pixels of these cells as they are and the others gray and dim, and the former's share."""
    pixels, mask = decode_png(png), plane.mask(cells)
    gray = (DIMMED * luminance(pixels)).astype(np.uint8)
    return encode_png(np.where(mask[..., None], pixels, gray[..., None])), float(mask.mean())
