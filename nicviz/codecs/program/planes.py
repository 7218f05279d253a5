"""Between sRGB pixels and the planes of Y, Cb, Cr that video codecs take.

Levels are those of ITU-T H.273: with E′ = RGB / 255 and the weights Kr, Kg, Kb of a matrix,

    Y = Kr R + Kg G + Kb B,    Cb = (B − Y) / (2 − 2 Kb),    Cr = (R − Y) / (2 − 2 Kr)

become (2ⁿ − 1) Y and (2ⁿ − 1) C + 2ⁿ⁻¹ in full range, 2ⁿ⁻⁸ (219 Y + 16) and 2ⁿ⁻⁸ (224 C + 128) in limited range. All is
computed in float32 and rounded once. Color at half resolution (4:2:0) is the mean of 2×2 samples, computed before the
rounding, so that it lies in their middle; it comes back by linear interpolation, ¾ of the nearer and ¼ of the farther
sample along each axis, the outermost ones repeated, as libjpeg does.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Matrix = Literal["bt709", "bt601"]
Range = Literal["full", "limited"]
Rounding = Literal["nearest", "truncate"]
MATRICES, RANGES, ROUNDINGS = get_args(Matrix), get_args(Range), get_args(Rounding)
_WEIGHTS: dict[Matrix, tuple[float, float]] = {"bt709": (0.2126, 0.0722), "bt601": (0.299, 0.114)}  # Kr, Kb

Float = NDArray[np.float32]
Plane = NDArray[np.uint16]


@dataclass(frozen=True)
class Levels:
    """What the numbers in planes mean.

    Args:
        bits: of a sample, 8 to 16.
        halved: whether Cb and Cr have half the width and height (4:2:0).
        matrix, range: as above.
        rounding: of real numbers to samples; "truncate" is what some published curves were made with.
    """

    bits: int = 8
    halved: bool = False
    matrix: Matrix = "bt709"
    range: Range = "full"
    rounding: Rounding = "nearest"


@cache
def _to_samples(levels: Levels) -> tuple[Float, Float]:
    """Return the 3×3 matrix from 8-bit R, G, B to samples, and the offsets."""
    red, blue = _WEIGHTS[levels.matrix]
    luma = np.array([red, 1 - red - blue, blue])
    rows = np.array([luma, (np.array([0, 0, 1]) - luma) / (2 - 2 * blue), (np.array([1, 0, 0]) - luma) / (2 - 2 * red)])
    unit = 2 ** (levels.bits - 8)
    if levels.range == "full":
        gains, offsets = np.full(3, 2**levels.bits - 1), np.array([0, 128, 128]) * unit
    else:
        gains, offsets = np.array([219, 224, 224]) * unit, np.array([16, 128, 128]) * unit
    return (rows * gains[:, None] / 255).astype(np.float32), offsets.astype(np.float32)


def to_planes(image: NDArray[np.uint8], levels: Levels) -> tuple[Plane, Plane, Plane]:
    """Return Y, Cb and Cr of an (H, W, 3) sRGB image.

    Where color is halved H and W must be even, and Cb and Cr are (H / 2, W / 2).
    """
    matrix, offsets = _to_samples(levels)
    real = (image.astype(np.float32) @ matrix.T).transpose(2, 0, 1) + offsets[:, None, None]
    luma, blue, red = real[0], *(_halve(plane) if levels.halved else plane for plane in real[1:])
    return _rounded(luma, levels), _rounded(blue, levels), _rounded(red, levels)


def to_image(planes: tuple[Plane, Plane, Plane], levels: Levels) -> NDArray[np.uint8]:
    """Return the (H, W, 3) sRGB image of planes, rounded to the nearest level."""
    matrix, offsets = _to_samples(levels)
    luma, *chroma = (
        plane.astype(np.float32) - offset for plane, offset in zip(planes, offsets, strict=True)
    )  # fmt: skip
    real = np.stack([luma, *(_double(c) if levels.halved else c for c in chroma)], axis=-1)
    real = real @ np.linalg.inv(matrix.astype(np.float64)).T.astype(np.float32)
    image: NDArray[np.uint8] = np.clip(np.rint(real), 0, 255).astype(np.uint8)
    return image


def _rounded(real: Float, levels: Levels) -> Plane:
    whole = np.rint(real) if levels.rounding == "nearest" else np.floor(real)
    return np.clip(whole, 0, 2**levels.bits - 1).astype(np.uint16)


def _halve(plane: Float) -> Float:
    height, width = plane.shape
    mean: Float = plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    return mean


def _double(plane: Float) -> Float:
    """Return a plane at twice the width and height."""
    for _ in range(2):
        padded = np.pad(plane, ((1, 1), (0, 0)), mode="edge")
        near, before, after = 0.75 * plane, 0.25 * padded[:-2], 0.25 * padded[2:]
        plane = np.stack([near + before, near + after], axis=1).reshape(2 * len(plane), -1).T
    return plane
