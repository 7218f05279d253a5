"""AVIF: libavif (in Pillow) reads the pixels; what is to be done with them is read from the boxes here.

Not libavif in imagecodecs, which corrupts memory where it is asked for the first picture of a sequence.

Orientation and clean aperture are properties of the picture, in the order aperture, turn, mirror (ISO/IEC 23000-22).
"""

import io
import struct
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from nicviz.images import profile
from nicviz.images.boxes import boxes, first
from nicviz.images.raster import DEEP, Raster, Samples
from nicviz.images.readers.pillow import FIRST

# EXIF's number for a turn by 0, 90, 180, 270 degrees to the left, then no mirror, top with bottom, left with right.
_ORIENTATIONS = {None: (1, 8, 3, 6), 0: (4, 5, 2, 7), 1: (2, 7, 4, 5)}


def read(data: bytes, check: Callable[[int, int], None]) -> Raster:
    """Return the picture of an AVIF file, of a sequence its first."""
    from PIL import AvifImagePlugin

    found = _properties(data)
    if b"ispe" not in found:
        raise ValueError("the size of the picture is missing")
    check(*struct.unpack_from(">II", found[b"ispe"], 4))
    notices = [FIRST] if first(data, b"moov") is not None else []
    image = AvifImagePlugin.AvifImageFile(io.BytesIO(data))
    check(image.width, image.height)
    depth = _depth(found)
    if depth > 8:
        notices.append(DEEP.format(depth))  # libavif does it by the same formula
    samples = np.asarray(image if image.mode in ("L", "RGB", "RGBA") else image.convert("RGBA"))
    if b"clap" in found:
        samples = _clean_aperture(samples, found[b"clap"], notices)
    turned = found.get(b"irot", b"\0")[0] & 3
    mirror = found[b"imir"][0] & 1 if found.get(b"imir") else None
    return Raster(
        samples,
        alpha="straight" if image.mode == "RGBA" else None,
        profile=_profile(found, notices),
        orientation=_ORIENTATIONS[mirror][turned],
        notices=notices,
    )


def _properties(data: bytes) -> dict[bytes, bytes]:
    """Return the properties of the primary item by kind; two color boxes are `colrprof` and `colrnclx`."""
    meta = (first(data, b"meta") or bytes(4))[4:]
    primary = first(meta, b"pitm") or bytes(8)
    number = int.from_bytes(primary[4:6] if primary[0] == 0 else primary[4:8], "big")
    known = list(boxes(first(meta, b"iprp", b"ipco") or b""))
    found = {}
    for index in _associated(first(meta, b"iprp", b"ipma") or bytes(8), number):
        if 0 < index <= len(known):
            kind, body = known[index - 1]
            found[kind + body[:4] if kind == b"colr" else kind] = body
    return found


def _associated(box: bytes, item: int) -> list[int]:
    """Return the property numbers of an item in an `ipma` box."""
    wide_item, wide_index = box[0] > 0, box[3] & 1
    position = 8
    for _ in range(int.from_bytes(box[4:8], "big")):
        width = 4 if wide_item else 2
        if position + width >= len(box):
            break
        this, count = int.from_bytes(box[position : position + width], "big"), box[position + width]
        position += width + 1
        step = 2 if wide_index else 1
        if this == item:
            values = [box[at : at + step] for at in range(position, position + step * count, step)]
            return [int.from_bytes(value, "big") & (0x7FFF if wide_index else 0x7F) for value in values]
        position += step * count
    return []


def _depth(found: dict[bytes, bytes]) -> int:
    if b"pixi" in found:
        return found[b"pixi"][5]
    flags = found.get(b"av1C", bytes(3))[2]
    return 12 if flags & 0x20 else 10 if flags & 0x40 else 8


def _clean_aperture(samples: Samples, box: bytes, notices: list[str]) -> Samples:
    """Return the part of the picture that is meant to be seen (ISO/IEC 14496-12, 12.1.4)."""
    values = struct.unpack(">IIIIiIiI", box[:32])
    if all(values[1::2]):
        width, height, across, down = (Fraction(*values[i : i + 2]) for i in (0, 2, 4, 6))
        left = across + (samples.shape[1] - width) / 2
        top = down + (samples.shape[0] - height) / 2
        inside = 0 <= left < left + width <= samples.shape[1] and 0 <= top < top + height <= samples.shape[0]
        if inside and all(value.denominator == 1 for value in (width, height, left, top)):
            return samples[int(top) : int(top + height), int(left) : int(left + width)]
    notices.append("The clean aperture that the file declares does not lie within the picture and was ignored.")
    return samples


def _profile(found: dict[bytes, bytes], notices: list[str]) -> profile.Profile | None:
    for kind in (b"colrprof", b"colrrICC"):
        if kind in found:
            return profile.Profile(found[kind][4:])
    if code := found.get(b"colrnclx"):
        primaries, transfer = struct.unpack_from(">HH", code, 4)
        return profile.of_code_points(primaries, transfer, notices)
    return None
