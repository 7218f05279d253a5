"""sRGB to CIELAB and back, CIEDE2000, and the luminance and YCbCr planes.

CIELAB is for D65 and the 2° observer, with the matrix and white point of scikit-image, so that counts of rounded
a*b* pairs agree with it.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

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

_BLOCK = 16_384  # pixels worked on at a time: their float64 planes stay in the second-level cache
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


def delta_e00(lab1: NDArray[np.floating[Any]], lab2: NDArray[np.floating[Any]]) -> Float:
    """Return the CIEDE2000 difference per pixel, (…) float64, of two (…, 3) arrays of CIELAB coordinates.

    Weights kL = kC = kH = 1. Source: Sharma, Wu, Dalal, "The CIEDE2000 color-difference formula", 2005.
    """
    first, second = lab1.reshape(-1, 3), lab2.reshape(-1, 3)
    difference = np.empty(len(first))
    for part in _blocks(len(first)):
        difference[part] = _delta_e00_block(first[part].T.astype(float), second[part].T.astype(float))
    return difference.reshape(lab1.shape[:-1])


def delta_e00_parts(lab1: NDArray[np.floating[Any]], lab2: NDArray[np.floating[Any]]) -> Float:
    """Return ΔE00 and the ΔL', ΔC' and ΔH' that it is made of, (4, …) float64, of two (…, 3) arrays of CIELAB.

    ΔL', ΔC' and ΔH' are Sharma's equations 8, 9 and 11: signed (second minus first), after a* has been stretched for
    grays and before they are weighted by kL SL, kC SC and kH SH, so all three are in CIELAB units.
    """
    first, second = lab1.reshape(-1, 3), lab2.reshape(-1, 3)
    parts = np.empty((4, len(first)))
    for part in _blocks(len(first)):
        primed = _primed(first[part].T.astype(float), second[part].T.astype(float))
        parts[0, part] = _weighted(*primed)
        parts[1:, part] = primed[:3]
    return parts.reshape(4, *lab1.shape[:-1])


def delta_e00_map(reference: NDArray[np.uint8], image: NDArray[np.uint8]) -> Float:
    """Return the CIEDE2000 difference per pixel, (H, W) float64, of two (H, W, 3) uint8 images."""
    first, second = reference.reshape(-1, 3), image.reshape(-1, 3)
    difference = np.empty(len(first))
    for part in _blocks(len(first)):
        difference[part] = _delta_e00_block(_lab_planes(first[part]), _lab_planes(second[part]))
    return difference.reshape(reference.shape[:-1])


def ab_histogram(image: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many pixels round to each pair (a*, b*): (256, 256), row a* + 128, column b* + 128.

    Rounded to the nearest integer; a tie goes to the even one.
    """
    pixels = image.reshape(-1, 3)
    counts = np.zeros(_AB_SPAN * _AB_SPAN, dtype=np.int64)
    for part in _blocks(len(pixels)):
        a, b = np.rint(_lab_planes(pixels[part])[1:]).astype(np.intp) + _AB_OFFSET
        counts += np.bincount(a * _AB_SPAN + b, minlength=counts.size)
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
        a, b = np.rint(_lab_planes(pixels[part])[1:]).astype(np.intp) + _AB_OFFSET
        cells[part] = a * _AB_SPAN + b
    return cells.reshape(image.shape[:-1])


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
    relative = _RELATIVE_FROM_RGB @ _linear_from_level()[pixels.T]
    f = np.where(relative > _LINEAR_BELOW, np.cbrt(relative), relative * (841 / 108) + 4 / 29)
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


def _delta_e00_block(lab1: Float, lab2: Float) -> Float:
    """Return (N,) from two (3, N)."""
    return _weighted(*_primed(lab1, lab2))


def _primed(lab1: Float, lab2: Float) -> tuple[Float, Float, Float, Float, Float, Float]:
    """Return ΔL', ΔC', ΔH' and the mean L', C', h', each (N,), of two (3, N); the equation numbers are Sharma's."""
    (L1, a1, b1), (L2, a2, b2) = lab1, lab2
    G = 0.5 * (1 - _chroma_weight((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2))  # 2–4
    a1, a2 = (1 + G) * a1, (1 + G) * a2  # 5
    C1, C2 = np.hypot(a1, b1), np.hypot(a2, b2)  # 6
    h1, h2 = np.arctan2(b1, a1) % (2 * np.pi), np.arctan2(b2, a2) % (2 * np.pi)  # 7
    is_gray = C1 * C2 == 0

    dh = h2 - h1  # 10
    # |dh| > π, told by the sign of sin(dh): rounding would decide about exactly opposite hues.
    wraps = (np.abs(dh) > 3) & (dh * (a1 * b2 - a2 * b1) < 0)
    dh = np.where(is_gray, 0, np.where(wraps, dh - np.copysign(2 * np.pi, dh), dh))
    dL, dC, dH = L2 - L1, C2 - C1, 2 * np.sqrt(C1 * C2) * np.sin(dh / 2)  # 8, 9, 11

    h = np.where(is_gray, h1 + h2, (h1 + h2) / 2 + np.where(wraps, np.pi, 0)) % (2 * np.pi)  # 14
    return dL, dC, dH, (L1 + L2) / 2, (C1 + C2) / 2, h  # 12, 13


def _weighted(dL: Float, dC: Float, dH: Float, L: Float, C: Float, h: Float) -> Float:
    """Return ΔE00, (N,), of what `_primed` gives."""
    T = (
        1
        - 0.17 * np.cos(h - np.radians(30))
        + 0.24 * np.cos(2 * h)
        + 0.32 * np.cos(3 * h + np.radians(6))
        - 0.20 * np.cos(4 * h - np.radians(63))
    )  # 15
    turn = np.radians(60) * np.exp(-(((np.degrees(h) - 275) / 25) ** 2))  # 16, already doubled
    SL = 1 + 0.015 * (L - 50) ** 2 / np.sqrt(20 + (L - 50) ** 2)  # 18
    SC, SH = 1 + 0.045 * C, 1 + 0.015 * C * T  # 19, 20
    RT = -2 * _chroma_weight(C) * np.sin(turn)  # 17, 21
    dL, dC, dH = dL / SL, dC / SC, dH / SH
    difference: Float = np.sqrt(np.maximum(dL**2 + dC**2 + dH**2 + RT * dC * dH, 0))  # 22
    return difference


def _chroma_weight(C: Float) -> Float:
    """Return sqrt(C⁷ / (C⁷ + 25⁷))."""
    C2 = C * C
    C7 = C2 * C2 * C2 * C
    weight: Float = np.sqrt(C7 / (C7 + 25.0**7))
    return weight
