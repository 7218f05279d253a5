"""Classical codecs with real bitstreams."""

from nicviz.codecs.base import Codec

CLASSICAL: tuple[Codec, ...] = ()
