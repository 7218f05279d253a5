"""Image codecs: the contract in `base`, and the registry of all that nicviz knows."""

from nicviz.codecs.base import Availability, Codec, Estimate, NeuralCodec, Placement, QualityScale
from nicviz.codecs.classical import CLASSICAL
from nicviz.codecs.neural import NEURAL
from nicviz.codecs.reference import CodecReference, resolve
from nicviz.registry import Registry

CODECS: Registry[Codec] = Registry("codec", (*CLASSICAL, *NEURAL))

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
