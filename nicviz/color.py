"""sRGB to CIELAB and back, CIEDE2000, and the luminance and YCbCr planes.

CIELAB is for D65 and the 2° observer, with the matrix and white point of scikit-image, so that counts of rounded
a*b* pairs agree with it.
"""

import math
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Single = NDArray[np.float32]
LabPlanes = NDArray[np.float64]  # (3, H·W)

LUMINANCE_WEIGHTS = (0.2125, 0.7154, 0.0721)

_XYZ_FROM_RGB = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
_RELATIVE_FROM_RGB = _XYZ_FROM_RGB / _WHITE[:, None]
# Rows of L*, a*, b* in f(X/Xn), f(Y/Yn), f(Z/Zn), CIE 15:2004, equations 8.3–8.5; 16 is taken off L* afterwards.
_LAB_FROM_F = np.array([[0.0, 116.0, 0.0], [500.0, -500.0, 0.0], [0.0, 200.0, -200.0]])
_LINEAR_BELOW = (6 / 29) ** 3
_STRAIGHT_BELOW = 0.0031308  # linear light under which the sRGB transfer function is a straight line
# ITU-T T.871 (JFIF), full range.
_YCBCR_FROM_RGB = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])

_BLOCK = (
    12_288  # pixels worked on at a time: their planes stay in the second-level cache, and the product of a matrix with
)
# two blocks takes fewer than 2^18 multiplications, from which on OpenBLAS wakes threads that then spin on other cores
_TINY = 1e-30  # of squares of chroma: divides where both colors are gray
_AB_OFFSET, _AB_SPAN = 128, 256  # sRGB lies within a* −86…98 and b* −108…95


def luminance(image: NDArray[Any]) -> Float:
    """Return 0.2125 R + 0.7154 G + 0.0721 B of an (…, 3) array, in its unit (levels for an image), as float64."""
    plane: Float = image @ np.array(LUMINANCE_WEIGHTS)
    return plane


def ycbcr(image: NDArray[Any]) -> Float:
    """Return (…, 3) Y, Cb, Cr of BT.601 as in JPEG, in levels; Cb and Cr are centered on 0, not on 128."""
    planes: Float = image @ _YCBCR_FROM_RGB.T
    return planes


def srgb_to_lab(image: NDArray[np.uint8]) -> Float:
    """Return the CIELAB coordinates of 8-bit sRGB.

    Args:
        image: (…, 3) uint8.

    Returns:
        (…, 3) float64: L* 0…100, a* about −86…98, b* about −108…95.
    """
    pixels = image.reshape(-1, 3)
    lab = np.empty(pixels.shape)
    for part in _blocks(len(pixels)):
        lab[part] = _lab_planes(pixels[part]).T
    return lab.reshape(image.shape)


def lab_to_srgb(lab: NDArray[np.floating[Any]]) -> Float:
    """Return sRGB in levels of CIELAB coordinates, (…, 3) float64, neither rounded nor clipped.

    A color outside of sRGB has a channel below 0 or above 255.
    """
    colors = lab.reshape(-1, 3)
    rgb = np.empty(colors.shape)
    for part in _blocks(len(colors)):
        rgb[part] = _rgb_planes(colors[part].T).T
    return rgb.reshape(lab.shape)


def delta_e00(lab1: NDArray[np.floating[Any]], lab2: NDArray[np.floating[Any]]) -> Single:
    """Return the CIEDE2000 difference per pixel, (…) float32, of two (…, 3) arrays of CIELAB coordinates.

    Weights kL = kC = kH = 1. Within 1e-4 of the formula in float64; two equal colors are 0 apart.
    Source: Sharma, Wu, Dalal, "The CIEDE2000 color-difference formula", 2005.
    """
    difference: Single = delta_e00_parts(lab1, lab2)[0]
    return difference


def delta_e00_parts(lab1: NDArray[np.floating[Any]], lab2: NDArray[np.floating[Any]]) -> Single:
    """Return ΔE00 and the ΔL', ΔC' and ΔH' that it is made of, (4, …) float32, of two (…, 3) arrays of CIELAB.

    ΔL', ΔC' and ΔH' are Sharma's equations 8, 9 and 11: signed (second minus first), after a* has been stretched for
    grays and before they are weighted by kL SL, kC SC and kH SH, so all three are in CIELAB units.
    """
    first, second = lab1.reshape(-1, 3), lab2.reshape(-1, 3)
    parts = np.empty((4, len(first)), np.float32)
    for part in _blocks(len(first)):
        change = _change(np.stack([first[part].T, second[part].T], axis=1))
        parts[:, part] = _weighted(change), *change[:3]
    return parts.reshape(4, *lab1.shape[:-1])


def delta_e00_map(reference: NDArray[np.uint8], image: NDArray[np.uint8]) -> Single:
    """Return the CIEDE2000 difference per pixel, (H, W) float32, of two (H, W, 3) uint8 images, as `delta_e00`."""
    first, second = reference.reshape(-1, 3), image.reshape(-1, 3)
    difference = np.empty(len(first), np.float32)
    for part in _blocks(len(first)):
        lab = _lab_planes(np.concatenate([first[part], second[part]]))
        difference[part] = _weighted(_change(lab.reshape(3, 2, -1)))
    return difference.reshape(reference.shape[:-1])


def lab_planes(image: NDArray[np.uint8]) -> LabPlanes:
    """Return the CIELAB coordinates of an image, (3, H·W), for those who need them more than once."""
    pixels = image.reshape(-1, 3)
    lab = np.empty((3, len(pixels)))
    for part in _blocks(len(pixels)):
        lab[:, part] = _lab_planes(pixels[part])
    return lab


def mean_delta_e00(first: LabPlanes, second: LabPlanes) -> float:
    """Return the mean over pixels of the CIEDE2000 difference of two images' `lab_planes`."""
    total = 0.0
    for part in _blocks(first.shape[1]):
        change = _change(np.stack([first[:, part], second[:, part]], axis=1))
        total += float(_weighted(change).sum(dtype=np.float64))
    return total / first.shape[1]


def unique_ab_of(lab: LabPlanes) -> int:
    """Return the number of distinct pairs (a*, b*) after rounding, of an image's `lab_planes`."""
    seen = np.zeros(_AB_SPAN * _AB_SPAN, dtype=np.bool_)
    for part in _blocks(lab.shape[1]):
        seen[_cells_of(lab[:, part])] = True
    return int(np.count_nonzero(seen))


def ab_histogram(image: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many pixels round to each pair (a*, b*): (256, 256), row a* + 128, column b* + 128.

    Rounded to the nearest integer; a tie goes to the even one.
    """
    pixels = image.reshape(-1, 3)
    counts = np.zeros(_AB_SPAN * _AB_SPAN, dtype=np.int64)
    for part in _blocks(len(pixels)):
        counts += np.bincount(_cells_of(_lab_planes(pixels[part])), minlength=counts.size)
    return counts.reshape(_AB_SPAN, _AB_SPAN)


def unique_ab(image: NDArray[np.uint8]) -> int:
    """Return the number of distinct pairs (a*, b*) after rounding as in `ab_histogram`."""
    return int(np.count_nonzero(ab_histogram(image)))


def ab_cells(image: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Return the number of each pixel's cell (a*, b*): 256 (a* + 128) + b* + 128, an index into a raveled histogram.

    Rounded as in `ab_histogram`; (…) for a (…, 3) image.
    """
    pixels = image.reshape(-1, 3)
    cells = np.empty(len(pixels), dtype=np.uint16)
    for part in _blocks(len(pixels)):
        cells[part] = _cells_of(_lab_planes(pixels[part]))
    return cells.reshape(image.shape[:-1])


def _cells_of(lab: Float) -> NDArray[np.intp]:
    """Return the number of the cell (a*, b*) of each color of (3, N) CIELAB."""
    a, b = np.rint(lab[1:]).astype(np.intp) + _AB_OFFSET
    cells: NDArray[np.intp] = a * _AB_SPAN + b
    return cells


def gamut_outline(steps: int = 24) -> Float:
    """Return a closed path of (a*, b*) around all colors of sRGB, whatever their L*: (6 · steps + 1, 2).

    It is the image of the six edges of the RGB cube that touch neither black nor white (red, yellow, green, cyan,
    blue, magenta): no color of the cube's surface has a larger chroma at its hue (a test looks at all of them).
    """
    red, yellow, green = (255, 0, 0), (255, 255, 0), (0, 255, 0)
    cyan, blue, magenta = (0, 255, 255), (0, 0, 255), (255, 0, 255)
    corners = np.array([red, yellow, green, cyan, blue, magenta, red], dtype=float)
    position = np.linspace(0, 6, 6 * steps + 1)
    path = np.stack([np.interp(position, range(7), channel) for channel in corners.T], axis=1)
    return srgb_to_lab(np.round(path).astype(np.uint8))[:, 1:]


def _blocks(length: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, length, _BLOCK))


@cache
def _linear_from_level() -> Float:
    """The sRGB transfer function (IEC 61966-2-1) of the 256 levels, in 0…1."""
    level = np.arange(256) / 255
    linear: Float = np.where(level > 0.04045, ((level + 0.055) / 1.055) ** 2.4, level / 12.92)
    return linear


def _lab_planes(pixels: NDArray[np.uint8]) -> Float:
    """Return (3, N) CIELAB of (N, 3) uint8."""
    relative = _RELATIVE_FROM_RGB @ _linear_from_level().take(pixels).T
    f = np.cbrt(relative)
    is_dark = relative <= _LINEAR_BELOW
    if is_dark.any():
        np.copyto(f, relative * (841 / 108) + 4 / 29, where=is_dark)
    lab: Float = _LAB_FROM_F @ f
    lab[0] -= 16
    return lab


def _rgb_planes(lab: NDArray[np.floating[Any]]) -> Float:
    """Return (3, N) sRGB levels, unbounded, of (3, N) CIELAB."""
    L, a, b = lab
    y = (L + 16) / 116
    f = np.stack([y + a / 500, y, y - b / 200])
    linear = np.linalg.inv(_RELATIVE_FROM_RGB) @ np.where(f > 6 / 29, f * f * f, (f - 4 / 29) * (108 / 841))
    power = np.power(np.maximum(linear, _STRAIGHT_BELOW), 1 / 2.4)
    return np.where(linear > _STRAIGHT_BELOW, 255 * (1.055 * power - 0.055), 255 * 12.92 * linear)


class _Change(NamedTuple):
    """The way from one color to another, each (N,); the hue is the mean one as cosine and sine, (2, N)."""

    lightness: Single  # ΔL'
    chroma: Single  # ΔC'
    hue: Single  # ΔH'
    mean_lightness: Single
    mean_chroma: Single
    mean_hue: Single


def _change(lab: NDArray[np.floating[Any]]) -> _Change:
    """Return the way between the two colors of each pixel, (3, 2, N) CIELAB; the equation numbers are Sharma's.

    No hue angle is needed: dot and cross product are the chromas' product times cosine and sine of the angle d between
    the hues, and the sum of two vectors of one length points along the bisector. In float32, save ΔL' and its mean.
    """
    a, b = lab[1:].astype(np.float32)
    b_square = b * b
    C = np.sqrt(a * a + b_square)
    a *= 1.5 - 0.5 * _chroma_weight((C[0] + C[1]) / 2)  # 2–5
    C = np.sqrt(a * a + b_square)  # 6
    (a1, a2), (b1, b2), (C1, C2) = a, b, C
    dot, cross, product = a1 * a2 + b1 * b2, a1 * b2 - a2 * b1, C1 * C2
    reach = np.maximum(product + np.abs(dot), _TINY)  # 2 C1 C2 cos² (d / 2); with sin² where d is over 90°
    root = np.sqrt(2 * reach)
    sign = np.copysign(C1, dot)  # where d is over 90°, of one hue and the opposite of the other
    hue = np.stack([a1 * C2 + a2 * sign, b1 * C2 + b2 * sign])
    hue /= np.maximum(np.sqrt(product) * root, _TINY)
    dH = cross / reach
    _turn_opposed(np.flatnonzero(dot < 0), cross, a1, b1, dH, hue)
    dH *= root  # 11
    L1, L2 = lab[0]
    return _Change(
        (L2 - L1).astype(np.float32), C2 - C1, dH, ((L1 + L2) / 2).astype(np.float32), (C1 + C2) / 2, hue
    )  # 8, 9, 12–14


def _turn_opposed(where: NDArray[np.intp], cross: Single, a1: Single, b1: Single, dH: Single, hue: Single) -> None:
    """Turn the bisector by 90° where hues are over 90° apart, towards the side of the second, which ΔH' tells.

    Of exactly opposite hues the one in 180°…360° comes after the other, as in equations 10 and 14.
    """
    if not len(where):
        return
    a, b, side = a1[where], b1[where], np.sign(cross[where])
    is_first = (b > 0) | ((b == 0) & (a > 0))
    side[side == 0] = np.where(is_first, 1, -1)[side == 0]
    dH[where] = side
    cos, sin = hue[:, where]
    hue[:, where] = -side * sin, side * cos


def _weighted(change: _Change) -> Single:
    """Return ΔE00, (N,).

    Where a color is gray, the mean hue has cosine and sine 0, and does not count: ΔH' is 0.
    """
    dL, dC, dH, L, C, (cos, sin) = change
    cos2, sin2 = 2 * cos * cos - 1, 2 * cos * sin
    twice = 2 * cos2
    T = (
        (1 + 0.20 * math.cos(math.radians(63)))
        - cos * (0.17 * math.cos(math.radians(30)))
        - sin * (0.17 * math.sin(math.radians(30)))
        + cos2 * 0.24
        + cos * (twice - 1) * (0.32 * math.cos(math.radians(6)))
        - sin * (twice + 1) * (0.32 * math.sin(math.radians(6)))
        - twice * (cos2 * (0.20 * math.cos(math.radians(63))) + sin2 * (0.20 * math.sin(math.radians(63))))
    )  # 15, with the cosines of multiples of h' as polynomials
    turn = np.arctan2(-sin, -cos) - math.radians(275 - 180)  # h' − 275° of h' in 0…360°
    turn = math.radians(60) * np.exp(turn * turn * -(math.degrees(1 / 25) ** 2))  # 16, already doubled
    RT = -2 * np.sin(turn) * _chroma_weight(C)  # 17, 21
    from_middle = L - 50
    from_middle *= from_middle
    dL = dL / (1 + 0.015 * from_middle / np.sqrt(20 + from_middle))  # 18
    dC, dH = dC / (1 + 0.045 * C), dH / (1 + 0.015 * C * T)  # 19, 20
    difference: Single = np.sqrt(np.maximum(dL * dL + dC * dC + dH * dH + RT * dC * dH, 0))  # 22
    return difference


def _chroma_weight(C: Single) -> Single:
    """Return sqrt(C⁷ / (C⁷ + 25⁷))."""
    C = C / 25
    C2 = C * C
    C7 = C2 * C2 * C2 * C
    weight: Single = np.sqrt(C7 / (C7 + 1))
    return weight
