"""WebP and BMP, through Pillow."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from nicviz.images import exif
from nicviz.images.profile import embedded
from nicviz.images.raster import Raster

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

FIRST = "The file holds several pictures; the first was taken."


def read(data: bytes, check: Callable[[int, int], None]) -> Raster:
    """Return the first picture of a WebP or BMP file."""
    image = open_webp_or_bmp(data)
    check(image.width, image.height)
    notices = [FIRST] if getattr(image, "is_animated", False) else []
    profile = embedded(image.info.get("icc_profile"))
    orientation = exif.orientation(image.info.get("exif"), image.info.get("xmp"), notices)
    image.load()
    if image.mode == "RGBA" or "transparency" in image.info:
        return Raster(np.asarray(image.convert("RGBA")), 8, "straight", profile, orientation, notices)
    flat = image.convert("L" if image.mode in ("1", "L") else "RGB")
    return Raster(np.asarray(flat), 8, None, profile, orientation, notices)


def open_webp_or_bmp(data: bytes) -> "PillowImage":
    """Return the picture with its size and metadata, not yet decoded."""
    from PIL import BmpImagePlugin, WebPImagePlugin

    reader = BmpImagePlugin.BmpImageFile if data[:2] == b"BM" else WebPImagePlugin.WebPImageFile
    return reader(io.BytesIO(data))
