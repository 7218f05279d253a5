"""The image formats that are read, recognized by their first bytes and never by the file's name."""

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True)
class Format:
    """A file format: its name, the usual extensions, and the module of `nicviz.images.readers` that reads it."""

    name: str
    extensions: tuple[str, ...]
    reader: str


PNG = Format("PNG", (".png", ".apng"), "png")
JPEG = Format("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".jls"), "jpeg")
WEBP = Format("WebP", (".webp",), "pillow")
TIFF = Format("TIFF", (".tif", ".tiff"), "tiff")
BMP = Format("BMP", (".bmp", ".dib"), "pillow")
AVIF = Format("AVIF", (".avif", ".avifs"), "avif")
JPEG2000 = Format("JPEG 2000", (".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"), "jpeg2000")
JPEGXL = Format("JPEG XL", (".jxl",), "jpegxl")

FORMATS = (PNG, JPEG, WEBP, TIFF, BMP, AVIF, JPEGXL, JPEG2000)
ACCEPTED = "PNG, JPEG, WebP, TIFF, BMP, AVIF, JPEG XL and JPEG 2000"
EXTENSIONS = frozenset(extension for format_ in FORMATS for extension in format_.extensions)

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"BM", BMP),
    (b"\xff\x4f\xff\x51", JPEG2000),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", JPEG2000),
    (b"\xff\x0a", JPEGXL),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", JPEGXL),
)


def sniff(data: bytes) -> Format | None:
    """Return the format that the first bytes announce, or None."""
    for signature, format_ in _SIGNATURES:
        if data.startswith(signature):
            return format_
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and any(brand in data[8 : int.from_bytes(data[:4], "big")] for brand in (b"avif", b"avis")):
        return AVIF
    return None


def extension_notice(name: str, format_: Format) -> str | None:
    """Return a sentence if the extension of `name` is one of another format, else None."""
    extension = PurePath(name).suffix.lower()
    if extension in EXTENSIONS - set(format_.extensions):
        return f"The name ends in {extension}, but the file is {format_.name}; it was read as {format_.name}."
    return None
