"""The bitstream of a program's codec: what the program wrote, behind what only nicviz knows of the picture.

    width    varint, as in `nicviz.codecs.varint`
    height   varint
    CRC-32   4 bytes, little-endian, over the kind of stream, width, height and stream
    stream   to the end

That is 8 bytes for a photograph of 768×512, and they count in the rate. A program may code a padded picture, whose true
size the stream cannot always hold (4:2:0 has no odd sides); and what is cut or damaged is found out before a program
gets it.
"""

import struct
import zlib

from nicviz.codecs.base import MEGAPIXEL, no_limit
from nicviz.codecs.varint import read_varints, varint

_CHECK = struct.Struct("<I")


def pack(kind: str, width: int, height: int, stream: bytes) -> bytes:
    """Return the bitstream of a picture of width × height pixels.

    Args:
        kind: what decodes the stream; bytes of another kind are no bitstream of this one.
        width, height: above 0.
        stream: what the program wrote.
    """
    head = varint(width) + varint(height)
    return head + _CHECK.pack(_checksum(kind, head, stream)) + stream


def unpack(kind: str, data: bytes) -> tuple[int, int, bytes]:
    """Return width, height and stream; raise `ValueError` for anything that `pack` has not made whole."""
    try:
        (width, height), at = read_varints(data, 0, 2)
    except ValueError as error:
        raise ValueError("there is no picture size at their start") from error
    if len(data) <= at + _CHECK.size:
        raise ValueError("they end before the stream")
    stream = data[at + _CHECK.size :]
    if _CHECK.unpack_from(data, at)[0] != _checksum(kind, data[:at], stream):
        raise ValueError("they are cut, damaged, or of another codec")
    if not 0 < width * height <= no_limit():
        raise ValueError(f"the header claims {width}×{height}, the limit is {no_limit() // MEGAPIXEL} megapixels")
    return width, height, stream


def _checksum(kind: str, head: bytes, stream: bytes) -> int:
    return zlib.crc32(stream, zlib.crc32(head, zlib.crc32(kind.encode())))
