"""The bitstream of a progressive codec: it may end after any of its strings, and decodes to what they tell.

    head, its CRC-32 │ length, CRC-32, string │ length, CRC-32, string │ …
                     ▲                        ▲                        ▲
                     └── no picture yet       └── quality 1            └── quality 2

Layout, little endian; a varint has seven bits a byte, lowest first::

    2  b"nv"      1  version, 2     2  codec     4  model, as in `container`
    v  height, width                4  CRC-32 of all before
    of each string:  v  length      4  CRC-32 of the string, begun with that of the string before, or of the head
                     …  the string

The quality is the number of strings, so that no byte before a cut tells where it will be: the bitstream of a lower
quality is the beginning of that of a higher one.
"""

import struct
import zlib
from dataclasses import dataclass

from nicviz.codecs.neural.entropy.container import CRC_BYTES, MAGIC, Container, check_head, check_picture, read_numbers
from nicviz.codecs.neural.entropy.container import codec_tag as tag
from nicviz.codecs.varint import varint
from nicviz.errors import CodecError

_HEAD = struct.Struct("<2sBHI")
VERSION = 2
MAX_STRINGS = 64


@dataclass(frozen=True)
class Progressive(Container):
    """One coded image, in strings that build on each other; `quality` is their number."""

    def pack(self) -> bytes:
        """Return the bitstream."""
        head = b"".join(
            (
                _HEAD.pack(MAGIC, VERSION, tag(self.codec), self.model),
                varint(self.height),
                varint(self.width),
            )
        )
        crc = zlib.crc32(head)
        parts = [head, struct.pack("<I", crc)]
        for string in self.strings:
            crc = zlib.crc32(string, crc)
            parts += [varint(len(string)), struct.pack("<I", crc), string]
        return b"".join(parts)


def unpack_progressive(codec: str, bitstream: bytes, max_pixels: int) -> Progressive:
    """Return the container in a bitstream of this version; arguments and errors as for `container.unpack`."""
    return _read(codec, bitstream, max_pixels)[0]


def ends(codec: str, bitstream: bytes, max_pixels: int) -> tuple[int, ...]:
    """Return the numbers of bytes after which a progressive bitstream may end, by rising quality; the last is all.

    Raises:
        CodecError: as for `container.unpack`.
    """
    return _read(codec, bitstream, max_pixels)[1]


def _read(codec: str, bitstream: bytes, max_pixels: int) -> tuple[Progressive, tuple[int, ...]]:
    if len(bitstream) < _HEAD.size or bitstream[:2] != MAGIC:
        raise CodecError(f"{codec}: these bytes are not a bitstream of a neural codec of nicviz.")
    _, version, found, model = _HEAD.unpack_from(bitstream)
    check_head(codec, version, VERSION, found)
    (height, width), position = read_numbers(codec, bitstream, _HEAD.size, 2)
    crc = zlib.crc32(bitstream[:position])
    position = _checked(codec, bitstream, position, crc)
    check_picture(codec, height, width, max_pixels)
    strings: list[bytes] = []
    cuts: list[int] = []
    while position < len(bitstream) and len(strings) < MAX_STRINGS:
        (length,), position = read_numbers(codec, bitstream, position, 1)
        string = bitstream[position + CRC_BYTES : position + CRC_BYTES + length]
        if len(string) < max(length, 1):
            raise CodecError(f"{codec}: the bitstream is truncated within an iteration.")
        crc = zlib.crc32(string, crc)
        position = _checked(codec, bitstream, position, crc) + length
        strings.append(string)
        cuts.append(position)
    if not strings or position < len(bitstream):
        raise CodecError(f"{codec}: the bitstream has no or more than {MAX_STRINGS} iterations.")
    return Progressive(codec, model, float(len(strings)), height, width, 0, tuple(strings)), tuple(cuts)


def _checked(codec: str, bitstream: bytes, position: int, crc: int) -> int:
    if bitstream[position : position + CRC_BYTES] != struct.pack("<I", crc):
        raise CodecError(f"{codec}: the bitstream is damaged or truncated (its checksum does not match).")
    return position + CRC_BYTES
