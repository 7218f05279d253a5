"""Embedded ICC profiles: is it sRGB, and if not, convert."""

import io
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage
    from PIL.ImageCms import ImageCmsTransform

_GRID_LEVELS = (0, 32, 64, 96, 128, 160, 192, 224, 255)
_SAME_WITHIN = 1  # level: a profile that moves no grid color further is sRGB by another name
_RELATIVE_COLORIMETRIC = 1


def to_srgb(image: "PillowImage", icc: bytes) -> tuple["PillowImage", str | None]:
    """Return the image (mode L, RGB or CMYK) in sRGB, mode RGB, and a notice if its colors changed or could not.

    Args:
        image: without alpha.
        icc: the embedded profile. A damaged one, or one for another kind of image, leaves the colors and is reported.
    """
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if image.mode == "L" and profile.profile.xcolor_space.strip() == "RGB":
            image = image.convert("RGB")
        transform = ImageCms.buildTransform(
            profile,
            ImageCms.createProfile("sRGB"),
            image.mode,
            "RGB",
            renderingIntent=ImageCms.Intent(_RELATIVE_COLORIMETRIC),
        )
        title = ImageCms.getProfileDescription(profile).strip() or "unnamed"
        if image.mode == "RGB" and _changes_little(transform):
            return image, None
        converted = ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image, "The embedded color profile cannot be used; the colors were taken as sRGB."
    if converted is None:  # only for in-place transforms
        return image, None
    if image.mode == "L" and np.array_equal(np.asarray(image.convert("RGB")), np.asarray(converted)):
        return converted, None
    return converted, f"Converted to sRGB from the embedded color profile “{title}”."


def _changes_little(transform: "ImageCmsTransform") -> bool:
    from PIL import Image, ImageCms

    levels = np.array(_GRID_LEVELS, dtype=np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(1, -1, 3)
    moved = ImageCms.applyTransform(Image.fromarray(grid), transform)
    difference = np.asarray(moved).astype(np.int16) - grid
    return int(np.abs(difference).max()) <= _SAME_WITHIN
