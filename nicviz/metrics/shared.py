"""All metrics of one image against several references, with what they have in common done once.

A sweep sends each picture through many codecs: CIELAB and the scales of structural similarity of what they are compared
with are kept between them, and those of a reconstruction serve both references; its CIELAB serves the count of colors,
too.
"""

from collections.abc import Sequence
from functools import cached_property

from nicviz.color import LabPlanes, lab_planes, mean_delta_e00, unique_ab_of
from nicviz.metrics import METRICS, Figures, check_pair, measure_metrics
from nicviz.metrics.base import Image
from nicviz.metrics.ms_ssim import WITH_SSIM, Scales, of_scales, scales

MOST_PIXELS = 8_000_000  # that 40 bytes each are kept of
_BY_COLOR = ("delta_e00", "unique_ab")


class Reference:
    """What many images, (H, W, 3) uint8, are compared with."""

    def __init__(self, pixels: Image) -> None:
        self.pixels = pixels

    @cached_property
    def lab(self) -> LabPlanes:
        """CIELAB of the pixels, made when it is first needed."""
        return lab_planes(self.pixels)

    @cached_property
    def scales(self) -> Scales:
        """What MS-SSIM and SSIM compare, made when it is first needed."""
        return scales(self.pixels)

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
    is_small = image[..., 0].size <= MOST_PIXELS
    by_color = {name for name in _BY_COLOR if is_small and name in names}
    by_structure = _by_structure(names, image) if is_small else set()
    others = tuple(name for name in names if name not in by_color | by_structure)
    own = Reference(image)
    found = []
    for reference in references:
        figures = measure_metrics(reference.pixels, image, others)
        if "delta_e00" in by_color:
            figures["delta_e00"] = mean_delta_e00(reference.lab, own.lab)
        if "unique_ab" in by_color:
            figures["unique_ab"] = float(own.unique_ab)
        if by_structure:
            figures |= zip(WITH_SSIM.names, of_scales(reference.scales, own.scales), strict=True)
        found.append({name: figures[name] for name in names})
    return found


def _by_structure(names: tuple[str, ...], image: Image) -> set[str]:
    """Return MS-SSIM and SSIM where both are asked for, and the image is large enough for both."""
    both = set(WITH_SSIM.names)
    return both if both <= set(names) and not any(METRICS[name].reason(image) for name in both) else set()
