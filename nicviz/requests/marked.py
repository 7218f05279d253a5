"""What users have marked in a figure or a picture, as a link writes it: points of curves, colors, a rectangle."""

import re
from dataclasses import dataclass
from math import isfinite
from typing import Any

from nicviz.errors import NicvizError
from nicviz.requests.fields import Param, Part, plain

MAX_POINTS = 2
MAX_CORNERS = 100  # of all regions together
LARGEST_COORDINATE = 400.0  # of a* and b*
Region = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Point:
    """A point of a rate–distortion curve; `picture` is empty on a mean curve."""

    codec: str
    quality: float
    picture: str = ""

    @classmethod
    def parse(cls, text: str) -> "Point":
        """Return the point written as CODEC:QUALITY or CODEC:QUALITY:PICTURE."""
        codec, _, rest = text.partition(":")
        quality, _, picture = rest.partition(":")
        try:
            value = float(quality)
        except ValueError:
            value = float("nan")
        if not codec or not isfinite(value):
            raise NicvizError("A point is written CODEC:QUALITY or CODEC:QUALITY:PICTURE.")
        return cls(codec, value, picture)

    def __str__(self) -> str:
        number = repr(float(self.quality)).removesuffix(".0")
        return f"{self.codec}:{number}" + (f":{self.picture}" if self.picture else "")


@dataclass(frozen=True)
class Marked:
    """Regions of the a*b* plane, or a rectangle of a picture.

    Args:
        regions: polygons of (a*, b*), each to a tenth.
        rectangle: left, top, width, height in pixels of the picture.
        image: the first 16 digits of the picture's SHA-256; the rectangle means nothing in another one.
    """

    regions: tuple[Region, ...] = ()
    rectangle: tuple[int, int, int, int] | None = None
    image: str = ""

    @classmethod
    def parse(cls, text: str) -> "Marked":
        """Return what is written as A,B,A,B,… (regions with semicolons between them) or LEFT,TOP,WIDTH,HEIGHT@IMAGE."""
        box = re.fullmatch(r"(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})@([0-9a-f]{16})", text)
        if box:
            left, top, width, height = map(int, box.groups()[:4])
            return cls((), (left, top, width, height), box[5])
        try:
            numbers = [[float(each) for each in region.split(",")] for region in text.split(";")]
        except ValueError:
            numbers = [[]]
        regions = tuple(tuple(zip(each[::2], each[1::2], strict=False)) for each in numbers)
        inside = all(abs(value) <= LARGEST_COORDINATE for each in numbers for value in each)
        whole = all(len(each) % 2 == 0 and len(each) >= 6 for each in numbers)
        if not (inside and whole and sum(map(len, regions)) <= MAX_CORNERS):
            raise NicvizError(f"Colors are marked by A,B,A,B,…: at least 3 and at most {MAX_CORNERS} corners.")
        return cls(regions)

    def __str__(self) -> str:
        if self.rectangle is not None:
            return ",".join(map(str, self.rectangle)) + f"@{self.image}"
        return ";".join(",".join(f"{value:.1f}" for corner in region for value in corner) for region in self.regions)


def points() -> Any:
    """Return how a field of points is written, one parameter each."""
    return Part((Param("value", "point", read=plain(Point.parse), many=True, most=MAX_POINTS),))


def marked() -> Any:
    """Return how a field of marks is written."""
    return Part((Param("value", "marked", read=plain(Marked.parse)),))
