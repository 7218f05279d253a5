"""Image codecs: the contract in `base`, and the registry of all that nicviz knows.

A codec is one file, with `guard` around what its library does, and its name in `CODECS`; the contract test covers it
from then on.
"""

from nicviz.codecs.base import Availability, Codec, Estimate, NeuralCodec, Placement, QualityScale
from nicviz.codecs.imagecodecs import AVIF, JPEGXL
from nicviz.codecs.neural import NEURAL
from nicviz.codecs.pillow import JPEG, JPEG2000, JPEG_444, PNG, WEBP
from nicviz.codecs.reference import CodecReference, resolve
from nicviz.registry import Registry

CODECS: Registry[Codec] = Registry("codec", (PNG, JPEG, JPEG_444, JPEG2000, JPEGXL, WEBP, AVIF, *NEURAL))

__all__ = [
    "CODECS",
    "Availability",
    "Codec",
    "CodecReference",
    "Estimate",
    "NeuralCodec",
    "Placement",
    "QualityScale",
    "resolve",
]
