"""Images: what they are, how they are read, cropped, downscaled and written. See the modules for each step."""

import numpy as np
from numpy.typing import NDArray

from nicviz.images.geometry import crop, downscale
from nicviz.images.limits import Limits
from nicviz.images.loaded import LoadedImage, content_hash, load_bytes, load_file
from nicviz.images.png import decode_png, encode_png

Image = NDArray[np.uint8]
"""(H, W, 3), sRGB levels."""

__all__ = [
    "Image",
    "Limits",
    "LoadedImage",
    "content_hash",
    "crop",
    "decode_png",
    "downscale",
    "encode_png",
    "load_bytes",
    "load_file",
]
