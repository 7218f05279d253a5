"""From a file's bytes to (H, W, 3) uint8 sRGB, with a notice for everything that was not simply expanded."""

import importlib
import io
import struct
import warnings
import zlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import ImageError
from nicviz.images import jpegxl, markers, profile
from nicviz.images.formats import ACCEPTED, JPEG2000, JPEGXL, Format
from nicviz.images.limits import Limits

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

Pixels = NDArray[np.uint8]

# What Pillow and imagecodecs raise for damaged bytes; a defect of the file is not told from one of its reader.
_READER_ERRORS = (
    OSError,
    SyntaxError,  # Pillow's word for "not this format"
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RuntimeError,
    MemoryError,
    EOFError,
    struct.error,
    zlib.error,
)
_ORIENTATION = 0x0112
_FIRST_FRAME = "The file holds several pictures; the first was taken."
_ALPHA = "Transparent parts were laid on white."
_DEEP = "Samples of more than 8 bits were reduced to 8."


def decode(data: bytes, name: str, format_: Format, limits: Limits) -> tuple[Pixels, tuple[str, ...]]:
    """Return (H, W, 3) uint8 sRGB pixels and the notices of what was converted.

    Raises:
        ImageError: damaged or cut short, larger than `limits`, or of samples that have no 8-bit meaning.
    """
    # Pillow warns of damaged metadata in files whose pixels are fine. The filter names Pillow alone and is the same
    # on every call, so that threads cannot disturb each other as with `catch_warnings`.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        pixels, notices = (_decode_jpegxl if format_ is JPEGXL else _decode_pillow)(data, name, format_, limits)
    except ImageError:
        raise
    except _READER_ERRORS as error:
        raise ImageError(
            f"{name} is a damaged or incomplete {format_.name} file ({str(error) or type(error).__name__}). "
            f"Accepted are {ACCEPTED}."
        ) from error
    return np.ascontiguousarray(pixels), tuple(notices)


def _decode_pillow(data: bytes, name: str, format_: Format, limits: Limits) -> tuple[Pixels, list[str]]:
    if format_.reader is None:
        raise ImageError(f"{format_.name} has no reader.")
    module, reader = format_.reader
    image: PillowImage = getattr(importlib.import_module(module), reader)(io.BytesIO(data))
    limits.check_size(image.width, image.height, name)
    notices = [_FIRST_FRAME] if getattr(image, "is_animated", False) else []
    icc = image.info.get("icc_profile") or markers.jpeg2000_profile(data, format_)
    depth = markers.sample_bits(data, format_, image)
    markers.check_complete(data, format_)
    orientation = _orientation(image, notices)
    if format_ is JPEG2000 and depth > 8:
        image = _deep_jpeg2000(data, name, depth)
    image.load()
    if depth > 8:
        notices.append(_DEEP)
    pixels, more = _to_rgb(image, name, depth, icc)
    notices += more
    if not icc and (remark := markers.unread_color(data, format_, image)):
        notices.append(remark)
    if orientation > 1:
        notices.append(f"Turned as the file's EXIF orientation ({orientation}) says.")
        pixels = _turn(pixels, _orientation(image, []))  # asked again, because the TIFF reader turns by itself
    return pixels, notices


def _deep_jpeg2000(data: bytes, name: str, depth: int) -> "PillowImage":
    """Return the upper 8 bits of a JPEG 2000 of more; Pillow would round 65535 up and wrap it to 0."""
    import imagecodecs
    from PIL import Image

    samples = np.asarray(imagecodecs.jpeg2k_decode(data))
    if samples.dtype != np.uint16:
        raise ImageError(f"{name} has samples of {depth} bits ({samples.dtype}). Convert it to 8 or 16 unsigned bits.")
    return Image.fromarray((samples >> (depth - 8)).astype(np.uint8))


def _to_rgb(image: "PillowImage", name: str, depth: int, icc: bytes | None) -> tuple[Pixels, list[str]]:
    """Return RGB pixels of any mode of Pillow's, not yet oriented."""
    from PIL import Image

    notices = []
    if image.mode.startswith("I;16"):
        gray = np.asarray(image).astype(np.uint16) >> 8
        flat = Image.fromarray(gray.astype(np.uint8))
        if "transparency" in image.info:
            notices.append("The transparent color was ignored.")
        alpha = None
    elif image.mode in ("I", "F"):
        kind = "floating-point" if image.mode == "F" else "32-bit"
        raise ImageError(f"{name} has {kind} samples, which have no agreed range. Convert it to 8 or 16 bits.")
    else:
        flat, alpha = _split_alpha(image, depth, notices)
    if flat.mode == "CMYK" and not icc:
        notices.append("Converted from CMYK by the plain formula, because the file has no color profile.")
    if icc:
        flat, remark = profile.to_srgb(flat, icc)
        notices += [remark] if remark else []
    pixels = np.asarray(flat.convert("RGB"))
    if alpha is not None:
        notices.append(_ALPHA)
        pixels = _on_white(pixels, alpha)
    return pixels, notices


def _split_alpha(image: "PillowImage", depth: int, notices: list[str]) -> tuple["PillowImage", Pixels | None]:
    """Return the image in mode L, RGB or CMYK, and its alpha as (H, W), None where all is opaque."""
    if depth > 8 and "transparency" in image.info:  # the transparent color is of 16 bits, the image no longer is
        notices.append("The transparent color was ignored.")
        del image.info["transparency"]
    mode = "L" if image.mode in ("1", "L", "LA", "La") else "CMYK" if image.mode == "CMYK" else "RGB"
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        whole = image.convert("RGBA")
        alpha = np.asarray(whole.getchannel("A"))
        return whole.convert(mode), None if alpha.min() == 255 else alpha
    return image.convert(mode), None


def _on_white(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> Pixels:
    """Return α·pixel + (1 − α)·255 in levels, rounded to nearest."""
    weight = alpha.astype(np.uint32)[..., None]
    laid: Pixels = ((pixels * weight + 255 * (255 - weight) + 127) // 255).astype(np.uint8)
    return laid


def _orientation(image: "PillowImage", notices: list[str]) -> int:
    """Return the EXIF orientation that is still to be applied, 1–8; 1 for none."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except _READER_ERRORS:
        notices.append("The EXIF data is damaged and was ignored.")
        return 1
    return orientation if orientation in range(1, 9) else 1


def _turn(pixels: Pixels, orientation: int) -> Pixels:
    """Return the pixels mirrored and turned as an EXIF orientation asks."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def _decode_jpegxl(data: bytes, name: str, _: Format, limits: Limits) -> tuple[Pixels, list[str]]:
    import imagecodecs

    header = jpegxl.read_header(data)
    limits.check_size(header.width, header.height, name)
    samples = np.asarray(imagecodecs.jpegxl_decode(data, index=0))
    notices = [_FIRST_FRAME] if header.is_animated else []
    if not header.is_srgb:
        notices.append("The color encoding is not sRGB, or cannot be told; the colors were taken as sRGB.")
    if samples.dtype == np.uint16:
        samples = (samples >> 8).astype(np.uint8)
        notices.append(_DEEP)
    if samples.dtype != np.uint8:
        raise ImageError(f"{name} has floating-point samples, which have no agreed range. Convert it to 8 or 16 bits.")
    if samples.ndim == 2:
        samples = samples[..., None]
    channels = samples.shape[2]
    if channels not in (1, 2, 3, 4):
        raise ImageError(f"{name} has {channels} channels; gray or RGB, with or without alpha, is accepted.")
    color = samples[..., : 1 if channels < 3 else 3]
    pixels = np.repeat(color, 3, axis=2) if color.shape[2] == 1 else color
    if channels in (2, 4) and samples[..., -1].min() < 255:
        notices.append(_ALPHA)
        pixels = _on_white(pixels, samples[..., -1])
    return pixels, notices
