"""Which way up a picture is, as its EXIF or XMP data says."""

import re

DAMAGED = "The EXIF data is damaged and was ignored."
_ORIENTATION = 0x0112
_IN_XMP = re.compile(rb"tiff:Orientation(?:=\"|>)([1-8])")


def orientation(exif: bytes | None, xmp: bytes | None, notices: list[str]) -> int:
    """Return the orientation, 1–8, of an EXIF block (with or without "Exif" before it), else of an XMP packet, else 1.

    A block that cannot be read is added to `notices`.
    """
    from PIL import Image

    found: object = None
    if exif:
        tags = Image.Exif()
        try:
            tags.load(exif)
            found = tags.get(_ORIENTATION)
        except (SyntaxError, ValueError, TypeError, LookupError, OSError, ArithmeticError, RuntimeError):
            notices.append(DAMAGED)
        if isinstance(found, int) and 1 <= found <= 8:
            return found
    match = _IN_XMP.search(xmp or b"")
    return int(match[1]) if match else 1
