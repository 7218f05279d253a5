"""Neural codecs; the networks themselves load when the first one is used."""

from nicviz.codecs.base import NeuralCodec
from nicviz.codecs.neural.family.compact import COMPACT
from nicviz.codecs.neural.family.zoo import ZOO

CODECS: tuple[NeuralCodec, ...] = (*COMPACT, *ZOO)
