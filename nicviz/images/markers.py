"""What Pillow does not tell about a file: bit depth, color signals that it leaves unread, a missing end."""

from typing import TYPE_CHECKING, Any

from nicviz.images.formats import AVIF, JPEG2000, PNG, TIFF, Format

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

_TIFF_BITS_PER_SAMPLE = 258
_J2K_START, _J2K_END = b"\xff\x4f\xff\x51", b"\xff\xd9"
_HEADER_BYTES = 65_536
_SRGB_GAMMA = 1 / 2.2
_BT709_PRIMARIES, _UNSPECIFIED = 1, 2
_SDR_TRANSFERS = (1, 2, 6, 13, 14, 15)  # ITU-T H.273: BT.709 and its kin, unspecified, sRGB


def sample_bits(data: bytes, format_: Format, image: "PillowImage") -> int:
    """Return the bits per sample that the file declares; 8 where the format has no more or does not say."""
    if format_ is PNG:
        return data[24]
    if format_ is TIFF:
        tags: Any = getattr(image, "tag_v2", {})
        return int(max(tags.get(_TIFF_BITS_PER_SAMPLE, (8,))))
    if format_ is JPEG2000:
        start = data.find(_J2K_START)
        return (data[start + 42] & 0x7F) + 1 if 0 <= start < len(data) - 42 else 8
    if format_ is AVIF:
        start = data.find(b"av1C", 0, _HEADER_BYTES)
        return 10 if 0 <= start < len(data) - 6 and data[start + 6] & 0x40 else 8
    return 8


def check_complete(data: bytes, format_: Format) -> None:
    """Raise `ValueError` for a JPEG 2000 file without its end marker; its reader fills in what is missing."""
    if format_ is JPEG2000 and _J2K_END not in data[-4:]:
        raise ValueError("the end of the codestream is missing")


def jpeg2000_profile(data: bytes, format_: Format) -> bytes | None:
    """Return the ICC profile of a JPEG 2000 file (box colr, method 2 or 3), which Pillow leaves unread."""
    start = data.find(b"colr", 0, _HEADER_BYTES)
    if format_ is not JPEG2000 or start < 4 or data[start + 4 : start + 5] not in (b"\x02", b"\x03"):
        return None
    length = int.from_bytes(data[start - 4 : start], "big")
    return data[start + 7 : start - 4 + length]


def unread_color(data: bytes, format_: Format, image: "PillowImage") -> str | None:
    """Return a notice where the file announces colors other than sRGB in a way that is not converted."""
    if format_ is AVIF:
        start = data.find(b"colrnclx", 0, _HEADER_BYTES)
        primaries = int.from_bytes(data[start + 8 : start + 10], "big")
        transfer = int.from_bytes(data[start + 10 : start + 12], "big")
        if start >= 0 and not (primaries in (_BT709_PRIMARIES, _UNSPECIFIED) and transfer in _SDR_TRANSFERS):
            return f"The colors (H.273 primaries {primaries}, transfer {transfer}) were taken as sRGB."
    gamma = image.info.get("gamma")
    if format_ is PNG and gamma and "srgb" not in image.info and abs(gamma / _SRGB_GAMMA - 1) > 0.01:
        return f"The gamma of {gamma:g} that the file declares was ignored; the colors were taken as sRGB."
    return None
