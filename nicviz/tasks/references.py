"""What reconstructions are compared with, kept for the next one: a curve has many points of one picture."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from nicviz.images import Image, LoadedImage
from nicviz.metrics import Figures, measure_metrics
from nicviz.metrics.shared import Reference, measure_against

_MOST, _MOST_PIXELS = 4, 2_000_000  # 43 bytes a pixel of each: 17 MB of a picture of 768×512
_lock = threading.Lock()
_kept: OrderedDict[str, Reference] = OrderedDict()


def figures_against(references: Sequence[LoadedImage], image: Image, names: tuple[str, ...]) -> list[Figures]:
    """Return the metrics of an image against each reference, as `measure_metrics`; of a large one nothing is kept.

    Raises:
        NicvizError: not uint8 arrays (H, W, 3) of one shape.
    """
    if image[..., 0].size > _MOST_PIXELS:
        return [measure_metrics(each.pixels, image, names) for each in references]
    return measure_against([_reference(each) for each in references], image, names)


def _reference(image: LoadedImage) -> Reference:
    with _lock:
        found = _kept.setdefault(image.sha256, Reference(image.pixels))
        _kept.move_to_end(image.sha256)
        if len(_kept) > _MOST:
            _kept.popitem(last=False)
        return found
