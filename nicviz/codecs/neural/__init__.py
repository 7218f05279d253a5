"""Neural codecs; the networks themselves load when the first one is used."""

from nicviz.codecs.base import NeuralCodec
from nicviz.codecs.neural.compact import COMPACT
from nicviz.codecs.neural.zoo import ZOO

NEURAL: tuple[NeuralCodec, ...] = (*COMPACT, *ZOO)
