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
Single = NDArray[np.float32]
LabPlanes = NDArray[np.float64]  # (3, H·W)

LUMINANCE_WEIGHTS = (0.2125, 0.7154, 0.0721)

_XYZ_FROM_RGB = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
_RELATIVE_FROM_RGB = _XYZ_FROM_RGB / _WHITE[:, None]
_STRAIGHT_BELOW = 0.0031308  # linear light under which the sRGB transfer function is a straight line
# ITU-T T.871 (JFIF), full range.
_YCBCR_FROM_RGB = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])

_BLOCK = 1 << 16  # pixels whose CIELAB is made at a time where it is not kept: 1.5 MB
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
    return np.moveaxis(lab_planes(image).reshape(3, *image.shape[:-1]), 0, -1)


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

    Raises:
        ValueError: shapes that differ.
    """
    from nicviz.compiled.color import parts

    _check_alike(lab1, lab2)
    first, second = (np.ascontiguousarray(lab.reshape(-1, 3).T, np.float64) for lab in (lab1, lab2))
    found = np.empty((4, first.shape[1]), np.float32)
    parts(first, second, found)
    return found.reshape(4, *lab1.shape[:-1])


def delta_e00_map(reference: NDArray[np.uint8], image: NDArray[np.uint8]) -> Single:
    """Return the CIEDE2000 difference per pixel, (H, W) float32, of two (H, W, 3) uint8 images, as `delta_e00`."""
    _check_alike(reference, image)
    first, second = reference.reshape(-1, 3), image.reshape(-1, 3)
    found = np.empty(len(first), np.float32)
    for part in _blocks(len(first)):
        found[part] = _differences(lab_planes(first[part]), lab_planes(second[part]))
    return found.reshape(reference.shape[:-1])


def lab_planes(image: NDArray[np.uint8]) -> LabPlanes:
    """Return the CIELAB coordinates of an image, (3, H·W), for those who need them more than once.

    Raises:
        ValueError: not (…, 3) uint8.
    """
    from nicviz.compiled.color import lab

    if image.dtype != np.uint8 or image.shape[-1:] != (3,):
        raise ValueError(f"CIELAB is made of 8-bit sRGB, (…, 3) uint8; got {image.shape} {image.dtype}.")
    pixels = np.ascontiguousarray(image.reshape(-1, 3))
    planes = np.empty((3, len(pixels)))
    lab(pixels, _linear_from_level(), _RELATIVE_FROM_RGB, planes)
    return planes


def mean_delta_e00(first: LabPlanes, second: LabPlanes) -> float:
    """Return the mean over pixels of the CIEDE2000 difference of two images' `lab_planes`."""
    return float(_differences(first, second).mean(dtype=np.float64))


def unique_ab_of(lab: LabPlanes) -> int:
    """Return the number of distinct pairs (a*, b*) after rounding, of an image's `lab_planes`."""
    seen = np.zeros(_AB_SPAN * _AB_SPAN, dtype=np.bool_)
    seen[_cells_of(lab)] = True
    return int(np.count_nonzero(seen))


def ab_histogram(image: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many pixels round to each pair (a*, b*): (256, 256), row a* + 128, column b* + 128.

    Rounded to the nearest integer; a tie goes to the even one.
    """
    pixels = image.reshape(-1, 3)
    counts = np.zeros(_AB_SPAN * _AB_SPAN, dtype=np.int64)
    for part in _blocks(len(pixels)):
        counts += np.bincount(_cells_of(lab_planes(pixels[part])), minlength=counts.size)
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
        cells[part] = _cells_of(lab_planes(pixels[part]))
    return cells.reshape(image.shape[:-1])


def _cells_of(lab: LabPlanes) -> NDArray[np.int64]:
    """Return the number of the cell (a*, b*) of each color of (3, N) CIELAB."""
    from nicviz.compiled.color import cells

    numbers = np.empty(lab.shape[1], np.int64)
    cells(np.ascontiguousarray(lab, np.float64), numbers)
    return numbers


def _differences(first: LabPlanes, second: LabPlanes) -> Single:
    """Return ΔE00, (N,), of two (3, N) CIELAB."""
    from nicviz.compiled.color import differences

    _check_alike(first, second)
    found = np.empty(first.shape[1], np.float32)
    differences(np.ascontiguousarray(first, np.float64), np.ascontiguousarray(second, np.float64), found)
    return found


def _check_alike(first: NDArray[Any], second: NDArray[Any]) -> None:
    """Compiled loops read what is not there: nothing of two sizes reaches them."""
    if first.shape != second.shape:
        raise ValueError(f"Colors are compared one with one; got {first.shape} and {second.shape}.")


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


def _rgb_planes(lab: NDArray[np.floating[Any]]) -> Float:
    """Return (3, N) sRGB levels, unbounded, of (3, N) CIELAB."""
    L, a, b = lab
    y = (L + 16) / 116
    f = np.stack([y + a / 500, y, y - b / 200])
    linear = np.linalg.inv(_RELATIVE_FROM_RGB) @ np.where(f > 6 / 29, f * f * f, (f - 4 / 29) * (108 / 841))
    power = np.power(np.maximum(linear, _STRAIGHT_BELOW), 1 / 2.4)
    return np.where(linear > _STRAIGHT_BELOW, 255 * (1.055 * power - 0.055), 255 * 12.92 * linear)
