"""Fourier heatmaps as figures: the map, and its mean over rings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nicviz.plots.figures import Series, blank_figure

if TYPE_CHECKING:
    import plotly.graph_objects as go

DIVERGING, SEQUENTIAL = "RdBu", "Inferno"
HIGHLIGHT = "#12b886"
Field = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """The colors of a map: from `low` to `high`; `diverging` has white at zero in its middle."""

    low: float
    high: float
    diverging: bool


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


def heatmap_figure(
    field: Field,
    axis: Field,
    scale: Scale,
    unit: str,
    chosen: tuple[float, float] | None = None,
    rough: bool = False,
    height: int = 430,
) -> "go.Figure":
    """Return a map with frequency and value under the pointer; a click on it selects the nearest marker.

    Args:
        field: (side, side), axis 0 is v.
        axis: frequencies of rows and columns in cycles/pixel.
        scale: of the colors.
        unit: of the values.
        chosen: (u, v) of a cell that is marked, with its mirror image.
        rough: missing cells show the nearest one; otherwise they stay empty.
        height: in CSS pixels.
    """
    figure = blank_figure("horizontal frequency u (cycles/pixel)", "vertical frequency v (cycles/pixel)", height)
    digits = ".4f" if unit != "dB" else ".3f"
    shown = filled(field) if rough else field
    figure.add_heatmap(
        z=shown, x=axis, y=axis, zmin=scale.low, zmax=scale.high, colorscale=_colors(scale), hoverinfo="skip",
        colorbar={"thickness": 10, "outlinewidth": 0, "len": 0.85, "title": {"text": unit, "side": "top"}},
    )  # fmt: skip
    # Plotly reports no selection on a heatmap, so that unseen markers over its cells take pointer and clicks.
    u, v = np.meshgrid(axis, axis)
    unseen = {"marker": {"opacity": 0}}
    figure.add_scatter(
        x=np.round(u.ravel(), 6), y=np.round(v.ravel(), 6), customdata=shown.ravel(), mode="markers", showlegend=False,
        marker={"size": 7, "opacity": 0, "symbol": "square"}, selected=unseen, unselected=unseen,
        hovertemplate=f"u %{{x:.4f}}, v %{{y:.4f}}<br>%{{customdata:{digits}}} {unit}<extra></extra>",
    )  # fmt: skip
    if chosen is not None:
        _mark(figure, chosen, float(axis[1] - axis[0]))
    half = float(axis[1] - axis[0]) / 2
    whole = {"range": [float(axis[0]) - half, float(axis[-1]) + half], "showgrid": False, "zeroline": False}
    figure.update_xaxes(constrain="domain", **whole)
    figure.update_yaxes(scaleanchor="x", constrain="domain", constraintoward="top", **whole)
    figure.update_layout(hovermode="closest", clickmode="event+select", dragmode="zoom")
    return figure


def _colors(scale: Scale) -> list[tuple[float, str]]:
    """Return the colors from low to high as plotly takes them.

    Not by name: Streamlit takes hexadecimal colors such as Inferno's first one for places of its theme's colors.
    """
    from plotly.colors import get_colorscale, sample_colorscale

    places = [k / 32 for k in range(33)]
    found = sample_colorscale(get_colorscale(DIVERGING if scale.diverging else SEQUENTIAL), places)
    return list(zip(places, found, strict=True))


def _mark(figure: "go.Figure", chosen: tuple[float, float], step: float) -> None:
    """Frame a cell and, thinner, the one that is the same by symmetry."""
    for sign, width in ((1, 3), (-1, 1.5)):
        u, v = sign * chosen[0], sign * chosen[1]
        figure.add_shape(
            type="rect", x0=u - step / 2, x1=u + step / 2, y0=v - step / 2, y1=v + step / 2,
            line={"color": HIGHLIGHT, "width": width}, layer="above",
        )  # fmt: skip


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
    """Return the map as a picture (about size, size, 3), v upwards as in the figure; missing cells are gray."""
    from plotly.colors import get_colorscale, sample_colorscale

    table: Any = sample_colorscale(
        get_colorscale(DIVERGING if scale.diverging else SEQUENTIAL), [k / 255 for k in range(256)], colortype="tuple"
    )
    colors = np.round(255 * np.array(table)).astype(np.uint8)
    place = np.clip((field - scale.low) / (scale.high - scale.low), 0, 1)  # infinite cells get the end's color
    missing = np.isnan(place)
    picture = colors[np.round(255 * np.where(missing, 0, place)).astype(np.uint8)]
    picture[missing] = 128
    times = max(1, size // len(field))
    return np.ascontiguousarray(picture[::-1].repeat(times, axis=0).repeat(times, axis=1))
