"""Blur: neighbors are mixed."""

import numpy as np
import numpy.typing as npt

from nicviz.corruptions import filters
from nicviz.corruptions.base import Corruption, Float32s, Image, to_levels, unit
from nicviz.corruptions.resample import middle, zoom_linear


def gaussian_blur(image: Image, severity: int, _: np.random.Generator) -> Image:
    """Blur with a Gaussian of 1–6 pixels (Hendrycks & Dietterich 2019, extra).

    The reference asks scikit-image with an argument that has been removed from it (`multichannel`).
    """
    return to_levels(_gaussian(unit(image), sigma=(1, 2, 3, 4, 6)[severity - 1]))


def defocus_blur(image: Image, severity: int, _: np.random.Generator) -> Image:
    """Blur with a soft-edged disk of radius 3–10 pixels (Hendrycks & Dietterich 2019)."""
    radius, sigma = ((3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5))[severity - 1]
    return to_levels(filters.convolve(unit(image), filters.disk_kernel(radius, sigma), edge="reflect"))


def motion_blur(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Blur along a straight motion at −45° to 45°, by up to 20–40 pixels (Hendrycks & Dietterich 2019).

    The motion is imagecorruptions' own (steps of whole pixels), written to replace ImageMagick's.
    """
    radius, sigma = ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15))[severity - 1]
    trail = filters.motion_trail(radius, sigma, rng.uniform(-45, 45), image.shape)
    return to_levels(filters.motion_blur(unit(image), trail))


def zoom_blur(image: Image, severity: int, _: np.random.Generator) -> Image:
    """Average the picture with its enlargements by up to 1.1–1.3 (Hendrycks & Dietterich 2019).

    An enlargement is cut back to size at its bottom right, as in imagecorruptions; the original cuts all around.
    At some sizes (a side of 600 at severity 4) a rounding error in `scipy.ndimage.zoom` leaves the last line of an
    enlargement black in the reference, so that it darkens the result there; not here.
    """
    last, step = ((1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03))[severity - 1]
    factors = np.arange(1, last, step)
    height, width = image.shape[:2]
    original = unit(image)
    total = original.copy()
    for factor in factors:
        crop = original[middle(height, factor), middle(width, factor)]
        total += zoom_linear(crop, factor)[:height, :width]
    return to_levels(total / (len(factors) + 1))


def glass_blur(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Blur, move pixels by up to 1–4 in 1–3 passes, blur again (Hendrycks & Dietterich 2019).

    The published loop means to swap pixels, but swaps views of one array and so only copies; ImageNet-C was made
    with it, so it is what this does. The reference fails here, on the argument that stops its Gaussian blur.
    """
    sigma, reach, passes = ((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2))[severity - 1]
    pixels = to_levels(_gaussian(unit(image), sigma)).reshape(-1, 3)
    for _ in range(passes):
        pixels = pixels[_shuffle(image.shape, reach, rng)]
    return to_levels(_gaussian(unit(pixels.reshape(image.shape)), sigma))


def _shuffle(shape: tuple[int, ...], reach: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return for each pixel the flat position of the one whose value it has after a pass of the loop.

    The loop runs from the last pixel to the first, within a margin, and each pixel takes the present value of one at
    −reach … reach − 1 rows and columns from it. A later neighbor has already taken its own, so it is asked in turn.
    """
    height, width = shape[:2]
    inner = np.s_[reach + 1 : height - reach + 1, reach + 1 : width - reach + 1]
    position = np.arange(height * width).reshape(height, width)
    visited = np.zeros((height, width), dtype=bool)
    visited[inner] = True
    down, right = rng.integers(-reach, reach, size=(2, *position[inner].shape))
    taken = position.copy()
    taken[inner] += down * width + right
    position, visited, taken = position.ravel(), visited.ravel(), taken.ravel()
    asks_on = (taken > position) & visited[taken]
    source = taken.copy()
    asking = np.flatnonzero(asks_on)
    while asking.size:
        asked = source[asking]
        source[asking] = taken[asked]
        asking = asking[asks_on[asked]]
    return source


def _gaussian(values: Float32s, sigma: float) -> Float32s:
    from scipy.ndimage import gaussian_filter

    blurred: Float32s = gaussian_filter(values, (sigma, sigma, 0), mode="nearest")
    return blurred


DEFOCUS_BLUR = Corruption("defocus_blur", "Defocus blur", "medium", False, defocus_blur)
GLASS_BLUR = Corruption("glass_blur", "Glass blur", "medium", True, glass_blur)
MOTION_BLUR = Corruption("motion_blur", "Motion blur", "medium", True, motion_blur)
ZOOM_BLUR = Corruption("zoom_blur", "Zoom blur", "medium", False, zoom_blur)
GAUSSIAN_BLUR = Corruption("gaussian_blur", "Gaussian blur", "extra", False, gaussian_blur)
