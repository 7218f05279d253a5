"""What a metric is, and how its value is shown and stored."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, isinf, isnan

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Metric:
    """A number for an image against a reference.

    Attributes:
        name: the key in tables, files and the command line.
        title, unit: for display; `unit` is empty for a pure number.
        higher_is_better: None where neither direction is.
        digits: after the point, for display.
        function: (reference, image) → value, called with checked images that are large enough.
        min_side: the smallest width and height it is defined for.
    """

    name: str
    title: str
    unit: str
    higher_is_better: bool | None
    description: str
    digits: int
    function: Callable[[Image, Image], float]
    min_side: int = 1

    def compute(self, reference: Image, image: Image) -> float | None:
        """Return the value, possibly infinite, or None where `reason` says why there is none.

        Raises:
            NicvizError: not two uint8 arrays (H, W, 3) of one shape.
        """
        check_pair(reference, image)
        return None if self.reason(reference) else self.function(reference, image)

    def reason(self, reference: Image) -> str | None:
        """Return why there is no value for images of this size, or None if there is one."""
        height, width = reference.shape[:2]
        if min(height, width) >= self.min_side:
            return None
        return f"{self.title} needs at least {self.min_side} px on each side; this image is {width}×{height}."

    def format(self, value: float | None) -> str:
        """Return the value as text with `digits` decimals: ∞ for an infinite one, – for none."""
        if value is None or isnan(value):
            return "–"
        if isinf(value):
            return "∞" if value > 0 else "−∞"
        return f"{value:.{self.digits}f}"


def check_pair(reference: Image, image: Image) -> None:
    """Raise `NicvizError` unless both are uint8 (H, W, 3) of the same, nonempty shape."""
    for role, array in (("reference", reference), ("image", image)):
        if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3 or array.size == 0:
            raise NicvizError(f"The {role} is {array.dtype} of shape {array.shape}; metrics take uint8 (H, W, 3).")
    if reference.shape != image.shape:
        raise NicvizError(
            f"The image is {image.shape[1]}×{image.shape[0]}, but its reference is "
            f"{reference.shape[1]}×{reference.shape[0]}; metrics compare images of one size."
        )


def to_json(value: float | None) -> float | None:
    """Return the value, or None (null) where JSON has no number for it: infinite, NaN or missing."""
    return value if value is not None and isfinite(value) else None
