"""All metrics of one image against several references, with what they have in common done once.

A sweep sends each picture through many codecs: CIELAB of what they are compared with is kept between them, and that of
a reconstruction serves ΔE00 against both references and the count of colors.
"""

from collections.abc import Sequence
from functools import cached_property

from nicviz.color import LabPlanes, lab_planes, mean_delta_e00, unique_ab_of
from nicviz.metrics import METRICS, Figures, check_pair, measure_metrics
from nicviz.metrics.base import Image

MOST_PIXELS = 8_000_000  # whose CIELAB is kept: 24 bytes a pixel
_BY_COLOR = ("delta_e00", "unique_ab")


class Reference:
    """What many images are compared with."""

    def __init__(self, pixels: Image) -> None:
        self.pixels = pixels

    @cached_property
    def lab(self) -> LabPlanes:
        """CIELAB of the pixels, made when it is first needed."""
        return lab_planes(self.pixels)

    @cached_property
    def unique_ab(self) -> int:
        """Distinct rounded a*b* of the pixels."""
        return unique_ab_of(self.lab)


def measure_against(
    references: Sequence[Reference], image: Image, names: tuple[str, ...] = tuple(METRICS)
) -> list[Figures]:
    """Return the metrics of an image against each reference, the values that `measure_metrics` gives.

    Raises:
        NicvizError: not uint8 arrays (H, W, 3) of one shape.
    """
    for reference in references:
        check_pair(reference.pixels, image)
    by_color = [name for name in _BY_COLOR if name in names and image[..., 0].size <= MOST_PIXELS]
    others = tuple(name for name in names if name not in by_color)
    own = Reference(image)
    found = []
    for reference in references:
        figures = measure_metrics(reference.pixels, image, others)
        if "delta_e00" in by_color:
            figures["delta_e00"] = mean_delta_e00(reference.lab, own.lab)
        if "unique_ab" in by_color:
            figures["unique_ab"] = float(own.unique_ab)
        found.append({name: figures[name] for name in names})
    return found
