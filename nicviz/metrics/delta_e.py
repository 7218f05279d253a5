"""The mean color difference."""

import numpy as np

from nicviz.color import delta_e00_map
from nicviz.metrics.base import Image, Metric

_ROWS_AT_ONCE = 256


def mean_delta_e00(reference: Image, image: Image) -> float:
    """Return the mean of the CIEDE2000 difference over pixels; 0 for equal images, about 1 is just visible."""
    total = 0.0
    for top in range(0, len(reference), _ROWS_AT_ONCE):  # a whole map of 64 megapixels would take 0.25 GB
        rows = slice(top, top + _ROWS_AT_ONCE)
        total += float(delta_e00_map(reference[rows], image[rows]).sum(dtype=np.float64))
    return total / (reference.shape[0] * reference.shape[1])


METRIC = Metric(
    name="delta_e00",
    title="ΔE00",
    unit="",
    higher_is_better=False,
    description="Mean CIEDE2000 color difference over pixels; a difference of about 1 is just visible.",
    digits=2,
    function=mean_delta_e00,
    method=3,  # 1e-8 of the mean from 1 and 2
)
