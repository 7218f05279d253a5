"""Neural codecs; the networks themselves load when the first one is used.

architectures: a record of all that tells an architecture from the others. codec: a codec, opened at a quality. device:
where and in which arithmetic. Rooms: weights (find, read and write files), network (build, fold, keep loaded), entropy
(what is coded under which distribution), encode (image to bitstream and back, alone, many at once or near another one,
searched), family (which codecs there are).
"""

from nicviz.codecs.neural.family.compact import COMPACT
from nicviz.codecs.neural.family.zoo import ZOO
from nicviz.codecs.neural_base import NeuralCodec

CODECS: tuple[NeuralCodec, ...] = (*COMPACT, *ZOO)
