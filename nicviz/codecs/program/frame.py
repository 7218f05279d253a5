"""The bitstream of a program's codec: what the program wrote, behind what only nicviz knows of the picture.

    width    varint: seven bits a byte, lowest first, the high bit set where more follow
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

_CHECK = struct.Struct("<I")
_MAX_VARINT = 5


def pack(kind: str, width: int, height: int, stream: bytes) -> bytes:
    """Return the bitstream of a picture of width × height pixels.

    Args:
        kind: what decodes the stream; bytes of another kind are no bitstream of this one.
        width, height: above 0.
        stream: what the program wrote.
    """
    head = _varint(width) + _varint(height)
    return head + _CHECK.pack(_checksum(kind, head, stream)) + stream


def unpack(kind: str, data: bytes) -> tuple[int, int, bytes]:
    """Return width, height and stream; raise `ValueError` for anything that `pack` has not made whole."""
    width, at = _read_varint(data, 0)
    height, at = _read_varint(data, at)
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


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a value and where the next one starts."""
    value = 0
    for place in range(_MAX_VARINT):
        if at + place >= len(data):
            break
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("there is no picture size at their start")
