"""From a file's bytes to (H, W, 3) uint8 sRGB, with a notice for everything that was not simply expanded."""

import importlib
import struct
import warnings
import zlib

from nicviz.errors import ImageError
from nicviz.images.formats import ACCEPTED, Format
from nicviz.images.limits import Limits
from nicviz.images.raster import NotRead, Pixels, Raster, to_pixels

# What the libraries raise for damaged bytes; a defect of the file is not told from one of its reader.
READER_ERRORS = (
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
_LONGEST_REASON = 200


def decode(data: bytes, name: str, format_: Format, limits: Limits) -> tuple[Pixels, tuple[str, ...]]:
    """Return (H, W, 3) uint8 sRGB pixels and the notices of what was converted.

    Raises:
        ImageError: damaged or cut short, larger than `limits`, or of samples that have no 8-bit meaning.
    """
    # Pillow warns of damaged metadata in files whose pixels are fine. The filter names Pillow alone and is the same
    # on every call, so that threads cannot disturb each other as with `catch_warnings`.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    reader = importlib.import_module(f"nicviz.images.readers.{format_.reader}")

    def check(width: int, height: int) -> None:
        limits.check_size(width, height, name)

    try:
        raster: Raster = reader.read(data, check)
        pixels, notices = to_pixels(raster)
    except ImageError:
        raise
    except NotRead as error:
        raise ImageError(f"{name} {error}") from error
    except READER_ERRORS as error:
        reason = " ".join(str(error).split())[:_LONGEST_REASON] or type(error).__name__
        raise ImageError(
            f"{name} is a damaged or incomplete {format_.name} file ({reason}). Accepted are {ACCEPTED}."
        ) from error
    return pixels, tuple(notices)
