"""Trials with figures of the tests' own."""

import math

from nicviz.codecs import CodecReference
from nicviz.tasks.settings import CorruptionSetting
from nicviz.tasks.task import Picture, Task, Trial


def made_up_trial(
    codec: str,
    quality: float,
    name: str,
    bpp: float,
    psnr: float | None,
    ms_ssim: float | None = 0.9,
    corruption: CorruptionSetting | None = None,
    **figures: float,
) -> Trial:
    """A picture of half a megapixel, called `name`, through a codec: 0.2 s to encode, 0.1 s to decode."""
    picture = Picture(f"sha {name}", name, 1000, 500)
    delta = 40 - psnr if psnr is not None and math.isfinite(psnr) else 0.0
    values = {"psnr_db": psnr, "ms_ssim": ms_ssim, "delta_e00": delta, **figures}
    task = Task(picture, corruption, CodecReference(codec), float(quality), metrics=tuple(values))
    return Trial(task, bpp, int(bpp * 500_000 / 8), values, 0.2, 0.1)
