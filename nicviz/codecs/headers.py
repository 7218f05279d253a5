"""Width and height that a bitstream claims, read before a decoder allocates anything.

Each reader knows one format as the codecs here write it (one frame, 8-bit RGB in, no metadata) and is as
strict as that allows: what the format lets it check of the bitstream's ends and lengths is checked here, because some
decoders fill a missing end with gray. All raise `ValueError` or `struct.error` with the reason.
"""

import struct
import zlib

from nicviz.codecs.guard import Size

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_BASELINE, _JPEG_SCAN = 0xC0, 0xDA
_END_OF_JPEG = b"\xff\xd9"  # EOI of JPEG and EOC of JPEG 2000


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise ValueError(reason)


def png_size(data: bytes) -> Size:
    """Return the size in a PNG (ISO/IEC 15948) of IHDR, IDAT and IEND chunks; all checksums are verified."""
    _require(data.startswith(_PNG_SIGNATURE), "not a PNG signature")
    names, offset = [], len(_PNG_SIGNATURE)
    while offset < len(data):
        length, name = struct.unpack_from(">I4s", data, offset)
        _require(offset + 12 + length <= len(data), "the file is truncated")
        (checksum,) = struct.unpack_from(">I", data, offset + 8 + length)
        _require(zlib.crc32(data[offset + 4 : offset + 8 + length]) == checksum, f"bad checksum in chunk {name!r}")
        names.append(name)
        offset += 12 + length
    _require(len(names) > 2 and set(names[1:-1]) == {b"IDAT"}, "unexpected chunks")
    _require(names[0] == b"IHDR" and names[-1] == b"IEND", "the file is truncated")
    width, height, *rest = struct.unpack_from(">II5B", data, 16)
    _require(rest == [8, 2, 0, 0, 0], "not a plain 8-bit RGB PNG")
    return width, height


def jpeg_size(data: bytes) -> Size:
    """Return the size in the frame header of a baseline JPEG (ITU-T T.81, B.2.2) of three components."""
    _require(data.startswith(b"\xff\xd8"), "not a JPEG start marker")
    _require(data.endswith(_END_OF_JPEG), "the end marker is missing: truncated")
    offset = 2
    while True:
        prefix, marker, length = struct.unpack_from(">BBH", data, offset)
        _require(prefix == 0xFF and marker != _JPEG_SCAN and length >= 2, "no frame header before the scan")
        if marker == _JPEG_BASELINE:
            precision, height, width, components = struct.unpack_from(">BHHB", data, offset + 4)
            _require(precision == 8 and components == 3, "not an 8-bit JPEG of three components")
            return width, height
        offset += 2 + length


def jpeg2000_size(data: bytes) -> Size:
    """Return the size in a JPEG 2000 codestream (ITU-T T.800, A.5.1 and A.6.1) of one tile, coded as `pillow` does.

    The coding style is checked because a hostile one (many levels on a thin image) costs the decoder gigabytes.
    """
    _require(data.startswith(b"\xff\x4f\xff\x51"), "not a JPEG 2000 codestream")
    _require(data.endswith(_END_OF_JPEG), "the end marker is missing: truncated")
    width, height = struct.unpack_from(">II", data, 8)
    expected = struct.pack(">HHIIIIIIIIH9B", 47, 0, width, height, 0, 0, width, height, 0, 0, 3, *(7, 1, 1) * 3)
    _require(data[4:51] == expected, "not one tile of three 8-bit components")
    style, levels, blocks = data[51:60], data[60], data[61:65]
    one_layer_with_color_transform, blocks_of_64_and_wavelet_9_7 = b"\xff\x52\0\x0c\0\0\0\1\1", b"\4\4\0\0"
    _require(
        style == one_layer_with_color_transform and blocks == blocks_of_64_and_wavelet_9_7, "unexpected coding style"
    )
    _require(levels <= 5 and 1 << levels <= min(width, height), "too many wavelet levels")
    return width, height


def webp_size(data: bytes) -> Size:
    """Return the size in the key frame of a lossy WebP (RFC 9649, 2.5; frame header RFC 6386, 9.1)."""
    riff, riff_length, webp, chunk, chunk_length = struct.unpack_from("<4sI4s4sI", data)
    _require((riff, webp, chunk) == (b"RIFF", b"WEBP", b"VP8 "), "not a lossy WebP")
    _require(riff_length == len(data) - 8 and 0 <= riff_length - 12 - chunk_length <= 1, "truncated, or too long")
    tag, start_code, width, height = struct.unpack_from("<B2x3sHH", data, 20)
    _require(not tag & 1 and start_code == b"\x9d\x01\x2a", "no key frame")
    return width & 0x3FFF, height & 0x3FFF


def jpegxl_size(data: bytes) -> Size:
    """Return the size in a JPEG XL codestream (ISO/IEC 18181-1, SizeHeader)."""
    _require(data.startswith(b"\xff\x0a") and len(data) > 14, "not a JPEG XL codestream")
    bits = int.from_bytes(data[2:14], "little")

    def take(count: int) -> int:
        nonlocal bits
        value, bits = bits & ((1 << count) - 1), bits >> count
        return value

    small = take(1)

    def side() -> int:
        return 8 * (take(5) + 1) if small else take((9, 13, 18, 30)[take(2)]) + 1

    height = side()
    ratio = take(3)
    if ratio == 0:
        return side(), height
    over, under = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))[ratio - 1]
    return height * over // under, height


def avif_size(data: bytes) -> Size:
    """Return the size of a still AVIF; container and AV1 sequence header (AV1 specification, 5.5.1) must agree."""
    boxes, offset = {}, 0
    while offset < len(data):
        length, kind = struct.unpack_from(">I4s", data, offset)
        _require(8 <= length <= len(data) - offset, "truncated, or not an AVIF")
        boxes[kind] = data[offset + 8 : offset + length]
        offset += length
    _require(list(boxes) == [b"ftyp", b"meta", b"mdat"] and boxes[b"ftyp"].startswith(b"avif"), "not a still AVIF")
    width, height = struct.unpack_from(">II", boxes[b"meta"], boxes[b"meta"].index(b"ispe\0\0\0\0") + 8)
    _require(av1_size(boxes[b"mdat"]) == (width, height), "container and AV1 stream differ in size")
    return width, height


def av1_size(stream: bytes) -> Size:
    """Return the size in the sequence header that opens an AV1 still picture."""
    temporal_delimiter, sequence_header = b"\x12\x00", b"\x0a"
    _require(stream.startswith(temporal_delimiter + sequence_header) and len(stream) > 12, "no AV1 sequence header")
    bits = f"{int.from_bytes(stream[4:12], 'big'):064b}"
    _require(bits[3:5] == "11", "not an AV1 still picture with reduced header")
    width_bits, height_bits = int(bits[10:14], 2) + 1, int(bits[14:18], 2) + 1
    width, height = bits[18 : 18 + width_bits], bits[18 + width_bits : 18 + width_bits + height_bits]
    return int(width, 2) + 1, int(height, 2) + 1
