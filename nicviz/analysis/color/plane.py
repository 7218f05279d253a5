"""What the Color page asks for of one picture or a pair: its place in the a*b* plane, and how far colors moved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nicviz.color import ab_cells, delta_e00_parts, srgb_to_lab
from nicviz.images import LoadedImage
from nicviz.store import Store, kept
from nicviz.tasks.compress import Compression
from nicviz.versions import COMPILED_WITH, library_versions

Pixels = NDArray[np.uint8]
Part = Literal["delta_e00", "lightness", "chroma", "hue"]
PARTS: tuple[Part, ...] = ("delta_e00", "lightness", "chroma", "hue")  # in the order of `delta_e00_parts`

COLORFUL = 5.0  # chroma under which a hue says nothing: rounding a gray by one level gives it any hue
HUE_STEP = 5  # degrees
NUM_CHROMAS = 136  # bins of one unit; the largest chroma in sRGB is 133.8, of blue
DELTA_STEP = 0.25  # width of the histogram's bins, in ΔE00
NUM_DELTAS = 480  # no two sRGB colors are 120 apart
_METHOD = 3  # of the difference: counted up when its numbers change
_ROWS = 128  # rows worked on at a time: float64 planes of a large image would fill the memory
_CELLS = 256 * 256


@dataclass(frozen=True, eq=False)
class Plane:
    """One picture in the a*b* plane.

    Args:
        cells: (H, W) uint16, the cell of each pixel as `nicviz.color.ab_cells` numbers them.
        counts: (256, 256) pixels per cell, row a* + 128, column b* + 128.
        lightness: (256, 256) mean L* of a cell's pixels; NaN where there is none.
        hues: (72,) pixels per 5° of hue angle, of the pixels whose chroma is at least `COLORFUL`.
        chromas: (136,) pixels per unit of chroma.
    """

    cells: NDArray[np.uint16]
    counts: NDArray[np.int64]
    lightness: NDArray[np.float64]
    hues: NDArray[np.int64]
    chromas: NDArray[np.int64]

    @property
    def unique(self) -> int:
        """The number of occupied cells: unique a*b*."""
        return int(np.count_nonzero(self.counts))

    def mask(self, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the pixels, (H, W), whose cell is marked in a (256, 256) array."""
        return marked.ravel()[self.cells]

    def cells_within(self, x: int, y: int, width: int, height: int) -> NDArray[np.bool_]:
        """Return the cells, (256, 256), of the pixels in a rectangle; what lies outside of the picture is ignored."""
        part = self.cells[max(y, 0) : max(y + height, 0), max(x, 0) : max(x + width, 0)]
        return np.bincount(part.ravel(), minlength=_CELLS).reshape(256, 256) > 0


def ab_plane(pixels: Pixels) -> Plane:
    """Return where the colors of a (H, W, 3) picture lie."""
    cells = ab_cells(pixels)
    counts = np.bincount(cells.ravel(), minlength=_CELLS)
    light, chromas = np.zeros(_CELLS), np.zeros(NUM_CHROMAS, np.int64)
    hues = np.zeros(360 // HUE_STEP, np.int64)
    for rows in _bands(pixels):
        L, a, b = np.moveaxis(srgb_to_lab(pixels[rows]).reshape(-1, 3), 1, 0)
        light += np.bincount(cells[rows].ravel(), weights=L, minlength=_CELLS)
        chroma = np.hypot(a, b)
        chromas += np.bincount(chroma.astype(np.intp), minlength=NUM_CHROMAS)
        angle = np.degrees(np.arctan2(b, a))[chroma >= COLORFUL] % 360
        hues += np.bincount((angle // HUE_STEP).astype(np.intp) % len(hues), minlength=len(hues))
    with np.errstate(invalid="ignore"):
        mean = light / counts
    return Plane(cells, counts.reshape(256, 256), mean.reshape(256, 256), hues, chromas)


def cells_in_polygons(polygons: Sequence[NDArray[np.float64]]) -> NDArray[np.bool_]:
    """Return the cells, (256, 256), centered in one of the (N, 2) polygons of (a*, b*), by the even-odd rule."""
    inside = np.zeros((256, 256), dtype=bool)
    a, b = np.mgrid[-128:128, -128:128]
    for polygon in polygons:
        within = np.zeros_like(inside)
        for (a1, b1), (a2, b2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            if b1 == b2:
                continue
            rows = slice(*np.clip(np.ceil([min(b1, b2) + 128, max(b1, b2) + 128]), 0, 256).astype(int))
            within[:, rows] ^= a[:, rows] < a1 + (b[:, rows] - b1) * (a2 - a1) / (b2 - b1)
        inside |= within
    return inside


@dataclass(frozen=True, eq=False)
class Change:
    """What became of the occupied cells, (256, 256) each: only before, before and after, only after."""

    lost: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    invented: NDArray[np.bool_]


def changed_cells(before: Plane, after: Plane) -> Change:
    """Return which colors were lost, kept and invented on the way from one picture to another."""
    had, has = before.counts > 0, after.counts > 0
    return Change(had & ~has, had & has, has & ~had)


@dataclass(frozen=True)
class Difference:
    """How far the colors of a reconstruction are from those of its reference.

    Args:
        mean, median, p95, maximum: of ΔE00 over pixels.
        shares: share of pixels per bin of `DELTA_STEP` in ΔE00, from 0.
        rms: root mean square of ΔL', ΔC' and ΔH', unweighted, in CIELAB units.
        shift: mean of ΔL', ΔC' and ΔH' with their signs; below zero is darker, duller, hue turned clockwise.
    """

    mean: float
    median: float
    p95: float
    maximum: float
    shares: NDArray[np.float64]
    rms: Mapping[str, float]
    shift: Mapping[str, float]


def color_difference(reference: LoadedImage, compression: Compression, store: Store | None = None) -> Difference:
    """Return ΔE00 and its parts, summed up over pixels; kept in the store."""
    members = kept(
        "color difference",
        {"reference": reference.sha256, "compression": compression.key},
        {"difference": _METHOD, **library_versions(*COMPILED_WITH)},
        lambda: _sum_up(reference.pixels, compression.pixels()),
        store,
    )
    return Difference(shares=members["shares"], **members["record"])


def _sum_up(reference: Pixels, image: Pixels) -> Mapping[str, Any]:
    field = np.empty(reference.shape[:2])
    squares, sums = np.zeros(3), np.zeros(3)
    for rows in _bands(reference):
        parts = delta_e00_parts(srgb_to_lab(reference[rows]), srgb_to_lab(image[rows]))
        field[rows] = parts[0]
        changes = parts[1:].astype(float)
        squares += (changes**2).sum(axis=(1, 2))
        sums += changes.sum(axis=(1, 2))
    median, p95 = np.percentile(field, [50, 95])
    bins = np.minimum(field.ravel() / DELTA_STEP, NUM_DELTAS - 1).astype(np.intp)
    record = {
        "mean": float(field.mean()), "median": float(median), "p95": float(p95), "maximum": float(field.max()),
        "rms": dict(zip(PARTS[1:], np.sqrt(squares / field.size).tolist(), strict=True)),
        "shift": dict(zip(PARTS[1:], (sums / field.size).tolist(), strict=True)),
    }  # fmt: skip
    return {"record": record, "shares": np.bincount(bins, minlength=NUM_DELTAS) / field.size}


def difference_field(reference: Pixels, image: Pixels, part: Part) -> NDArray[np.float32]:
    """Return ΔE00, or the size of ΔL', ΔC' or ΔH', at each pixel, (H, W) float32."""
    field = np.empty(reference.shape[:2], np.float32)
    for rows in _bands(reference):
        parts = delta_e00_parts(srgb_to_lab(reference[rows]), srgb_to_lab(image[rows]))
        field[rows] = np.abs(parts[PARTS.index(part)])
    return field


def _bands(pixels: Pixels) -> Iterator[slice]:
    return (slice(top, top + _ROWS) for top in range(0, len(pixels), _ROWS))
