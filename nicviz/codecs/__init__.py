"""Image codecs: the contract in `base`, and the registry of all that nicviz knows.

The codecs of one library are one file here with a tuple `CODECS`, with `guard` around what the library does, and the
file's name in `FILES`; the contract test covers them from then on.
"""

from importlib import import_module

from nicviz.codecs.base import Availability, Codec, Placement, QualityScale
from nicviz.codecs.neural_base import Estimate, NeuralCodec
from nicviz.codecs.reference import CodecReference, resolve
from nicviz.registry import Registry

FILES = ("pillow", "imagecodecs", "ffmpeg", "pca", "neural")  # in the order of lists
CODECS: Registry[Codec] = Registry(
    "codec", (codec for file in FILES for codec in import_module(f"{__name__}.{file}").CODECS)
)

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
