"""What a corruption is, and the one rule by which real numbers become 8-bit levels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Float32s = npt.NDArray[np.float32]

Group = Literal["low", "medium", "high", "extra"]
GROUPS: tuple[Group, ...] = get_args(Group)

# ImageNet-C truncates to 8 bits. Where a value is a whole level up to rounding errors of its computation, plain
# truncation would let those errors choose between two levels and dither flat areas; this much is added first.
_ROUNDING_ERROR = 1e-3


@dataclass(frozen=True)
class Corruption:
    """One way to spoil an image, in five severities.

    Args:
        name: ImageNet-C's name, e.g. "gaussian_noise".
        title: what the interface calls it.
        group: where Lieberman et al. (2023) put most of its spectral energy; "extra" for the four they leave out.
        is_random: whether the seed matters.
        apply: (image, severity 1–5, generator) to a new image of the same shape; use `nicviz.corruptions.corrupt`,
            which checks its arguments and builds the generator.
    """

    name: str
    title: str
    group: Group
    is_random: bool
    apply: Callable[[Image, int, np.random.Generator], Image]


def unit(image: Image) -> Float32s:
    """Return 8-bit levels as float32 in [0, 1]."""
    return image.astype(np.float32) / np.float32(255)


def to_levels(values: npt.NDArray[np.floating[Any]]) -> Image:
    """Return values in [0, 1], clipped, as 8-bit levels, truncated as in ImageNet-C."""
    return np.asarray(np.clip(values * 255 + _ROUNDING_ERROR, 0, 255), dtype=np.uint8)
