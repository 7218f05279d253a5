"""An image that was read, with what there is to say about it."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import ImageError
from nicviz.images.decoding import decode
from nicviz.images.formats import ACCEPTED, extension_notice, sniff
from nicviz.images.limits import Limits
from nicviz.images.names import LONGEST, printable


@dataclass(frozen=True, eq=False)
class LoadedImage:
    """A name (made printable), (H, W, 3) uint8 sRGB pixels (made read-only) and sentences on what was converted."""

    name: str
    pixels: NDArray[np.uint8]
    notices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.pixels.setflags(write=False)
        object.__setattr__(self, "name", printable(self.name, LONGEST))

    @cached_property
    def sha256(self) -> str:
        """The `content_hash` of the pixels."""
        return content_hash(self.pixels)


def content_hash(image: NDArray[np.uint8]) -> str:
    """Return the SHA-256 over shape and pixels, in hexadecimal; equal for equal arrays whatever file they came from."""
    digest = hashlib.sha256("×".join(map(str, image.shape)).encode())
    digest.update(np.ascontiguousarray(image).data)
    return digest.hexdigest()


def load_bytes(data: bytes, name: str, limits: Limits | None = None) -> LoadedImage:
    """Return the image in a file's bytes; the format is told by the content.

    Args:
        data: a whole PNG, JPEG, WebP, TIFF, BMP, AVIF, JPEG XL or JPEG 2000 file.
        name: what messages call it; a wrong extension is a notice.
        limits: checked before anything is decoded; those of the environment by default.

    Raises:
        ImageError: empty, too large, of no accepted format, damaged or cut short.
    """
    limits = limits or Limits.from_env()
    name = printable(name, LONGEST)
    if not data:
        raise ImageError(f"{name} is empty. Accepted are {ACCEPTED}.")
    limits.check_bytes(len(data), name)
    format_ = sniff(data)
    if format_ is None:
        raise ImageError(f"{name} is no image that is known here. Accepted are {ACCEPTED}.")
    pixels, notices = decode(data, name, format_, limits)
    wrong_name = extension_notice(name, format_)
    return LoadedImage(name, pixels, ((wrong_name,) if wrong_name else ()) + notices)


def load_file(path: str | Path, limits: Limits | None = None) -> LoadedImage:
    """Return the image in a file, named by the file's name; its size is checked before it is read.

    Raises:
        ImageError: as in `load_bytes`, or a file that cannot be read.
    """
    limits = limits or Limits.from_env()
    path = Path(path)
    try:
        if not path.is_file():
            raise ImageError(f"There is no image file {printable(str(path))}.")
        limits.check_bytes(path.stat().st_size, printable(path.name, LONGEST))
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"{printable(str(path))} cannot be read: {error.strerror}.") from error
    return load_bytes(data, path.name, limits)
