"""Frequency planes as pictures: one pixel a frequency, and a figure of several with axes and their scale, as SVG."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Literal
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from nicviz.plots.maps import color_map

Float = NDArray[np.float64]
Encode = Callable[[NDArray[np.uint8]], bytes]
SIDE, GAP, LEFT, TOP, BOTTOM = 300, 28, 62, 60, 44  # of a plane and what is around it, in units of the figure
PER_ROW = 3
BAR = 260
LONGEST = 54  # characters of a line above a plane
FONT = "font-family='sans-serif' font-size='11' fill='#222'"
TICKS = (-0.5, -0.25, 0.0, 0.25, 0.5)


@dataclass(frozen=True)
class Scale:
    """The values that the first and the last color stand for."""

    kind: Literal["log", "linear"]
    bottom: float
    top: float


@dataclass(frozen=True)
class TitledPlane:
    """A centered (H, W) spectrum, at least 0, with what stands above it."""

    title: str
    caption: str
    power: Float


def plane_pixels(power: Float, scale: Scale) -> NDArray[np.uint8]:
    """Return a centered (H, W) spectrum as (H, W, 3) uint8, one pixel a frequency."""
    place: Float = np.zeros(power.shape)
    if scale.top > scale.bottom and scale.kind == "linear":
        place = (power - scale.bottom) / (scale.top - scale.bottom)
    elif scale.top > scale.bottom:
        place = np.log(np.maximum(power, scale.bottom) / scale.bottom) / np.log(scale.top / scale.bottom)
    return color_map(np.clip(place, 0.0, 1.0), 1.0)


def planes_svg(planes: Sequence[TitledPlane], scale: Scale, unit: str, encode: Encode) -> str:
    """Return a figure of planes with axes in cycles/pixel on one scale; it needs no other file.

    Args:
        planes: in order, three a row.
        scale: of color.
        unit: of the values.
        encode: makes PNG of (H, W, 3) uint8.
    """
    columns = min(PER_ROW, max(1, len(planes)))
    rows = -(-len(planes) // columns)
    cell = (LEFT + SIDE + GAP, TOP + SIDE + BOTTOM)
    width, height = columns * cell[0], rows * cell[1] + 50
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}'>",
        f"<rect width='{width}' height='{height}' fill='#fff'/>",
    ]
    for number, plane in enumerate(planes):
        left, top = (number % columns) * cell[0] + LEFT, (number // columns) * cell[1] + TOP
        parts += [_plane(plane, encode(plane_pixels(plane.power, scale)), left, top)]
    parts += [_bar(scale, unit, LEFT, rows * cell[1] + 8), "</svg>"]
    return "\n".join(parts)


def _plane(plane: TitledPlane, png: bytes, left: int, top: int) -> str:
    data = b64encode(png).decode()
    parts = [
        f"<text x='{left}' y='{top - 38}' {FONT} font-weight='bold'>{escape(plane.title)}</text>",
        *(
            f"<text x='{left}' y='{top - 23 + 14 * number}' {FONT}>{escape(line)}</text>"
            for number, line in enumerate(wrap(plane.caption, LONGEST)[:2])
        ),
        f"<image x='{left}' y='{top}' width='{SIDE}' height='{SIDE}' preserveAspectRatio='none' "
        f"image-rendering='pixelated' href='data:image/png;base64,{data}'/>",
    ]
    for tick in TICKS:
        at = (tick + 0.5) * SIDE
        text = f"{tick:g}".replace("-", "−")
        parts += [
            f"<text x='{left + at}' y='{top + SIDE + 14}' {FONT} text-anchor='middle'>{text}</text>",
            f"<text x='{left - 5}' y='{top + at + 4}' {FONT} text-anchor='end'>{text}</text>",
        ]
    middle = top + SIDE / 2
    parts += [
        f"<text x='{left + SIDE / 2}' y='{top + SIDE + 30}' {FONT} text-anchor='middle'>cycles/pixel</text>",
        f"<text x='{left - 44}' y='{middle}' {FONT} text-anchor='middle' "
        f"transform='rotate(-90 {left - 44} {middle})'>cycles/pixel</text>",
    ]
    return "\n".join(parts)


def _short(value: float) -> str:
    """Return three digits, as the page writes them: 13,200 and 0.0123."""
    return f"{float(f'{value:.3g}'):,.10g}"


def _bar(scale: Scale, unit: str, left: int, top: int) -> str:
    steps = color_map(np.linspace(0, 255, 16)[None], 255.0)[0]
    stops = "".join(
        f"<stop offset='{k / 15:.4f}' stop-color='rgb{tuple(map(int, rgb))}'/>" for k, rgb in enumerate(steps)
    )
    kind = "logarithmic" if scale.kind == "log" else "linear"
    return (
        f"<defs><linearGradient id='colors'>{stops}</linearGradient></defs>"
        f"<rect x='{left}' y='{top}' width='{BAR}' height='9' fill='url(#colors)'/>"
        f"<text x='{left}' y='{top + 24}' {FONT}>≤ {_short(scale.bottom)}</text>"
        f"<text x='{left + BAR}' y='{top + 24}' {FONT} text-anchor='end'>≥ {_short(scale.top)} {escape(unit)}</text>"
        f"<text x='{left + BAR + 12}' y='{top + 9}' {FONT}>{kind}</text>"
    )
