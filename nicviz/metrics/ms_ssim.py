"""Multi-scale structural similarity.

Source: Wang, Simoncelli, Bovik, "Multiscale structural similarity for image quality assessment", 2003, with its five
scales and weights; borders and odd sizes as in pytorch-msssim.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nicviz.metrics import ssim
from nicviz.metrics.base import Axis, Image, Joint, Metric
from nicviz.metrics.ssim import WINDOW, Windows, similarities

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


class Scales:
    """The channels of an image at the five scales.

    Args:
        pixels: (H, W, 3) uint8.
        keep: what is made of them, for the next comparison: 64 bytes a pixel.
    """

    def __init__(self, pixels: Image, keep: bool = False) -> None:
        self._pixels, self._keep = pixels, keep
        self._kept: dict[int, list[Windows]] = {}

    def of(self, channel: int) -> list[Windows]:
        """Return a channel at the five scales, the finest first."""
        if channel in self._kept:
            return self._kept[channel]
        plane: NDArray[np.generic] = np.ascontiguousarray(self._pixels[..., channel])
        found = [Windows(plane, self._keep)]
        for _ in _WEIGHTS[1:]:
            plane = _halve(plane)
            found.append(Windows(plane, self._keep))
        if self._keep:
            self._kept[channel] = found
        return found


def ms_ssim(reference: Image, image: Image) -> float:
    """Return the mean over R, G and B of the five-scale MS-SSIM, in 0…1; a negative factor counts as 0."""
    return of_scales([Scales(reference)], Scales(image), False)[0][0]


def ms_ssim_and_ssim(reference: Image, image: Image) -> tuple[float, float]:
    """Return both, the very numbers that they are alone: SSIM's windows are those of the finest scale."""
    return of_scales([Scales(reference)], Scales(image))[0]


def of_scales(references: Sequence[Scales], image: Scales, with_ssim: bool = True) -> list[tuple[float, float]]:
    """Return MS-SSIM and SSIM of an image against each of several of its size; SSIM is NaN where it is not wanted."""
    channels = [_channel([each.of(c) for each in references], image.of(c), with_ssim) for c in range(3)]
    return [(float(value), float(finest)) for value, finest in np.mean(channels, axis=0)]


def _channel(references: list[list[Windows]], image: list[Windows], with_ssim: bool) -> NDArray[np.float64]:
    """Return MS-SSIM and SSIM of a channel against each of several, (K, 2)."""
    value, finest = np.ones(len(references)), np.zeros(len(references))
    for scale, weight in enumerate(_WEIGHTS):
        is_first, is_last = scale == 0, scale == len(_WEIGHTS) - 1
        found = similarities([each[scale] for each in references], image[scale], is_last or (is_first and with_ssim))
        if is_first:
            finest = np.array([each.ssim for each in found])
        value *= np.maximum([each.ssim if is_last else each.structure for each in found], 0.0) ** weight
    return np.stack([value, finest], axis=1)


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
    method=2,  # 1e-7 from 1
)

WITH_SSIM = Joint((METRIC.name, ssim.METRIC.name), ms_ssim_and_ssim)
