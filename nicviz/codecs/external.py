"""Codecs from tables in TOML files: any program that encodes and decodes pictures, see `nicviz/codecs/examples`.

NICVIZ_CODECS names a file or a folder of files; each table in them is one codec, and its name the codec's. A table is
checked when it is read, and what is wrong with it is told by file, table and key; the other tables are not affected.
"""

import hashlib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from nicviz import environment
from nicviz.codecs.base import MEGAPIXEL, Availability, Codec
from nicviz.codecs.program.codec import Program, fill
from nicviz.codecs.program.run import Limits, private_folder, run
from nicviz.codecs.program.table import TableError, program_of, table_hash, version_command
from nicviz.codecs.reference import CodecReference
from nicviz.errors import CodecError, NicvizError

EXAMPLES = Path(__file__).with_name("examples")
_INQUIRY = Limits(seconds=30, file_bytes=16 * MEGAPIXEL)
_MAX_FILE = MEGAPIXEL


@dataclass(frozen=True)
class Tables:
    """What was found in NICVIZ_CODECS.

    Args:
        codecs: of the tables that are right.
        problems: of the others, a sentence each.
    """

    codecs: tuple[Codec, ...] = ()
    problems: tuple[str, ...] = ()


def read_tables(taken: Collection[str] = (), place: Path | None = None) -> Tables:
    """Return the codecs of all tables in a file or folder, and what is wrong with the others.

    Args:
        taken: names that other codecs have.
        place: a file or a folder; None for NICVIZ_CODECS.
    """
    place = environment.CODECS.read() if place is None else place
    if place is None:
        return Tables()
    try:
        files = sorted(place.glob("*.toml")) if place.is_dir() else [place]
        states = [(file.absolute(), _state(file)) for file in files]
    except OSError as error:
        return Tables(problems=(f"NICVIZ_CODECS, {place}, cannot be read: {error.strerror}.",))
    codecs: dict[str, Codec] = {}
    problems: list[str] = []
    for file, state in states:
        found = _read(file, *state)
        problems += found.problems
        for codec in found.codecs:
            if codec.name in taken or codec.name in codecs:
                problems.append(f"{file}, table [{codec.name}]: there is a codec of this name already.")
            else:
                codecs[codec.name] = codec
    return Tables(tuple(codecs.values()), tuple(problems))


def table_codec(reference: CodecReference) -> Codec:
    """Return the codec of a table, in any process; it must not have changed since the reference was made.

    Raises:
        CodecError: the file cannot be read, has no such table, or another one now.
    """
    file = Path(reference.table or "")
    try:
        state = _state(file)
    except OSError as error:
        raise CodecError(f"The table of {reference.name}, {file}, cannot be read: {error.strerror}.") from error
    found = _read(file, *state)
    codec = next((codec for codec in found.codecs if codec.name == reference.name), None)
    if codec is None:
        raise CodecError("; ".join(found.problems) or f"{file} has no table [{reference.name}].")
    if codec.reference != reference:
        raise CodecError(f"The table [{reference.name}] in {file} has changed since it was chosen; choose it again.")
    return codec


@lru_cache(maxsize=256)
def _read(file: Path, changed: int, size: int) -> Tables:
    """Return what is in one file as it is now."""
    del changed
    try:
        if size > _MAX_FILE:
            raise TableError(f"has {size / MEGAPIXEL:.1f} MB; tables are no larger than 1 MB")
        tables = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TableError) as error:
        return Tables(problems=(f"{file}: {getattr(error, 'strerror', None) or error}.",))
    codecs, problems = [], []
    for name, table in tables.items():
        try:
            codecs.append(_codec(file, name, table))
        except TableError as error:
            problems.append(f"{file}, table [{name}]{error}.")
    return Tables(tuple(codecs), tuple(problems))


def _codec(file: Path, name: str, table: Any) -> Codec:
    program = program_of(name, table, file.parent)
    digest = table_hash(table)
    asks = version_command(table)
    return program.codec(
        partial(_versions, program, digest, asks),
        partial(_availability, program),
        partial(CodecReference, name, table=str(file), sha256=digest),
    )


def _availability(program: Program) -> Availability:
    for words in (program.encode, program.decode):
        try:
            program.command(words[:1])
        except CodecError as error:
            return Availability(False, str(error), "Install it, or write its path into the table.")
    for file in _files(program):
        if not file.exists():
            return Availability(False, f"{file} is not there.", "Put it beside the table.")
    return Availability(True)


def _versions(program: Program, digest: str, asks: tuple[str, ...] | None, quality: float) -> Mapping[str, str]:
    del quality
    try:
        path, *arguments = program.command(asks or program.encode[:1])
        told = _version((path, *arguments), *_state(Path(path))) if asks else ""
        found = {"table": digest, "program": told or _digest(Path(path), *_state(Path(path)))}
    except (CodecError, OSError):
        found = {"table": digest, "program": "missing"}
    for file in _files(program):
        if file.is_file():
            found[file.name] = _digest(file, *_state(file))
    return found


def _files(program: Program) -> list[Path]:
    """Return the files beside the table that its commands name."""
    words = {word for word in (*program.encode, *program.decode) if word.startswith("{here}/")}
    return [Path(fill(word, {"here": program.here})) for word in sorted(words)]


def _state(file: Path) -> tuple[int, int]:
    """Return what tells a file from what it was before."""
    status = file.stat()
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=256)
def _digest(file: Path, changed: int, size: int) -> str:
    del changed, size
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@lru_cache(maxsize=256)
def _version(command: tuple[str, ...], changed: int, size: int) -> str:
    """Return the first line that a program prints of itself, whether or not it counts asking as a failure."""
    del changed, size
    try:
        with private_folder() as folder:
            text = run(command, folder, _INQUIRY, may_fail=True)
    except (NicvizError, OSError) as error:
        return f"unknown ({error})"
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def forget() -> None:
    """Read tables and ask programs anew."""
    _read.cache_clear()
    _version.cache_clear()
    _digest.cache_clear()
