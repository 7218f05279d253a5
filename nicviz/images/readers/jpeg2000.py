"""JPEG 2000: OpenJPEG (in imagecodecs) reads the samples, with palette, order of channels and YCC applied.

Depths, alpha and color come from the codestream's header and the boxes (ISO/IEC 15444-1, annexes A and I).
"""

import struct
from collections.abc import Callable
from typing import Literal

import numpy as np

from nicviz.images.boxes import first
from nicviz.images.profile import Profile
from nicviz.images.raster import NotRead, Raster, Samples, check_kind, to_8_bits

_END = b"\xff\xd9"
_CHANNELS = {12: 4, 16: 3, 17: 1, 18: 3}  # of the color spaces CMYK, sRGB, gray and YCC
_KINDS = {1: "straight", 2: "premultiplied"}


def size(data: bytes) -> tuple[int, int]:
    """Return width and height from the codestream's header."""
    return _header(_codestream(data))[0]


def read(data: bytes, check: Callable[[int, int], None]) -> Raster:
    """Return the picture of a JPEG 2000 file, in a container or bare."""
    import imagecodecs

    codestream = _codestream(data)
    (width, height), depths = _header(codestream)
    check(width, height)
    if len(depths) > 5:
        raise NotRead(f"has {len(depths)} channels; gray, RGB or CMYK, with or without alpha, is accepted.")
    if _END not in codestream[-4:]:  # OpenJPEG fills in what is missing
        raise ValueError("the end of the codestream is missing")
    if palette := first(data, b"jp2h", b"pclr"):
        depths = [(value & 0x7F) + 1 for value in palette[3 : 3 + palette[2]]]
    check_kind("u", max(depths))
    samples = np.asarray(imagecodecs.jpeg2k_decode(_without_profile(data)))
    notices: list[str] = []
    if len(set(depths)) > 1:
        samples = _one_depth(samples, depths, notices)
        depths = [8]
    color, profile = _color(first(data, b"jp2h", b"colr"), notices)
    samples, alpha = _opacity(samples, first(data, b"jp2h", b"cdef"), color)
    return Raster(samples, depths[0], alpha, profile, notices=notices)


def _codestream(data: bytes) -> bytes:
    if data[:2] == b"\xff\x4f":
        return data
    codestream = first(data, b"jp2c")
    if codestream is None:
        raise ValueError("there is no codestream")
    return codestream


def _header(codestream: bytes) -> tuple[tuple[int, int], list[int]]:
    """Return (width, height) and the bits of each component, from the marker SIZ."""
    right, bottom, left, top = struct.unpack_from(">4I", codestream, 8)
    (count,) = struct.unpack_from(">H", codestream, 40)
    depths = [(value & 0x7F) + 1 for value in codestream[42 : 42 + 3 * count : 3]]
    if right <= left or bottom <= top or not depths:
        raise ValueError("the header of the codestream declares no pixels")
    return (right - left, bottom - top), depths


def _one_depth(samples: Samples, depths: list[int], notices: list[str]) -> Samples:
    if samples.dtype.kind != "u" or samples.shape[2:] != (len(depths),):
        raise NotRead(f"has channels of {', '.join(map(str, depths))} bits. Convert it to one depth.")
    notices.append(f"Samples of {', '.join(map(str, depths))} bits were brought to 8 bits.")
    return np.dstack([to_8_bits(samples[..., index], depth) for index, depth in enumerate(depths)])


def _without_profile(data: bytes) -> bytes:
    """Return the file with its color profiles hidden: imagecodecs would apply one, without a word and to alpha too."""
    head, mark, rest = data.partition(b"jp2c")
    return head.replace(b"colr\x02", b"free\x02") + mark + rest


def _color(box: bytes | None, notices: list[str]) -> tuple[int, Profile | None]:
    """Return how many channels of color a box colr speaks of, 0 if it does not say, and the profile in it."""
    if box is None:
        return 0, None
    if box[0] in (2, 3):
        return {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}.get(box[19:23], 0), Profile(box[3:])
    space = int.from_bytes(box[3:7], "big")
    if space not in _CHANNELS:
        notices.append("The color encoding is not sRGB, or cannot be told; the colors were taken as sRGB.")
    return _CHANNELS.get(space, 0), None


def _opacity(
    samples: Samples, definition: bytes | None, color: int
) -> tuple[Samples, Literal["straight", "premultiplied"] | None]:
    """Return the samples without channels of no meaning, and what the last one is, if it is opacity.

    Args:
        definition: the box cdef, whose order of colors OpenJPEG applies; without one a channel after gray or RGB is
            opacity.
        color: channels of color, 0 if that is not said.
    """
    channels = samples.shape[2] if samples.ndim == 3 else 1
    if definition is None:
        return samples, "straight" if channels in (2, 4) and color != channels else None
    kinds = [kind for _, kind, _ in struct.iter_unpack(">HHH", definition[2 : 2 + 6 * channels]) if kind]
    if not kinds:
        return samples, None
    opacity: Literal["straight", "premultiplied"] | None = _KINDS.get(kinds[0])  # type: ignore[assignment]
    return samples[..., : channels - len(kinds) + (opacity is not None)], opacity
