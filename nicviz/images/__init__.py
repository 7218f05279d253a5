"""Images: what they are, how they are read, cropped, downscaled and written.

Who reads what, and why (compared on files of every depth and layout, Pillow 12, imagecodecs 2026.1, tifffile 2026.3 and
pyvips 8.18):

- PNG, JPEG, JPEG-LS, JPEG 2000, JPEG XL: imagecodecs, the only one that gives the samples of every depth as they are
  stored. Pillow takes the upper 8 of 16 bits, swaps channels of JPEG 2000, knows no 12-bit JPEG, and refuses PNG files
  with much text.
- TIFF: tifffile with imagecodecs, the only pair that is right for planar, packed and signed samples; libtiff in
  imagecodecs for fax, old JPEG and subsampled YCbCr, and for LZW, whose decoder beside it damaged bytes can kill.
- WebP and BMP, which have 8 bits: Pillow, which has their metadata too. AVIF: Pillow, because libavif in imagecodecs
  corrupts memory on sequences.
- Color profiles: littleCMS in Pillow; imagecodecs makes profiles of declared primaries.
- pyvips is not used: it has no JPEG XL, JPEG 2000 and 12-bit TIFF here, and adds nothing that these do not read.

What no library tells (depth, alpha, color, order, sizes before anything is unpacked) is read from the headers in
`readers`; `raster` then makes 8-bit sRGB of it, for all formats by the same functions.
"""

import numpy as np
from numpy.typing import NDArray

from nicviz.images.geometry import crop, downscale
from nicviz.images.limits import Limits
from nicviz.images.loaded import LoadedImage, content_hash, load_bytes, load_file
from nicviz.images.names import printable
from nicviz.images.png import decode_png, encode_png, equally_large

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
    "equally_large",
    "load_bytes",
    "load_file",
    "printable",
]
