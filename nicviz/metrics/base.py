"""What a metric is, how its value is shown and stored, and the axes that rate is plotted against."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, isinf, isnan, log10, nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError

Image = NDArray[np.uint8]
Against = Literal["input", "original"]


@dataclass(frozen=True)
class Axis:
    """A quality that rate is plotted against.

    Args:
        key: as in JSON and links.
        title, unit: for people; `unit` may be empty.
        figure: the metric that it is made of; under another key it is its decibels, −10 log10(1 − figure).
        higher_is_better: direction.
        digits: after the point.
    """

    key: str
    title: str
    unit: str
    figure: str
    higher_is_better: bool = True
    digits: int = 2

    @property
    def label(self) -> str:
        """Title with unit, for an axis of a plot."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    def of(self, figure: float | None) -> float | None:
        """Return the value on this axis of a metric's value."""
        if figure is None or self.key == self.figure:
            return figure
        return -10 * log10(1 - figure) if figure < 1 else inf

    def name(self, against: Against) -> str:
        """Return the name of the figure behind it, as in a trial's figures."""
        return self.figure if against == "input" else clean_name(self.figure)

    def upward(self, value: float | None) -> float:
        """Return a value turned so that higher is better; NaN for none."""
        return nan if value is None else value if self.higher_is_better else -value


@dataclass(frozen=True)
class Metric:
    """A number for an image against a reference.

    Whoever shows, stores or plots metrics asks them for all that it needs, so that a new one appears everywhere.

    Attributes:
        name: the key in tables, files and the command line.
        title, unit: for display; `unit` is empty for a pure number.
        higher_is_better: None where neither direction is: then it is no axis of a rate–distortion plot.
        digits: after the point, for display; 0 for a count.
        function: (reference, image) → value, called with checked images that are large enough.
        min_side: the smallest width and height it is defined for.
        compares: whether the reference matters; a value without one is the same against any.
        other_axes: that rate is plotted against too, beside the value itself.
        method: counted up when its values change; it is in the key of every result.
    """

    name: str
    title: str
    unit: str
    higher_is_better: bool | None
    description: str
    digits: int
    function: Callable[[Image, Image], float]
    min_side: int = 1
    compares: bool = True
    other_axes: tuple[Axis, ...] = ()
    method: int = 1

    @property
    def axes(self) -> tuple[Axis, ...]:
        """What rate is plotted against: the value, and the other axes; nothing where no direction is better."""
        if self.higher_is_better is None:
            return ()
        own = Axis(self.name, self.title, self.unit, self.name, self.higher_is_better, self.digits)
        return (own, *self.other_axes)

    @property
    def label(self) -> str:
        """Title with unit, for a table."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    def number(self, value: float | None) -> float | int | None:
        """Return the value as JSON has it: a whole number for a count, None for one that does not exist."""
        value = to_json(value)
        return int(value) if value is not None and self.digits == 0 else value

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


@dataclass(frozen=True)
class Joint:
    """Metrics that cost less together than one by one, and have the same values.

    Args:
        names: of the metrics.
        function: (reference, image) → their values, called with checked images that are large enough for each.
    """

    names: tuple[str, ...]
    function: Callable[[Image, Image], tuple[float, ...]]


def clean_name(name: str) -> str:
    """Return what a figure is called against the clean original: psnr_db → psnr_clean_db, ms_ssim → ms_ssim_clean."""
    return "psnr_clean_db" if name == "psnr_db" else f"{name}_clean"


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
