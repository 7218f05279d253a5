"""Neural codecs; the networks themselves load when the first one is used."""

from nicviz.codecs.base import NeuralCodec

NEURAL: tuple[NeuralCodec, ...] = ()
