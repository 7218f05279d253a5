"""The bitstream container of neural codecs: what the entropy decoder needs to start, and a check before it does.

    strings of the latents ──▶ Container ── pack ──▶ bitstream ── unpack: CRC, codec, lengths ──▶ Container
    guard over scale indexes ───┘                                                                │
    model, quality, size ───────┘              model and guard agree with those here ──▶ entropy decoder

Layout, little endian; a varint has seven bits a byte, lowest first::

    2  b"nv"            4  model: first bytes of a hash over weights and entropy tables
    1  version          4  quality, float32
    2  codec            4  guard: CRC-32 of the scale indexes of the main latent (0 where there are none)
    v  height, width    1  number of strings
    v  length of each string, the strings, and 4 bytes CRC-32 of all before

CompressAI's entropy decoder reads past the end of a short string and crashes on an empty one; so nothing reaches it
before CRC, lengths and model agree. The guard catches the other way to lose step: a decoder whose hyper-synthesis gives
other scales than the encoder's (another device, another version of a library).
"""

import math
import struct
import zlib
from dataclasses import dataclass

from nicviz.codecs.varint import read_varints, varint
from nicviz.errors import CodecError

_HEAD = struct.Struct("<2sBHIfI")
MAGIC = b"nv"
_VERSION = 1
CRC_BYTES = 4
MAX_STRINGS = 3
_STRIDE = 64


@dataclass(frozen=True)
class Container:
    """One coded image.

    Args:
        codec: name of the codec.
        model: 32 bits that tell weights and entropy tables apart.
        quality: native quality, kept as float32.
        height, width: of the image, before padding.
        guard: CRC-32 of the scale indexes.
        strings: what the entropy coder wrote; each a positive multiple of 4 bytes.
    """

    codec: str
    model: int
    quality: float
    height: int
    width: int
    guard: int
    strings: tuple[bytes, ...]

    def pack(self) -> bytes:
        """Return the bitstream."""
        parts = [
            _HEAD.pack(MAGIC, _VERSION, codec_tag(self.codec), self.model, self.quality, self.guard),
            varint(self.height),
            varint(self.width),
            bytes([len(self.strings)]),
            *(varint(len(string)) for string in self.strings),
            *self.strings,
        ]
        body = b"".join(parts)
        return body + struct.pack("<I", zlib.crc32(body))


def codec_tag(name: str) -> int:
    """Return the 16 bits that stand for a codec's name."""
    return zlib.crc32(name.encode()) & 0xFFFF


def unpack(codec: str, bitstream: bytes, max_pixels: int) -> Container:
    """Return the container in `bitstream`.

    Args:
        codec: name of the codec that is to decode it.
        bitstream: any bytes.
        max_pixels: more pixels than that are refused.

    Raises:
        CodecError: the bytes are damaged, not a container, another codec's, or of an absurd size.
    """
    from nicviz.codecs.neural.entropy import progressive  # which builds on this file

    if len(bitstream) < _HEAD.size + CRC_BYTES or bitstream[:2] != MAGIC:
        raise CodecError(f"{codec}: these bytes are not a bitstream of a neural codec of nicviz.")
    if bitstream[2] == progressive.VERSION:
        return progressive.unpack_progressive(codec, bitstream, max_pixels)
    body, crc = bitstream[:-CRC_BYTES], bitstream[-CRC_BYTES:]
    if struct.unpack("<I", crc)[0] != zlib.crc32(body):
        raise CodecError(f"{codec}: the bitstream is damaged or truncated (its checksum does not match).")
    _, version, tag, model, quality, guard = _HEAD.unpack_from(body)
    check_head(codec, version, _VERSION, tag)
    if not math.isfinite(quality):
        raise CodecError(f"{codec}: the bitstream names the quality {quality}.")
    (height, width), position = read_numbers(codec, body, _HEAD.size, 2)
    check_picture(codec, height, width, max_pixels)
    strings = _strings(codec, body, position)
    return Container(codec, model, quality, height, width, guard, strings)


def check_head(codec: str, version: int, known: int, tag: int) -> None:
    """Raise `CodecError` if a bitstream is of another version or codec."""
    if version != known:
        raise CodecError(f"{codec}: the bitstream has version {version}; this nicviz reads version {known}.")
    if tag != codec_tag(codec):
        raise CodecError(f"{codec}: the bitstream was made by another codec.")


def check_picture(codec: str, height: int, width: int, max_pixels: int) -> None:
    """Raise `CodecError` if a bitstream names an absurd size."""
    if not (height > 0 and width > 0 and height * width <= max_pixels and not is_thin(height, width, max_pixels)):
        raise CodecError(
            f"{codec}: the bitstream names a size of {width}×{height}; at most {max_pixels} pixels are taken."
        )


def is_thin(height: int, width: int, max_pixels: int) -> bool:
    """Return whether a picture is so thin that a network, whose strides pad both sides, takes twice the most pixels."""
    return -(-height // _STRIDE) * -(-width // _STRIDE) * _STRIDE**2 > 2 * max_pixels + _STRIDE**2


def _strings(codec: str, body: bytes, position: int) -> tuple[bytes, ...]:
    count = body[position] if position < len(body) else 0
    if not 1 <= count <= MAX_STRINGS:
        raise CodecError(f"{codec}: the bitstream has {count} strings; 1 to {MAX_STRINGS} are possible.")
    lengths, position = read_numbers(codec, body, position + 1, count)
    if sum(lengths) != len(body) - position or any(length == 0 or length % 4 for length in lengths):
        raise CodecError(f"{codec}: the lengths in the bitstream do not fit its size.")
    strings = []
    for length in lengths:
        strings.append(body[position : position + length])
        position += length
    return tuple(strings)


def read_numbers(codec: str, body: bytes, position: int, count: int) -> tuple[list[int], int]:
    """Return so many varints from a position on, and where they end; `CodecError` where they do not."""
    try:
        return read_varints(body, position, count)
    except ValueError as error:
        raise CodecError(f"{codec}: the bitstream {error}.") from error
