"""The files in which a program takes and gives a picture."""

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from nicviz.codecs.base import MEGAPIXEL, Image, no_limit
from nicviz.codecs.program.planes import Levels, to_image, to_planes
from nicviz.errors import CodecError

Kind = Literal["png", "ppm", "yuv444p", "yuv420p"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_MAX_HEADER = 128


@dataclass(frozen=True)
class PictureFile:
    """A kind of picture file.

    Args:
        kind: PNG (8-bit RGB is written; what is read may be any), PPM (P6, 8 bits), or the samples of Y, Cb and Cr one
            plane after the other, in one byte each or, above 8 bits, two, the lower first.
        levels: of the samples in planes.
    """

    kind: Kind = "png"
    levels: Levels = field(default_factory=Levels)

    @property
    def suffix(self) -> str:
        """The ending of its name."""
        return ".yuv" if self.kind.startswith("yuv") else f".{self.kind}"

    def write(self, path: Path, image: Image) -> None:
        """Write an (H, W, 3) image; for "yuv420p" both sides must be even."""
        if self.kind == "png":
            from nicviz.images import encode_png

            path.write_bytes(encode_png(image))
        elif self.kind == "ppm":
            path.write_bytes(b"P6 %d %d 255\n" % (image.shape[1], image.shape[0]) + image.tobytes())
        else:
            with path.open("wb") as file:
                for plane in to_planes(image, self.levels):
                    file.write(plane.astype(self._sample).tobytes())

    def read(self, path: Path, width: int, height: int) -> Image:
        """Return the (height, width, 3) image in a file that a program wrote.

        Raises:
            CodecError: there is none, or one of another size or kind.
        """
        data = read_output(path, 16 * width * height + MEGAPIXEL)
        if self.kind == "png":
            from nicviz.images import Limits, load_bytes

            image = load_bytes(data, "its picture", Limits(no_limit() / MEGAPIXEL, len(data) + 1)).pixels
        elif self.kind == "ppm":
            image = _from_ppm(data)
        else:
            image = self._from_planes(data, width, height)
        if image.shape != (height, width, 3):
            raise CodecError(f"it wrote a picture of {image.shape[1]}×{image.shape[0]} instead of {width}×{height}")
        return image.copy()  # of its own, and writable

    @property
    def _sample(self) -> np.dtype[Any]:
        return np.dtype("u1") if self.levels.bits == 8 else np.dtype("<u2")

    def _from_planes(self, data: bytes, width: int, height: int) -> Image:
        half = 2 if self.levels.halved else 1
        shapes = ((height, width), *((height // half, width // half),) * 2)
        counts = [rows * columns for rows, columns in shapes]
        if len(data) != sum(counts) * self._sample.itemsize:
            expected = sum(counts) * self._sample.itemsize
            raise CodecError(f"it wrote a picture of {len(data)} bytes instead of {expected} ({width}×{height})")
        samples = np.frombuffer(data, self._sample).astype(np.uint16)
        luma, blue, red = np.split(samples, np.cumsum(counts)[:-1])
        return to_image((luma.reshape(shapes[0]), blue.reshape(shapes[1]), red.reshape(shapes[2])), self.levels)


def read_output(path: Path, limit: int) -> bytes:
    """Return the content of a file that a program was to write; raise `CodecError` if it is not one, or too long."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise CodecError(f"it made {path.name}, which is no file")
        if not status.st_size:
            raise CodecError(f"it left {path.name} empty")
        if status.st_size > limit:
            raise CodecError(f"it wrote {status.st_size / 1e6:.0f} MB into {path.name}, more than a picture has")
        return path.read_bytes()
    except FileNotFoundError:
        raise CodecError(f"it wrote no {path.name}") from None
    except OSError as error:
        raise CodecError(f"{path.name} cannot be read: {error.strerror}") from error


def _from_ppm(data: bytes) -> Image:
    """Return the picture of a binary PPM of 8 bits."""
    fields: list[bytes] = []
    at = 0
    while len(fields) < 4 and at < _MAX_HEADER:
        end = at
        while data[end : end + 1].strip():
            end += 1
        if data[at : at + 1] == b"#":
            at = data.find(b"\n", at) + 1 or _MAX_HEADER
            continue
        if end > at:
            fields.append(data[at:end])
        at = end + 1
    if len(fields) < 4 or fields[0] != b"P6" or not all(field.isdigit() for field in fields[1:]):
        raise CodecError("it wrote no binary PPM")
    width, height, most = (int(field) for field in fields[1:])
    if most != 255 or len(data) - at != 3 * width * height:
        raise CodecError(f"it wrote a PPM of {width}×{height}, maximum {most}, with {len(data) - at} bytes of pixels")
    return np.frombuffer(data, np.uint8, offset=at).reshape(height, width, 3)
