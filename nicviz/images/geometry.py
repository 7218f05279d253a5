"""Crop and downscale: the only two things that are done to an image before it is compressed."""

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import ImageError


def crop(image: NDArray[np.uint8], left: int, top: int, width: int, height: int) -> NDArray[np.uint8]:
    """Return a copy of `width` × `height` pixels from column `left` and row `top` on; (H, W, 3) in and out.

    Raises:
        ImageError: a rectangle that is empty or leaves the image.
    """
    rows, columns = image.shape[:2]
    if width < 1 or height < 1 or left < 0 or top < 0 or left + width > columns or top + height > rows:
        raise ImageError(
            f"The crop left {left}, top {top}, width {width}, height {height} does not lie within the "
            f"{columns}×{rows} image."
        )
    return image[top : top + height, left : left + width].copy()


def downscale(
    image: NDArray[np.uint8], factor: float | None = None, longest_side: int | None = None
) -> NDArray[np.uint8]:
    """Return the image made smaller by Pillow's LANCZOS filter on the 8-bit sRGB levels (not in linear light).

    The new sides are round(side / factor), at least 1. Where nothing shrinks the pixels are copied unchanged.

    Args:
        image: (H, W, 3).
        factor: at least 1; 2 halves both sides.
        longest_side: pixels of the longer side afterwards; the other keeps the aspect ratio.

    Raises:
        ImageError: both or neither given, a factor below 1, or a side that is below 1 or would enlarge the image.
    """
    from PIL import Image

    rows, columns = image.shape[:2]
    if (factor is None) == (longest_side is None):
        raise ImageError("Give either a factor or the longest side to downscale to.")
    if longest_side is not None:
        if not 1 <= longest_side <= max(rows, columns):
            raise ImageError(
                f"The longest side {longest_side} is not between 1 and {max(rows, columns)}; "
                "images are only made smaller."
            )
        factor = max(rows, columns) / longest_side
    if factor is None or not 1 <= factor < float("inf"):
        raise ImageError(f"The factor {factor} is not 1 or more; images are only made smaller.")
    size = (max(1, round(columns / factor)), max(1, round(rows / factor)))
    if size == (columns, rows):
        return image.copy()
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS)).copy()
