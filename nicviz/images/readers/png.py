"""PNG: libpng (in imagecodecs) reads the pixels; the chunks around them are read here (PNG, third edition)."""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

import numpy as np

from nicviz.images import exif, profile
from nicviz.images.raster import Raster
from nicviz.images.readers.pillow import FIRST

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))  # all that libpng gets to see
_META = frozenset((b"acTL", b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"eXIf"))
_MOST_UNPACKED = 64 << 20
_SRGB_GAMMA, _SRGB_CHROMATICITIES = 0.45455, (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)


def size(data: bytes) -> tuple[int, int]:
    """Return width and height from the header."""
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def read(data: bytes, check: Callable[[int, int], None]) -> Raster:
    """Return the picture of a PNG file, of an animated one the still picture."""
    import imagecodecs

    check(*size(data))
    notices: list[str] = []
    kept, meta = [_SIGNATURE], dict[bytes, bytes]()
    for kind, body, chunk in _chunks(data, notices):
        if kind in _PIXELS:
            kept.append(chunk)
        elif kind in _META:
            meta.setdefault(kind, body)
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            meta.update(_text(kind, body))
    if struct.unpack(">I", meta.get(b"acTL", bytes(4))[:4])[0] > 1:
        notices.append(FIRST)
    samples = np.asarray(imagecodecs.png_decode(b"".join(kept)))
    channels = samples.shape[2] if samples.ndim == 3 else 1
    orientation = exif.orientation(meta.get(b"eXIf") or meta.get(b"raw exif"), meta.get(b"xmp"), notices)
    return Raster(
        samples,
        depth=8 * samples.dtype.itemsize,  # libpng expands fewer bits by the same formula
        alpha="straight" if channels in (2, 4) else None,
        profile=_profile(meta, notices),
        orientation=orientation,
        notices=notices,
    )


def _chunks(data: bytes, notices: list[str]) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield (kind, body, whole chunk) up to the end; a wrong checksum is an error unless the chunk may be left out."""
    position = len(_SIGNATURE)
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        chunk = data[position : position + 12 + length]
        if len(chunk) < 12 + length:
            break
        position += len(chunk)
        if zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big"):
            yield kind, chunk[8:-4], chunk
        elif kind[0] & 0x20:  # a small first letter: ancillary
            notices.append(f"The chunk {_shown(kind)} has a wrong checksum and was ignored.")
        else:
            raise ValueError(f"the checksum of the chunk {_shown(kind)} is wrong")
        if kind == b"IEND":
            return
    raise ValueError("the file is cut short")


def _shown(kind: bytes) -> str:
    return kind.decode("ascii") if kind.isalpha() else repr(kind)


def _unpack(packed: bytes) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(packed, _MOST_UNPACKED)
    except zlib.error:
        return None


def _text(kind: bytes, body: bytes) -> dict[bytes, bytes]:
    """Return what a text chunk says of the orientation: an XMP packet, or ImageMagick's EXIF in hexadecimal."""
    keyword, _, text = body.partition(b"\0")
    if kind == b"iTXt" and keyword == b"XML:com.adobe.xmp":
        return {b"xmp": text}
    if keyword == b"Raw profile type exif":
        plain = _unpack(text[1:]) if kind == b"zTXt" else text
        digits = b"".join((plain or b"").split()[2:])  # after "exif" and the length
        return {b"raw exif": bytes.fromhex(digits.decode())} if re.fullmatch(rb"(?:[0-9a-fA-F]{2})+", digits) else {}
    return {}


def _profile(meta: dict[bytes, bytes], notices: list[str]) -> profile.Profile | None:
    """Return the profile of the colors, by the standard's order of preference; None for sRGB."""
    if code := meta.get(b"cICP"):
        return profile.of_code_points(code[0], code[1], notices)
    if packed := meta.get(b"iCCP"):
        name, _, rest = packed.partition(b"\0")
        return profile.Profile(_unpack(rest[1:]) or name)  # a name is no profile, and is reported as such
    gamma = int.from_bytes(meta.get(b"gAMA", b"")[:4], "big") / 100_000 or _SRGB_GAMMA
    corners = tuple(value / 100_000 for value in struct.unpack(">8I", meta.get(b"cHRM", b"")[:32].ljust(32, b"\0")))
    if b"sRGB" in meta or (b"gAMA" not in meta and b"cHRM" not in meta):
        return None
    moved = b"cHRM" in meta and max(abs(a - b) for a, b in zip(corners, _SRGB_CHROMATICITIES, strict=True)) > 0.002
    if not moved and abs(gamma / _SRGB_GAMMA - 1) <= 0.01:
        return None
    exponent = 1 / gamma if b"gAMA" in meta and abs(gamma / _SRGB_GAMMA - 1) > 0.01 else None
    title = (f"gamma of {gamma:g} " if exponent else "") + ("primaries " if moved else "") + "that the file declares"
    return profile.of_primaries(corners if moved else _SRGB_CHROMATICITIES, exponent, f"the {title}", notices)
