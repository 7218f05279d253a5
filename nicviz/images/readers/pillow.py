"""WebP and BMP, through Pillow."""

import io
import struct
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
    from PIL import BmpImagePlugin, WebPImagePlugin

    image: PillowImage
    if data[:2] == b"BM":
        image = BmpImagePlugin.BmpImageFile(io.BytesIO(data))
    else:
        check(*webp_size(data))
        image = WebPImagePlugin.WebPImageFile(io.BytesIO(data))
    check(image.width, image.height)
    notices = [FIRST] if getattr(image, "is_animated", False) else []
    profile = embedded(image.info.get("icc_profile"))
    orientation = exif.orientation(image.info.get("exif"), image.info.get("xmp"), notices)
    image.load()
    if image.mode == "RGBA" or "transparency" in image.info:
        return Raster(np.asarray(image.convert("RGBA")), 8, "straight", profile, orientation, notices)
    flat = image.convert("L" if image.mode in ("1", "L") else "RGB")
    return Raster(np.asarray(flat), 8, None, profile, orientation, notices)


def webp_size(data: bytes) -> tuple[int, int]:
    """Return width and height from the header of a WebP file (RFC 9649); Pillow reserves a canvas before it tells."""
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L" and body[:1] == b"\x2f":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("there is no header with a size")
