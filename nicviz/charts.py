"""Synthetic charts: pure functions of their size, each made to show one thing that codecs do.

Every function takes the side in pixels (16…4096) and returns a square (size, size, 3) uint8 image in sRGB.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nicviz.color import lab_to_srgb
from nicviz.errors import ImageError
from nicviz.registry import Registry

Image = NDArray[np.uint8]
Plane = NDArray[np.float64]

SMALLEST, LARGEST, DEFAULT = 16, 4096, 512

_EDGE_DEGREES = (5.0, 15.0, 30.0, 45.0)
_EDGE_CONTRASTS = (1.0, 0.5, 0.25, 0.1)
_RAMP_LIGHTNESS = ((80.0, 65.0), (50.0, 35.0))
_RAMP_EXTENT = 110.0
_CHECKER_CELLS = ((1, 2), (5, 8))
_NOISE_SEED = 2307_08657
_GRAY = 128


@dataclass(frozen=True)
class Chart:
    """A chart: its key, a title, one sentence on what it teaches, and the function that draws it."""

    name: str
    title: str
    description: str
    function: Callable[[int], Image]

    def draw(self, size: int = DEFAULT) -> Image:
        """Return the chart, (size, size, 3) uint8.

        Raises:
            ImageError: a size outside of 16…4096.
        """
        if not SMALLEST <= size <= LARGEST:
            raise ImageError(f"A chart of {size} px was asked for; charts have {SMALLEST} to {LARGEST} px a side.")
        return self.function(size)


def zone_plate(size: int) -> Image:
    """Return circles whose frequency grows with the distance from the center: (x/size, y/size) cycles per pixel.

    Each axis reaches Nyquist, 0.5 cycles per pixel, at the edge and no pixel is beyond it, so that every ring that a
    codec adds or loses is the codec's own.
    """
    x = np.arange(size) - (size - 1) / 2
    return _gray_image(127.5 + 127.5 * np.cos(np.pi / size * (x[:, None] ** 2 + x**2)))


def slanted_edges(size: int) -> Image:
    """Return 4×4 edges: 5°, 15°, 30° and 45° off the vertical from left to right, fainter from top to bottom.

    The levels lie symmetrically about 128, at 100, 50, 25 and 10 % contrast. A pixel on an edge has the level of the
    part of it that is covered, taken along the edge's normal.
    """
    cell, center = _cells(size, 4)
    angle = np.radians(_EDGE_DEGREES)[cell]
    contrast = np.array(_EDGE_CONTRASTS)[cell][:, None]
    distance = center * np.cos(angle) + center[:, None] * np.sin(angle)
    return _gray_image(127.5 + 127.5 * contrast * np.clip(2 * distance, -1, 1))


def lab_planes(size: int) -> Image:
    """Return four a*b* planes, at L* 80, 65 (above), 50 and 35 (below), −110…110, a* to the right and b* upward.

    Hue is the angle and chroma the distance from a plane's center; L* is constant within a plane. Where a color lies
    outside of sRGB the plane shows the neutral gray of its L* instead, so that the border of the gamut is an edge in
    chroma without one in lightness.
    """
    cell, center = _cells(size, 2)
    half_cell = size / 4
    lab = np.empty((size, size, 3))
    lab[..., 0] = np.array(_RAMP_LIGHTNESS)[cell[:, None], cell]
    lab[..., 1] = center / half_cell * _RAMP_EXTENT
    lab[..., 2] = -center[:, None] / half_cell * _RAMP_EXTENT
    levels = np.rint(lab_to_srgb(lab))
    is_outside = ((levels < 0) | (levels > 255)).any(axis=-1)
    lab[is_outside, 1:] = 0
    levels[is_outside] = np.rint(lab_to_srgb(lab[is_outside]))
    return levels.astype(np.uint8)


def one_over_f_noise(size: int) -> Image:
    """Return gray noise with the power spectrum f⁻² of natural images, equal in all directions, from a fixed seed.

    The amplitude of every frequency is exactly proportional to 1/f before the rounding to levels and its phase is
    random. It is scaled to the largest contrast that clips nowhere; the power that rounding adds, 1/12, is then less
    than 1 % of the noise's own at any frequency.
    """
    white = np.random.default_rng(_NOISE_SEED).standard_normal((size, size))
    spectrum = np.fft.rfft2(white)
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size))
    frequency[0, 0] = np.inf
    noise = np.fft.irfft2(spectrum / (np.abs(spectrum) * frequency), s=(size, size))
    return _gray_image(127.5 + 127.5 * noise / np.abs(noise).max())


def checker(size: int) -> Image:
    """Return black and white checkers with cells of 1 and 2 px (above) and of 5 and 8 px (below)."""
    half = size // 2
    position = np.arange(size)
    block = (position >= half).astype(np.intp)
    cell = np.array(_CHECKER_CELLS)[block[:, None], block]
    offset = position - half * block
    return _gray_image(255.0 * ((offset[:, None] // cell + offset // cell) % 2))


def impulse(size: int) -> Image:
    """Return one white pixel, at (size // 2, size // 2), on mid-gray: all frequencies with the same amplitude."""
    image = np.full((size, size, 3), _GRAY, dtype=np.uint8)
    image[size // 2, size // 2] = 255
    return image


def _cells(size: int, count: int) -> tuple[NDArray[np.intp], Plane]:
    """Return, per pixel of a side cut into `count` equal cells, the cell and the distance from its center in px."""
    middle = np.arange(size) + 0.5
    cell = (middle * count / size).astype(np.intp)
    return cell, middle - (cell + 0.5) * size / count


def _gray_image(levels: Plane) -> Image:
    return np.repeat(np.rint(levels).astype(np.uint8)[..., None], 3, axis=2)


CHARTS = Registry(
    "chart",
    (
        Chart(
            "zone-plate",
            "Zone plate",
            "All frequencies from zero at the center to Nyquist at the edges: see which ones a codec drops, "
            "and which it invents as false rings.",
            zone_plate,
        ),
        Chart(
            "slanted-edges",
            "Slanted edges",
            "Edges of four angles and four contrasts: look for ringing beside the strong ones, staircases along the "
            "steep ones, and faint ones that vanish.",
            slanted_edges,
        ),
        Chart(
            "lab-planes",
            "Color ramps in CIELAB",
            "Hue and chroma at four constant lightnesses: look for banding, for colors that shift, and for blur at the "
            "gray border of the sRGB gamut, which is an edge in chroma alone.",
            lab_planes,
        ),
        Chart(
            "one-over-f",
            "1/f noise",
            "Noise with the power spectrum of natural images but without their structure: what is left to a codec that "
            "has only statistics to go by.",
            one_over_f_noise,
        ),
        Chart(
            "checker",
            "Checkers",
            "Cells of 1, 2, 5 and 8 px: the finest is pure Nyquist, 8 fits the blocks of JPEG and 5 does not.",
            checker,
        ),
        Chart(
            "impulse",
            "Impulse",
            "One white pixel on gray: how far the error of a single pixel spreads, and whether it survives at all.",
            impulse,
        ),
    ),
)
