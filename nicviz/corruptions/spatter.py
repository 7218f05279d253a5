"""Spatter: drops of water or mud on the lens, with the few OpenCV filters that their definition rests on."""

import numpy as np
import numpy.typing as npt

from nicviz.corruptions.base import Corruption, Float32s, Image, to_levels, unit

_WATER = np.array([175, 238, 238], dtype=np.float32) / 255  # pale turquoise
_MUD = np.array([63, 42, 20], dtype=np.float32) / 255
_RELIEF = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])


def spatter(image: Image, severity: int, rng: np.random.Generator) -> Image:
    """Splash water (severity 1–3) or mud (4 and 5) on the picture (Hendrycks & Dietterich 2019, extra).

    Where no drop falls (on some pictures of 32×32 at severity 1) the picture stays; the reference divides by zero
    there and returns black.
    """
    from scipy.ndimage import gaussian_filter

    # the last column is the opacity of water, but the softness of mud in pixels
    mean, spread, sigma, threshold, finish = (
        (0.65, 0.3, 4, 0.69, 0.6),
        (0.65, 0.3, 3, 0.68, 0.6),
        (0.65, 0.3, 2, 0.68, 0.5),
        (0.65, 0.3, 1, 0.65, 1.5),
        (0.67, 0.4, 1, 0.65, 1.5),
    )[severity - 1]
    liquid = gaussian_filter(rng.normal(mean, spread, image.shape[:2]), sigma, mode="nearest")
    if severity <= 3:
        drops = relief(np.where(liquid < threshold, 0, liquid * 255).astype(np.uint8))
        return to_levels(unit(image) + finish * drops[..., None] * _WATER)
    mud = gaussian_filter((liquid > threshold).astype(np.float32), finish, mode="nearest")
    mud[mud < 0.8] = 0
    return to_levels(unit(image) * (1 - mud[..., None]) + mud[..., None] * _MUD)


def relief(liquid: Image) -> Float32s:
    """Return drops (H, W) lit from one side, the brightest 1, from the thickness of the liquid."""
    from scipy.ndimage import correlate, uniform_filter

    far = np.minimum(distance(canny(liquid)), 20).astype(np.float32)
    height = equalize(uniform_filter(far, 3, mode="mirror").astype(np.uint8))
    lit = correlate(height.astype(np.int32), _RELIEF, mode="mirror").clip(0, 255)
    light = np.rint(uniform_filter(lit.astype(np.float32), 3, mode="mirror"))
    drops: Float32s = liquid * light
    drops /= max(drops.max(), 1)
    return drops


def canny(gray: Image, low: int = 50, high: int = 150) -> npt.NDArray[np.bool_]:
    """Return Canny's edges (H, W) with Sobel gradients and |dx| + |dy|, to the bit as OpenCV finds them."""
    from scipy.ndimage import label, sobel

    dx, dy = (sobel(gray.astype(np.int32), axis, mode="nearest") for axis in (1, 0))
    x, y = np.abs(dx), np.abs(dy)
    strength = x + y
    framed = np.pad(strength, 1)

    def neighbor(down: int, right: int) -> npt.NDArray[np.int32]:
        return framed[1 + down : framed.shape[0] - 1 + down, 1 + right : framed.shape[1] - 1 + right]

    # a ridge is compared with the two neighbors along the gradient, whose direction is rounded to 45°
    tangent = 13573  # tan 22.5° in units of 2^-15
    along_rows = (y << 15) < x * tangent
    along_columns = (y << 15) > x * tangent + (x << 16)
    falling = (dx ^ dy) < 0
    ridge = np.select(
        [along_rows, along_columns, falling],
        [
            (strength > neighbor(0, -1)) & (strength >= neighbor(0, 1)),
            (strength > neighbor(-1, 0)) & (strength >= neighbor(1, 0)),
            (strength > neighbor(-1, 1)) & (strength > neighbor(1, -1)),
        ],
        (strength > neighbor(-1, -1)) & (strength > neighbor(1, 1)),
    )
    # weak edges count where they are connected with a strong one
    lines, _ = label(ridge & (strength > low), structure=np.ones((3, 3)))
    strong = np.zeros(lines.max() + 1, dtype=bool)
    strong[lines[ridge & (strength > high)]] = True
    strong[0] = False
    edges: npt.NDArray[np.bool_] = strong[lines]
    return edges


def distance(edges: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return each pixel's distance to the nearest edge, measured in steps of 1, 1.4 and 2.1969 as OpenCV does."""
    from scipy.ndimage import distance_transform_edt

    if not edges.any():
        return np.full(edges.shape, np.inf)
    nearest = distance_transform_edt(~edges, return_distances=False, return_indices=True)
    offset = np.abs(nearest - np.indices(edges.shape))
    short, long = offset.min(axis=0), offset.max(axis=0)
    # a knight's move covers (2, 1); the rest is straight or diagonal
    rest = np.where(long > 2 * short, long - 2 * short, 1.4 * (2 * short - long))
    total: npt.NDArray[np.float64] = rest + 2.1969 * np.minimum(short, long - short)
    return total


def equalize(gray: Image) -> Image:
    """Return levels (H, W) spread over 0–255 by their histogram, as OpenCV does; a constant picture stays."""
    count = np.bincount(gray.ravel(), minlength=256)
    first = int(gray.min())
    if count[first] == gray.size:
        return gray
    up_to = np.cumsum(count) - count[first]
    table = np.rint(up_to.clip(0) * np.float32(255 / (gray.size - count[first]))).clip(0, 255)
    equalized: Image = table.astype(np.uint8)[gray]
    return equalized


SPATTER = Corruption("spatter", "Spatter", "extra", True, spatter)
