"""A codec that is two commands of a program, one that encodes and one that decodes."""

import math
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from nicviz.codecs.base import MEGAPIXEL, Availability, Codec, Family, Image, Placement, QualityScale, always
from nicviz.codecs.program import wrapping
from nicviz.codecs.program.picture_file import PictureFile, read_output
from nicviz.codecs.program.run import Limits, private_folder, run
from nicviz.codecs.reference import CodecReference
from nicviz.errors import CodecError, ImageError

ENCODING = frozenset({"input", "bitstream", "quality", "width", "height", "here"})
DECODING = frozenset({"bitstream", "output", "width", "height", "here"})
_FIXED_BYTES = 256 * MEGAPIXEL  # beside the picture a program may write tables, models, logs
_BYTES_PER_PIXEL = 64


def find_program(name: str) -> Path:
    """Return the path of a program on PATH, or of a file; raise `CodecError` if there is none that may be run."""
    found = sys.executable if name == "{python}" else shutil.which(name)
    if found is None:
        kind = "is no program file that may be run" if Path(name).is_absolute() else "is not on the PATH"
        raise CodecError(f"{name} {kind}.")
    return Path(found).absolute()


@dataclass(frozen=True)
class Program:
    """What is to be known of a program to make a codec of it.

    Args:
        name, title, family, description, scale, ladder, suffix, cost, pixel_limit: of the codec, see `Codec`.
        encode, decode: program and arguments. In them {input}, {bitstream} and {output} are paths, {quality} the
            native quality, {width} and {height} those of the picture in the file, {here} the folder `here`.
        input, output: the picture files that `encode` takes and `decode` gives.
        stream: what the bitstream is; programs whose streams are one kind decode each other's.
        multiple, least_side: a picture is continued with its last row and column to sides that are multiples of
            `multiple`, and at least `least_side`; what was added is cut off after decoding.
        seconds: after which a command is ended.
        memory_bytes: of address space that `decode` may take; None for no limit.
        hint: what may be why encoding failed, a sentence.
        here: the folder that {here} stands for.
        find: the path of the program that the first word of a command names; `CodecError` if there is none.
    """

    name: str
    title: str
    family: Family
    description: str
    encode: tuple[str, ...]
    decode: tuple[str, ...]
    input: PictureFile
    output: PictureFile
    scale: QualityScale | None
    ladder: tuple[float, ...]
    stream: str
    suffix: str
    cost: float
    multiple: int = 1
    least_side: int = 1
    seconds: float = 600.0
    memory_bytes: int | None = None
    pixel_limit: int = 24 * MEGAPIXEL
    hint: str = ""
    here: Path = Path()
    find: Callable[[str], Path] = find_program

    def codec(
        self,
        versions: Callable[[float], Mapping[str, str]],
        availability: Callable[[], Availability] = always,
        refer: Callable[[], CodecReference] | None = None,
    ) -> Codec:
        """Return the codec; arguments as of `Codec`."""
        return Codec(
            name=self.name,
            title=self.title,
            family=self.family,
            description=self.description,
            encoder=partial(_encode, self),
            decoder=partial(_decode, self),
            scale=self.scale,
            ladder=self.ladder,
            versions=versions,
            availability=availability,
            pixel_limit=self._pixels,
            suffix=self.suffix,
            placement=Placement.PROGRAM,
            cost=self.cost,
            refer=refer,
        )

    def _pixels(self) -> int:
        return self.pixel_limit

    def padded(self, side: int) -> int:
        """Return the length of a side in the picture that the program gets."""
        return math.ceil(max(side, self.least_side) / self.multiple) * self.multiple

    def command(self, words: Sequence[str], **values: object) -> list[str]:
        """Return a command with its placeholders filled in, the program's path first."""
        values["here"] = self.here
        filled = [fill(word, values) for word in words[1:]]
        return [str(self.find(fill(words[0], values))), *filled]


def fill(word: str, values: Mapping[str, object]) -> str:
    """Return a word with each {name} of `values` replaced; other braces stay."""
    for name, value in values.items():
        word = word.replace(f"{{{name}}}", str(value))
    return word


def _encode(program: Program, image: Image, quality: float) -> bytes:
    height, width = image.shape[:2]
    rows, columns = program.padded(height), program.padded(width)
    padded = np.pad(image, ((0, rows - height), (0, columns - width), (0, 0)), mode="edge")
    try:
        with private_folder() as folder:
            given, stream = folder / f"input{program.input.suffix}", folder / f"bitstream{program.suffix}"
            program.input.write(given, padded)
            command = program.command(
                program.encode, input=given, bitstream=stream, quality=f"{quality:.6g}", width=columns, height=rows
            )
            run(command, folder, _limits(program, padded.shape))
            written = read_output(stream, _FIXED_BYTES + _BYTES_PER_PIXEL * padded[:, :, 0].size)
    except (CodecError, OSError, MemoryError) as error:
        told = f"{program.name} cannot encode this {width}×{height} image: {_why(error)} {program.hint}"
        raise CodecError(told.strip()) from error
    return wrapping.pack(program.stream, width, height, written)


def _decode(program: Program, data: bytes) -> Image:
    try:
        width, height, stream = wrapping.unpack(program.stream, data)
    except ValueError as error:
        raise CodecError(f"{program.name}: these bytes are not a whole {program.name} bitstream ({error}).") from error
    rows, columns = program.padded(height), program.padded(width)
    try:
        with private_folder() as folder:
            given, picture = folder / f"bitstream{program.suffix}", folder / f"output{program.output.suffix}"
            given.write_bytes(stream)
            command = program.command(program.decode, bitstream=given, output=picture, width=columns, height=rows)
            run(command, folder, _limits(program, (rows, columns), program.memory_bytes))
            image = program.output.read(picture, columns, rows)
    except (CodecError, ImageError, OSError, MemoryError) as error:
        raise CodecError(f"{program.name} cannot decode this bitstream: {_why(error)}") from error
    return np.ascontiguousarray(image[:height, :width])


def _limits(program: Program, shape: Sequence[int], memory_bytes: int | None = None) -> Limits:
    return Limits(program.seconds, _FIXED_BYTES + _BYTES_PER_PIXEL * shape[0] * shape[1], memory_bytes)


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror or error}."
    return f"{str(error) or 'not enough memory'}".rstrip(".") + "."
