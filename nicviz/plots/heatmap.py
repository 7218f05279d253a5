"""Fourier heatmaps as figures: the map, and its mean over rings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nicviz.plots.figures import Series, blank_figure
from nicviz.plots.maps import COLORSCALE, DIVERGING, color_table

if TYPE_CHECKING:
    import plotly.graph_objects as go

Field = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """The colors of a map: from `low` to `high`; `diverging` has white at zero in its middle."""

    low: float
    high: float
    diverging: bool

    @property
    def colors(self) -> str:
        """Name of the colors in plotly."""
        return DIVERGING if self.diverging else COLORSCALE


def scale_of(fields: Sequence[Field], change: bool) -> Scale:
    """Return one scale for several maps; the outermost percent of the cells may lie beyond it.

    Args:
        fields: maps in one unit; infinite and missing cells do not count.
        change: whether zero means unchanged, so that it is the middle.
    """
    finite = np.concatenate([np.ravel(field)[np.isfinite(field).ravel()] for field in fields] or [np.zeros(0)])
    if not finite.size:
        return Scale(-1.0, 1.0, True) if change else Scale(0.0, 1.0, False)
    low, high = (float(each) for each in np.percentile(finite, (1, 99)))
    if change:
        reach = max(abs(low), abs(high)) or 1.0
        return Scale(-reach, reach, True)
    return Scale(low, high if high > low else low + 1.0, False)


def filled(field: Field) -> Field:
    """Return the map with each missing cell taken from the nearest one that is there (NaN if none is)."""
    from scipy.ndimage import distance_transform_edt

    missing = np.isnan(field)
    if not missing.any() or missing.all():
        return field
    nearest = distance_transform_edt(missing, return_distances=False, return_indices=True)
    found: Field = field[tuple(nearest)]
    return found


def ring_means(field: Field, axis: Field) -> tuple[Field, Field]:
    """Return the mean radius (cycles/pixel) and the mean value of rings one cell wide, out to the border.

    Cells that are missing or infinite are left out; a ring without a cell is NaN.
    """
    u, v = np.meshgrid(axis, axis)
    radius = np.hypot(u, v)
    ring = np.round(radius / (axis[1] - axis[0])).astype(int)
    count = len(axis) // 2 + 1  # beyond, rings are cut off by the corners
    valid = np.isfinite(field) & (ring < count)
    number = np.bincount(ring[valid], minlength=count).astype(float)
    number[number == 0] = np.nan
    sums = [np.bincount(ring[valid], weights=each[valid], minlength=count) for each in (radius, field)]
    return sums[0] / number, sums[1] / number


def ring_figure(series: Sequence[Series], axis: Field, title: str, reference: float | None = None) -> "go.Figure":
    """Return the mean over rings of equal frequency, one line a codec.

    Args:
        series: `values` are maps (side, side).
        axis: of the maps, in cycles/pixel.
        title: of the values, with their unit.
        reference: a dotted line at this value.
    """
    figure = blank_figure("frequency |f| (cycles/pixel)", title)
    for entry in series:
        radius, mean = ring_means(entry.values, axis)
        figure.add_scatter(
            x=radius, y=mean, name=entry.name, mode="lines+markers", marker={"size": 4}, connectgaps=True,
            line={"color": entry.color, "width": 2}, hovertemplate="%{y:.3f}",
        )  # fmt: skip
    if reference is not None:
        figure.add_hline(reference, line={"color": "rgba(128,128,128,.6)", "dash": "dot", "width": 1})
    return figure


def picture_of(values: Field, change: Field) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    """Return the map as a picture, and what it shows: the change, or the values where there is none; with its range."""
    changed = bool(np.isfinite(change).any())
    scale = scale_of([change if changed else values], changed)
    about = {"shows": "change" if changed else "value", "low": scale.low, "high": scale.high}
    return heatmap_pixels(change if changed else values, scale), about


def heatmap_pixels(field: Field, scale: Scale, size: int = 512) -> NDArray[np.uint8]:
    """Return the map as a picture (about size, size, 3), v downwards; missing cells are gray."""
    colors = color_table(scale.colors)
    place = np.clip((field - scale.low) / (scale.high - scale.low), 0, 1)  # infinite cells get the end's color
    missing = np.isnan(place)
    picture = colors[np.round(255 * np.where(missing, 0, place)).astype(np.uint8)]
    picture[missing] = 128
    times = max(1, size // len(field))
    return np.ascontiguousarray(picture.repeat(times, axis=0).repeat(times, axis=1))
