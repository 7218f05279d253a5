"""The 15 common corruptions of ImageNet-C and its 4 extra ones, at any size from 32 pixels up.

Hendrycks & Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations", ICLR 2019,
as Michaelis et al. (2019, imagecorruptions 1.1.2) extended them to images of any size. Each is a pure function of
image, severity and seed.
"""

from typing import Any

import numpy as np

from nicviz.corruptions import blur, digital, noise, spatter, weather
from nicviz.corruptions.base import GROUPS, Corruption, Group, Image
from nicviz.errors import NicvizError
from nicviz.registry import Registry
from nicviz.versions import library_versions

__all__ = [
    "CORRUPTIONS",
    "GROUPS",
    "SEVERITIES",
    "SMALLEST_SIDE",
    "Corruption",
    "Group",
    "corrupt",
    "corruption_versions",
]

SEVERITIES = range(1, 6)
SMALLEST_SIDE = 32
_METHOD = 1  # counted up when the pictures change

CORRUPTIONS: Registry[Corruption] = Registry(
    "corruption",
    (
        noise.GAUSSIAN_NOISE,
        noise.SHOT_NOISE,
        noise.IMPULSE_NOISE,
        blur.DEFOCUS_BLUR,
        blur.GLASS_BLUR,
        blur.MOTION_BLUR,
        blur.ZOOM_BLUR,
        weather.SNOW,
        weather.FROST,
        weather.FOG,
        digital.BRIGHTNESS,
        digital.CONTRAST,
        digital.ELASTIC_TRANSFORM,
        digital.PIXELATE,
        digital.JPEG_COMPRESSION,
        noise.SPECKLE_NOISE,
        blur.GAUSSIAN_BLUR,
        spatter.SPATTER,
        digital.SATURATE,
    ),
)


def corrupt(image: Image, name: str, severity: int, seed: int = 0) -> Image:
    """Return a corrupted copy of an image; the same arguments give the same bytes in every thread and process.

    Args:
        image: (H, W, 3) uint8 sRGB, at least 32 pixels on a side; not changed.
        name: a name in `CORRUPTIONS`.
        severity: 1 (mild) to 5.
        seed: 0 or more; without effect where the corruption is not random.

    Raises:
        NicvizError: an argument that is none of these, named in the message.
    """
    corruption = CORRUPTIONS[name]
    _check_image(image)
    severity = _whole("severity", severity, SEVERITIES.start, SEVERITIES.stop - 1)
    seed = _whole("seed", seed, 0)
    entropy = [int.from_bytes(name.encode(), "big"), severity, seed]
    return corruption.apply(image, severity, np.random.default_rng(np.random.SeedSequence(entropy)))


def corruption_versions() -> dict[str, str | int]:
    """Return what a corrupted image follows from besides its arguments; the frost is imagecorruptions' own."""
    return {"corruptions": _METHOD, **library_versions("numpy", "scipy", "pillow", "imagecorruptions")}


def _check_image(image: Any) -> None:
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        got = f"an array of {image.dtype}" if isinstance(image, np.ndarray) else type(image).__name__
        raise NicvizError(f"A corruption takes a uint8 array, not {got}.")
    if image.ndim != 3 or image.shape[2] != 3:
        raise NicvizError(f"A corruption takes an image of shape (height, width, 3), not {image.shape}.")
    height, width = image.shape[:2]
    if min(height, width) < SMALLEST_SIDE:
        raise NicvizError(f"A corruption takes at least {SMALLEST_SIDE} pixels on a side, not {width}×{height}.")


def _whole(what: str, value: Any, low: int, high: int | None = None) -> int:
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < low or (high and value > high):
        accepted = f"a whole number from {low} to {high}" if high else f"a whole number from {low} up"
        raise NicvizError(f"The {what} is {value!r}; it must be {accepted}.")
    return int(value)
