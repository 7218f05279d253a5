"""Multi-scale structural similarity.

Source: Wang, Simoncelli, Bovik, "Multiscale structural similarity for image quality assessment", 2003, with its five
scales and weights; borders and odd sizes as in pytorch-msssim.
"""

import numpy as np

from nicviz.metrics import ssim
from nicviz.metrics.base import Axis, Image, Joint, Metric
from nicviz.metrics.ssim import MIDDLE, WINDOW, Plane, planes, similarity

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
Scales = list[list[Plane]]  # each channel at the five scales, the finest first


def scales(image: Image) -> Scales:
    """Return what MS-SSIM compares of an image: 16 bytes a pixel."""
    found = []
    for plane in planes(image):
        smaller = [plane]
        for _ in _WEIGHTS[1:]:
            smaller.append(_halve(smaller[-1]))
        found.append(smaller)
    return found


def ms_ssim(reference: Image, image: Image) -> float:
    """Return the mean over R, G and B of the five-scale MS-SSIM, in 0…1; a negative factor counts as 0."""
    return of_scales(scales(reference), scales(image), False)[0]


def ms_ssim_and_ssim(reference: Image, image: Image) -> tuple[float, float]:
    """Return both, the very numbers that they are alone: SSIM's windows are those of the finest scale."""
    return of_scales(scales(reference), scales(image))


def of_scales(reference: Scales, image: Scales, with_ssim: bool = True) -> tuple[float, float]:
    """Return MS-SSIM and SSIM of two images of one size; SSIM is NaN where it is not wanted."""
    channels = [_channel(x, y, with_ssim) for x, y in zip(reference, image, strict=True)]
    value, finest = np.mean(channels, axis=0)
    return float(value), float(finest)


def _channel(reference: list[Plane], image: list[Plane], with_ssim: bool) -> tuple[float, float]:
    """Return MS-SSIM and SSIM of a channel."""
    last = len(_WEIGHTS) - 1
    wanted = [scale == last or (scale == 0 and with_ssim) for scale in range(len(_WEIGHTS))]
    found = [similarity(x, y, luminance) for x, y, luminance in zip(reference, image, wanted, strict=True)]
    factors = [*(each.structure for each in found[:-1]), found[-1].ssim]
    return float(np.prod(np.maximum(factors, 0.0) ** _WEIGHTS)), found[0].ssim


def _halve(plane: Plane) -> Plane:
    """Return means of 2×2 samples; an odd side gets a line of black before it, which counts in the mean."""
    height, width = plane.shape
    if height % 2 or width % 2:
        plane = np.pad(plane, ((height % 2, 0), (width % 2, 0)), constant_values=-MIDDLE)
    rows = plane[::2] + plane[1::2]
    half: Plane = rows[:, ::2] + rows[:, 1::2]
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
    method=4,  # 1e-7 from 1 to 3, 2e-5 where both are flat and dark
)

WITH_SSIM = Joint((METRIC.name, ssim.METRIC.name), ms_ssim_and_ssim)
