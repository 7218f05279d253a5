"""The published corruptions, as an independent reference: imagecorruptions, and two readings where it fails.

`gaussian_blur` and `glass_blur` of imagecorruptions 1.1.2 fail with every scikit-image that runs here (`multichannel`
is gone), so they are written again after its text, with `channel_axis`. All else runs as published, with numpy < 2.
"""

import contextlib
import functools
import warnings
from collections.abc import Iterator
from types import ModuleType
from unittest.mock import patch

import numpy as np
import pytest
import skimage.filters
import skimage.util

from nicviz.corruptions.base import Image

BROKEN = ("gaussian_blur", "glass_blur")
GLASS = ((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2))


@functools.cache
def published() -> ModuleType:
    """Return imagecorruptions, or skip the test where OpenCV, which it needs, finds no libGL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pkg_resources and scipy.ndimage.interpolation are deprecated
        try:
            import imagecorruptions
        except ImportError as error:
            pytest.skip(f"the reference cannot be imported here: {error}")
    return imagecorruptions


def reference(image: Image, name: str, severity: int, seed: int = 0) -> Image:
    """Return what the published code makes of an image with the global generator seeded, which is restored."""
    if name == "gaussian_blur":
        return _levels(_gaussian(image, (1, 2, 3, 4, 6)[severity - 1]))
    if name == "glass_blur":
        return _glass_blur(image, severity, np.random.default_rng(seed))
    with seeded(seed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return published().corrupt(image, corruption_name=name, severity=severity)


def zoom_factors(severity: int) -> np.ndarray:
    """Return the published enlargements of zoom_blur."""
    return np.arange(1, *((1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03))[severity - 1])


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    state = np.random.get_state()  # noqa: NPY002 - the reference draws from the global generator
    np.random.seed(seed)  # noqa: NPY002
    # impulse_noise goes through scikit-image, which makes a generator of its own that only an argument reaches
    salt_and_pepper = functools.partial(skimage.util.random_noise, rng=seed)
    try:
        with patch.object(skimage.util, "random_noise", salt_and_pepper):
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _glass_blur(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Run the published loop; the generator gives each pass a table of rows, then one of columns to move by."""
    sigma, delta, passes = GLASS[severity - 1]
    height, width = image.shape[:2]
    rows = _levels(_gaussian(image, sigma)).tolist()
    for _ in range(passes):
        shape = (height - 2 * delta, width - 2 * delta)
        down, right = rng.integers(-delta, delta, size=(2, *shape)).tolist()
        for h in range(height - delta, delta, -1):
            for w in range(width - delta, delta, -1):
                dy, dx = down[h - delta - 1][w - delta - 1], right[h - delta - 1][w - delta - 1]
                rows[h][w] = rows[h + dy][w + dx]  # the second half of the published swap has no effect
    return _levels(_gaussian(np.array(rows, dtype=np.uint8), sigma))


def _gaussian(image: Image, sigma: float) -> np.ndarray:
    return skimage.filters.gaussian(image / 255.0, sigma=sigma, channel_axis=-1)


def _levels(values: np.ndarray) -> Image:
    return np.uint8(np.clip(values, 0, 1) * 255)
