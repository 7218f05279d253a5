"""Multi-scale structural similarity.

Source: Wang, Simoncelli, Bovik, "Multiscale structural similarity for image quality assessment", 2003, with its five
scales and weights; borders and odd sizes as in pytorch-msssim.
"""

import numpy as np
from numpy.typing import NDArray

from nicviz.metrics.base import Axis, Image, Metric
from nicviz.metrics.ssim import WINDOW, similarity

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def ms_ssim(reference: Image, image: Image) -> float:
    """Return the mean over R, G and B of the five-scale MS-SSIM, in 0…1; a negative factor counts as 0."""
    return float(np.mean([_channel(reference[..., c], image[..., c]) for c in range(3)]))


def _channel(x: NDArray[np.generic], y: NDArray[np.generic]) -> float:
    x, y = np.ascontiguousarray(x), np.ascontiguousarray(y)
    value = 1.0
    for scale, weight in enumerate(_WEIGHTS):
        if scale:
            x, y = _halve(x), _halve(y)
        is_coarsest = scale == len(_WEIGHTS) - 1
        value *= max(similarity(x, y, luminance=is_coarsest), 0.0) ** weight
    return value


def _halve(plane: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return means of 2×2 samples; an odd side gets a line of zeros before it, which counts in the mean."""
    height, width = plane.shape
    if height % 2 or width % 2:
        plane = np.pad(plane, ((height % 2, 0), (width % 2, 0)))
    rows = np.add(plane[::2], plane[1::2], dtype=np.float32)
    half: NDArray[np.float32] = rows[:, ::2] + rows[:, 1::2]
    half /= 4
    return half


METRIC = Metric(
    name="ms_ssim",
    title="MS-SSIM",
    unit="",
    higher_is_better=True,
    description="Multi-scale structural similarity over the standard five scales, mean over R, G and B.",
    digits=4,
    function=ms_ssim,
    min_side=(WINDOW - 1) * 2 ** (len(_WEIGHTS) - 1) + 1,
    other_axes=(Axis("ms_ssim_db", "MS-SSIM", "dB", "ms_ssim"),),
)
