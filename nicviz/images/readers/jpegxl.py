"""JPEG XL: libjxl (in imagecodecs) reads the samples, turned but not scaled; their depth and more are in the header.

The header is read here (ISO/IEC 18181-1 and -2), because the library does not tell it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nicviz.images.boxes import boxes
from nicviz.images.raster import Raster, check_kind
from nicviz.images.readers.pillow import FIRST

_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_HEADER_BYTES = 4096  # far more than size and metadata take
_D65, _SRGB_PRIMARIES, _SRGB_TRANSFER, _CUSTOM = 1, 1, 13, 2
_RGB, _GRAY = 0, 1
_ALPHA = 0


@dataclass
class JpegXlHeader:
    """Width and height as coded, before any orientation, and what the pixels are."""

    width: int
    height: int
    is_animated: bool = False
    is_srgb: bool = True
    depth: int = 8
    is_float: bool = False
    is_premultiplied: bool = False


class _Bits:
    """Reads bits of the codestream, least significant first; past its end is a `ValueError`."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise ValueError("the JPEG XL header is cut short")
        value = self._value & ((1 << count) - 1)
        self._value >>= count
        self._left -= count
        return value

    def choice(self, *options: tuple[int, int]) -> int:
        """Read a U32 of the standard: two bits choose (offset, number of further bits)."""
        offset, count = options[self.take(2)]
        return offset + self.take(count)

    def enum(self) -> int:
        return self.choice((0, 0), (1, 0), (2, 4), (18, 6))


def size(data: bytes) -> tuple[int, int]:
    """Return width and height as coded."""
    header = read_header(data)
    return header.width, header.height


def read(data: bytes, check: Callable[[int, int], None]) -> Raster:
    """Return the (first) picture of a JPEG XL file."""
    import imagecodecs

    header = read_header(data)
    check(header.width, header.height)
    check_kind("f" if header.is_float else "u", header.depth)
    notices = [FIRST] if header.is_animated else []
    if not header.is_srgb:
        notices.append("The color encoding is not sRGB, or cannot be told; the colors were taken as sRGB.")
    samples = np.asarray(imagecodecs.jpegxl_decode(data, index=0))
    alpha: Literal["straight", "premultiplied"] | None = None
    if samples.ndim == 3 and samples.shape[2] in (2, 4):
        alpha = "premultiplied" if header.is_premultiplied else "straight"
    return Raster(samples, header.depth, alpha, notices=notices)


def read_header(data: bytes) -> JpegXlHeader:
    """Return the header of a JPEG XL file, bare codestream or container.

    Raises:
        ValueError: no codestream, or one that ends within the header.
    """
    bits = _Bits(_codestream(data)[2:_HEADER_BYTES])
    header = JpegXlHeader(*_size(bits))
    if bits.take(1):  # all metadata at their defaults: 8 bits, one frame, sRGB
        return header
    if bits.take(1):
        bits.take(3)  # orientation, which the decoder applies
        if bits.take(1):
            _size(bits)  # intrinsic size
        if bits.take(1):
            _skip_preview(bits)
        header.is_animated = bool(bits.take(1))
        if header.is_animated:
            _skip_animation(bits)
    header.is_float, header.depth = _bit_depth(bits)
    bits.take(1)  # 16-bit buffers suffice
    for _ in range(bits.choice((0, 0), (1, 0), (2, 4), (1, 12))):
        header.is_premultiplied |= _extra_channel(bits)
    bits.take(1)  # XYB
    header.is_srgb = _is_srgb(bits)
    return header


def _codestream(data: bytes) -> bytes:
    """Return the (first part of the) codestream: the file itself, or its first jxlc or jxlp box."""
    if data[:2] == b"\xff\x0a":
        return data
    for kind, body in boxes(data):
        start = 4 if kind == b"jxlp" else 0  # the part's number
        if kind in (b"jxlc", b"jxlp") and body[start : start + 2] == b"\xff\x0a":
            return body[start : start + _HEADER_BYTES]
    raise ValueError("the JPEG XL container holds no codestream")


def _size(bits: _Bits) -> tuple[int, int]:
    is_small = bits.take(1)

    def side() -> int:
        return 8 * (1 + bits.take(5)) if is_small else bits.choice((1, 9), (1, 13), (1, 18), (1, 30))

    height = side()
    ratio = bits.take(3)
    if ratio == 0:
        return side(), height
    numerator, denominator = _RATIOS[ratio - 1]
    return height * numerator // denominator, height


def _skip_animation(bits: _Bits) -> None:
    bits.choice((100, 0), (1000, 0), (1, 10), (1, 30))
    bits.choice((1, 0), (1001, 0), (1, 8), (1, 10))
    bits.choice((0, 0), (0, 3), (0, 16), (0, 32))
    bits.take(1)


def _skip_preview(bits: _Bits) -> None:
    in_eights = bits.take(1)

    def side() -> None:
        if in_eights:
            bits.choice((16, 0), (32, 0), (1, 5), (33, 9))
        else:
            bits.choice((1, 6), (65, 8), (321, 10), (1345, 12))

    side()
    if bits.take(3) == 0:  # no ratio
        side()


def _bit_depth(bits: _Bits) -> tuple[bool, int]:
    """Return whether samples are floating point, and their bits."""
    if bits.take(1):
        depth = bits.choice((32, 0), (16, 0), (24, 0), (1, 6))
        bits.take(4)  # of the exponent
        return True, depth
    return False, bits.choice((8, 0), (10, 0), (12, 0), (1, 6))


def _extra_channel(bits: _Bits) -> bool:
    """Skip the description of an extra channel and return whether it is alpha that colors are multiplied with."""
    if bits.take(1):  # plain alpha of 8 bits
        return False
    kind = bits.enum()
    _bit_depth(bits)
    bits.choice((0, 0), (3, 0), (4, 0), (1, 3))  # how much smaller it is
    bits.take(8 * bits.choice((0, 0), (0, 4), (16, 5), (48, 10)))  # its name
    if kind == _ALPHA:
        return bool(bits.take(1))
    if kind == 2:  # a spot color
        bits.take(64)
    elif kind == 5:  # a color filter array
        bits.choice((1, 0), (0, 2), (3, 4), (19, 8))
    return False


def _is_srgb(bits: _Bits) -> bool:
    """Return whether the color encoding is known to be sRGB."""
    if bits.take(1):  # all defaults: sRGB
        return True
    if bits.take(1):  # an ICC profile
        return False
    space, white = bits.enum(), bits.enum()
    if space not in (_RGB, _GRAY) or white != _D65:
        return False
    if space == _RGB and bits.enum() != _SRGB_PRIMARIES:
        return False
    return not bits.take(1) and bits.enum() == _SRGB_TRANSFER
