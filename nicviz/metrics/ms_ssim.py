"""Multi-scale structural similarity.

Source: Wang, Simoncelli, Bovik, "Multiscale structural similarity for image quality assessment", 2003, with its five
scales and weights; borders and odd sizes as in pytorch-msssim.
"""

import numpy as np
from numpy.typing import NDArray

from nicviz.metrics import ssim
from nicviz.metrics.base import Axis, Image, Joint, Metric
from nicviz.metrics.ssim import WINDOW, similarity

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def ms_ssim(reference: Image, image: Image) -> float:
    """Return the mean over R, G and B of the five-scale MS-SSIM, in 0…1; a negative factor counts as 0."""
    return float(np.mean([_channel(reference[..., c], image[..., c], False)[0] for c in range(3)]))


def ms_ssim_and_ssim(reference: Image, image: Image) -> tuple[float, float]:
    """Return both, the very numbers that they are alone: SSIM's windows are those of the finest scale."""
    value, finest = np.mean([_channel(reference[..., c], image[..., c], True) for c in range(3)], axis=0)
    return float(value), float(finest)


def _channel(x: NDArray[np.generic], y: NDArray[np.generic], with_ssim: bool) -> tuple[float, float]:
    """Return MS-SSIM and SSIM of one channel; SSIM is NaN where it is not asked for."""
    x, y = np.ascontiguousarray(x), np.ascontiguousarray(y)
    finest = similarity(x, y, luminance=with_ssim)
    value = max(finest.structure, 0.0) ** _WEIGHTS[0]
    for weight in _WEIGHTS[1:-1]:
        x, y = _halve(x), _halve(y)
        value *= max(similarity(x, y, luminance=False).structure, 0.0) ** weight
    value *= max(similarity(_halve(x), _halve(y)).ssim, 0.0) ** _WEIGHTS[-1]
    return value, finest.ssim


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

WITH_SSIM = Joint((METRIC.name, ssim.METRIC.name), ms_ssim_and_ssim)
