"""Peak signal-to-noise ratio."""

from math import inf, log10

import numpy as np

from nicviz.metrics.base import Image, Metric

_PEAK = 255
_AT_ONCE = 1 << 15  # values whose squared errors add up to less than 2³¹


def psnr_db(reference: Image, image: Image) -> float:
    """Return 10·log10(255² / mean square error over pixels and channels) in dB; infinite for equal images.

    The squared errors are integers, and so is their sum: no rounding comes before the division.
    """
    total = 0
    values, others = reference.reshape(-1), image.reshape(-1)
    for start in range(0, len(values), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        error = np.subtract(values[part], others[part], dtype=np.int16).astype(np.int32)
        total += int(np.einsum("i,i", error, error))  # a BLAS would wake a thread on every core for it
    return 10 * log10(_PEAK**2 * reference.size / total) if total else inf


METRIC = Metric(
    name="psnr_db",
    title="PSNR",
    unit="dB",
    higher_is_better=True,
    description="Peak signal-to-noise ratio over R, G and B with the peak 255; infinite for an exact reconstruction.",
    digits=2,
    function=psnr_db,
)
