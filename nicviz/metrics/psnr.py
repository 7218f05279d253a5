"""Peak signal-to-noise ratio."""

from math import inf, log10

import numpy as np

from nicviz.metrics.base import Image, Metric

_PEAK = 255
_ROWS_AT_ONCE = 64


def psnr_db(reference: Image, image: Image) -> float:
    """Return 10·log10(255² / mean square error over pixels and channels) in dB; infinite for equal images.

    The squared errors are integers, and their float64 sum is exact up to 10¹¹ pixels.
    """
    total = 0.0
    for top in range(0, len(reference), _ROWS_AT_ONCE):
        rows = slice(top, top + _ROWS_AT_ONCE)
        error = np.subtract(reference[rows], image[rows], dtype=np.int16).astype(np.float64).ravel()
        total += float(np.einsum("i,i", error, error))  # a BLAS would wake a thread on every core for it
    return 10 * log10(_PEAK**2 * reference.size / total) if total else inf


PSNR = Metric(
    name="psnr_db",
    title="PSNR",
    unit="dB",
    higher_is_better=True,
    description="Peak signal-to-noise ratio over R, G and B with the peak 255; infinite for an exact reconstruction.",
    digits=2,
    function=psnr_db,
)
