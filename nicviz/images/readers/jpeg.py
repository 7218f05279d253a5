"""JPEG of 8 and 12 bits, lossless JPEG and JPEG-LS: libjpeg-turbo and CharLS (in imagecodecs) read the pixels.

The markers are walked here, for metadata and because libjpeg fills up a file that is cut short without a word.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from nicviz.images import exif
from nicviz.images.profile import embedded
from nicviz.images.raster import NotRead, Raster
from nicviz.images.readers.pillow import FIRST

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
_JPEG_LS, _PROGRESSIVE = 0xF7, (0xC2, 0xCA)
_SCAN, _END = 0xDA, 0xD9
_AFTER_SCAN = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")  # all but stuffed bytes and restart markers
_END_MARKER = b"\xff\xd9"
_NO_END = "The end marker of the file is missing; the pixels are all there."


@dataclass
class _Header:
    process: int = 0
    depth: int = 0
    width: int = 0
    height: int = 0
    components: bytes = b""
    segments: list[tuple[int, bytes]] = field(default_factory=list)
    left: dict[tuple[int, int], int] = field(default_factory=dict)
    """For each component and frequency of which something was coded, the bits that are still to come."""
    ended: bool = False

    def application(self, number: int, prefix: bytes) -> list[bytes]:
        """Return the bodies of the APP segments of that number that begin so, without the beginning."""
        found = [body for marker, body in self.segments if marker == 0xE0 + number and body.startswith(prefix)]
        return [body[len(prefix) :] for body in found]


def size(data: bytes) -> tuple[int, int]:
    """Return width and height from the frame header."""
    header = _walk(data)
    return header.width, header.height


def read(data: bytes, check: Callable[[int, int], None]) -> Raster:
    """Return the (first) picture of a JPEG file."""
    import imagecodecs

    header = _walk(data)
    check(header.width, header.height)
    if len(header.components) not in (1, 3, 4):
        raise NotRead(f"has {len(header.components)} channels; JPEG of 1, 3 or 4 is read.")
    notices = [FIRST] if header.application(2, b"MPF\0") else []
    if not header.ended:
        _check_without_end(data, header)
        notices.append(_NO_END)
        data = data.rstrip(b"\xff") + _END_MARKER
    decode = imagecodecs.jpegls_decode if header.process == _JPEG_LS else imagecodecs.jpeg8_decode
    samples = np.asarray(decode(data))
    if len(header.components) == 4:
        samples = 2**header.depth - 1 - samples  # in JPEG files full ink is 0, as Adobe began
    xmp = header.application(1, b"http://ns.adobe.com/xap/1.0/\0")
    blocks = header.application(1, b"Exif\0\0")
    parts = header.application(2, b"ICC_PROFILE\0")  # each with its number and how many they are
    icc = b"".join(part[2:] for part in sorted(parts, key=lambda part: part[:1]))
    orientation = exif.orientation(b"".join(blocks[:1]), b"".join(xmp[:1]), notices)
    return Raster(samples, header.depth, None, embedded(icc), orientation, notices)


def _walk(data: bytes) -> _Header:
    """Return what the markers say, up to the end of the picture."""
    header = _Header()
    position = 2
    while position + 4 <= len(data) or data[position : position + 2] == _END_MARKER:
        if data[position] != 0xFF:  # libjpeg skips what is between the segments, too
            position = data.find(b"\xff", position)
            if position < 0:
                break
            continue
        marker = data[position + 1]
        if marker == _END:
            header.ended = True
            break
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD8:  # fill bytes and markers without a body
            position += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        body = data[position + 4 : position + 2 + length]
        if length < 2 or len(body) < length - 2:
            break
        position += 2 + length
        header.segments.append((marker, body))
        if marker in _FRAMES and not header.process:
            header.process, (header.depth, header.height, header.width) = marker, struct.unpack_from(">BHH", body)
            header.components = body[6 : 6 + 3 * body[5] : 3]
        elif marker == _SCAN:
            _note_scan(header, body)
            after = _AFTER_SCAN.search(data, position)
            position = after.start() if after else len(data)
    if not header.process or not header.width or not header.height:
        raise ValueError("there is no frame header with a size")
    return header


def _note_scan(header: _Header, body: bytes) -> None:
    start, end, precision = body[-3:]
    for component in body[1 : 1 + 2 * body[0] : 2]:
        for frequency in range(start, min(end, 63) + 1) if header.process in _PROGRESSIVE else (0,):
            header.left[component, frequency] = precision & 15 if header.process in _PROGRESSIVE else 0


def _check_without_end(data: bytes, header: _Header) -> None:
    """Raise `ValueError` unless all pixels are in a file without its end marker.

    All scans must have begun, and what comes after the last byte must not matter to the picture.
    """
    import imagecodecs

    frequencies = range(64) if header.process in _PROGRESSIVE else range(1)
    if any(header.left.get((component, k), 1) for component in header.components for k in frequencies):
        raise ValueError("the file is cut short: scans are missing")
    if header.process == _JPEG_LS:
        return  # CharLS tells by itself
    whole = data.rstrip(b"\xff")
    zeros, ones = (imagecodecs.jpeg8_decode(whole + bits * 64 + _END_MARKER) for bits in (b"\x00", b"\xfe"))
    if not np.array_equal(zeros, ones):
        raise ValueError("the file is cut short")
