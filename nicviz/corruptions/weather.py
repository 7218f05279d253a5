"""Weather: something stands between the camera and the scene."""

import math
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import PIL.Image

from nicviz.corruptions.base import Corruption, Float32s, Image, to_levels, unit
from nicviz.corruptions.filters import motion_blur, motion_trail
from nicviz.corruptions.resample import middle, zoom_cubic, zoom_linear
from nicviz.errors import NicvizError

# the reference draws one of the first five of its six textures, and so does this
_TEXTURES = ("frost1.png", "frost2.png", "frost3.png", "frost4.jpg", "frost5.jpg")


def snow(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Whiten the scene and let enlarged, motion-blurred noise fall on it (Hendrycks & Dietterich 2019).

    As in imagecorruptions, the flakes move as in `motion_blur` and the same flakes, turned by 180°, fall twice.
    """
    mean, spread, zoom, threshold, radius, sigma, kept = (
        (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
        (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
        (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
        (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
        (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    )[severity - 1]
    height, width = image.shape[:2]
    rows, columns = middle(height, zoom), middle(width, zoom)
    noise = rng.normal(mean, spread, (rows.stop - rows.start, columns.stop - columns.start))
    flakes = zoom_linear(noise.astype(np.float32), zoom)
    flakes[flakes < threshold] = 0
    trail = motion_trail(int(radius), sigma, rng.uniform(-135, -45), flakes.shape)
    flakes = motion_blur(np.minimum(flakes, 1), trail)[:height, :width]
    flakes = np.rint(flakes * 255) / 255
    scene = unit(image)
    gray = scene @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    scene = kept * scene + (1 - kept) * np.maximum(scene, 1.5 * gray[..., None] + 0.5)
    return to_levels(scene + (flakes + np.rot90(flakes, k=2))[..., None])


def frost(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Add a random part of one of five pictures of frost (Hendrycks & Dietterich 2019).

    The texture is enlarged by 1.1, or to 1.1 times what covers the image, as in imagecorruptions.

    Raises:
        NicvizError: the textures, which imagecorruptions carries, are not installed.
    """
    scene, ice = ((1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75))[severity - 1]
    height, width = image.shape[:2]
    texture = _texture(_TEXTURES[rng.integers(len(_TEXTURES))])
    scale = 1.1 * max(1, height / texture.shape[0], width / texture.shape[1])
    rows, columns = (math.ceil(side * scale) for side in texture.shape[:2])
    top, left = rng.integers(rows - height), rng.integers(columns - width)
    window = np.s_[top : top + height, left : left + width]
    enlarged = zoom_cubic(texture.astype(np.float32), (rows, columns), window)
    return to_levels(scene * unit(image) + ice * (np.rint(enlarged).clip(0, 255) / 255))


@cache  # five pictures, 4 MB in all
def _texture(name: str) -> Image:
    package = find_spec("imagecorruptions")  # found, not imported: its import is slow and needs pkg_resources
    if package is None or package.origin is None:
        raise NicvizError("frost needs the textures of the package imagecorruptions, which is not installed")
    with PIL.Image.open(Path(package.origin).with_name("frost") / name) as picture:
        texture = np.asarray(picture.convert("RGB"))
    texture.setflags(write=False)
    return texture


def fog(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Add a plasma fractal and compress the range (Hendrycks & Dietterich 2019).

    The plasma is a square of the next power of two, as in imagecorruptions; the original always takes 256.
    """
    amount, decay = ((1.5, 2), (2.0, 2), (2.5, 1.7), (2.5, 1.5), (3.0, 1.4))[severity - 1]
    height, width = image.shape[:2]
    plasma = _plasma(1 << (max(height, width) - 1).bit_length(), decay, rng)[:height, :width, None]
    brightest = image.max() / 255
    return to_levels((unit(image) + amount * plasma) * np.float32(brightest / (brightest + amount)))


def _plasma(size: int, decay: float, rng: np.random.Generator) -> Float32s:
    """Return a (size, size) plasma fractal in [0, 1] that tiles the plane, by the diamond-square algorithm.

    Each pass halves the grid: new points are the mean of their four neighbors plus a uniform draw, whose range
    shrinks by `decay`. The size is a power of two.
    """
    heights = np.zeros((size, size), dtype=np.float32)
    step, spread = size, 100.0
    while step >= 2:
        half = step // 2
        corners, centers = heights[::step, ::step], heights[half::step, half::step]

        def wobble(shape: tuple[int, ...], spread: float = spread) -> Float32s:
            return (spread**2 * rng.uniform(-1, 1, shape)).astype(np.float32)

        rows = corners + np.roll(corners, -1, axis=0)
        centers[:] = (rows + np.roll(rows, -1, axis=1)) / 4 + wobble(centers.shape)
        above = centers + np.roll(centers, 1, axis=0) + corners + np.roll(corners, -1, axis=1)
        heights[::step, half::step] = above / 4 + wobble(centers.shape)
        beside = centers + np.roll(centers, 1, axis=1) + corners + np.roll(corners, -1, axis=0)
        heights[half::step, ::step] = beside / 4 + wobble(centers.shape)
        step, spread = half, spread / decay
    heights -= heights.min()
    heights /= heights.max()
    return heights


SNOW = Corruption("snow", "Snow", "low", True, snow)
FROST = Corruption("frost", "Frost", "low", True, frost)
FOG = Corruption("fog", "Fog", "low", True, fog)
