"""The header of a JPEG XL file: its size and color encoding, read without decoding (ISO/IEC 18181-1 and -2)."""

from dataclasses import dataclass

_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_HEADER_BYTES = 4096  # far more than size and metadata take
_D65, _SRGB_PRIMARIES, _SRGB_TRANSFER, _CUSTOM = 1, 1, 13, 2
_RGB, _GRAY = 0, 1


@dataclass(frozen=True)
class JpegXlHeader:
    """Width and height as coded, before any orientation, and what the pixels are."""

    width: int
    height: int
    is_animated: bool
    is_srgb: bool


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


def read_header(data: bytes) -> JpegXlHeader:
    """Return the header of a JPEG XL file, bare codestream or container.

    Raises:
        ValueError: no codestream, or one that ends within the header.
    """
    bits = _Bits(_codestream(data)[2:_HEADER_BYTES])
    width, height = _size(bits)
    if bits.take(1):  # all metadata at their defaults: 8 bits, one frame, sRGB
        return JpegXlHeader(width, height, is_animated=False, is_srgb=True)
    is_animated = has_preview = False
    if bits.take(1):
        bits.take(3)  # orientation, which the decoder applies
        if bits.take(1):
            _size(bits)  # intrinsic size
        has_preview = bool(bits.take(1))
        if not has_preview:
            is_animated = bool(bits.take(1))
            if is_animated:
                _skip_animation(bits)
    return JpegXlHeader(width, height, is_animated, is_srgb=not has_preview and _is_srgb(bits))


def _codestream(data: bytes) -> bytes:
    """Return the (first part of the) codestream: the file itself, or its first jxlc or jxlp box."""
    if data[:2] == b"\xff\x0a":
        return data
    position = 0
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        start = position + 8
        if length == 1:
            length = int.from_bytes(data[start : start + 8], "big")
            start += 8
        end = position + length if length else len(data)
        start += 4 if kind == b"jxlp" else 0  # the part's number
        if kind in (b"jxlc", b"jxlp") and data[start : start + 2] == b"\xff\x0a":
            return data[start : min(end, start + _HEADER_BYTES)]
        if end < start:
            break
        position = end
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


def _is_srgb(bits: _Bits) -> bool:
    """Return whether the color encoding, which follows depth and extra channels, is known to be sRGB."""
    if bits.take(1):  # floating point
        bits.choice((32, 0), (16, 0), (24, 0), (1, 6))
        bits.take(4)
    else:
        bits.choice((8, 0), (10, 0), (12, 0), (1, 6))
    bits.take(1)  # 16-bit buffers suffice
    for _ in range(bits.choice((0, 0), (1, 0), (2, 4), (1, 12))):
        if not bits.take(1):  # an extra channel other than plain 8-bit alpha has a long description
            return False
    bits.take(1)  # XYB
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
