"""Programs that the tests make, and the tables that make codecs of them."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from nicviz.codecs import CODECS, Codec
from nicviz.codecs.external import read_tables

GOOD = """
import sys, zlib
from pathlib import Path
way, source, target = sys.argv[1:4]
data = Path(source).read_bytes()
Path(target).write_bytes(zlib.compress(data) if way == "encode" else zlib.decompress(data))
"""
"""A lossless program: `encode INPUT BITSTREAM`, `decode BITSTREAM OUTPUT`."""


def program(folder: Path, source: str, name: str = "program") -> Path:
    """Write a program in Python that may be run, and return its path."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!{sys.executable}\n{source}")
    file.chmod(0o755)
    return file


def table(folder: Path, path: Path | str, name: str = "mine", **keys: object) -> Path:
    """Write a table whose program codes PPM files, with other keys (or other values of them), and return its file."""
    values: dict[str, object] = {
        "encode": [str(path), "encode", "{input}", "{bitstream}"],
        "decode": [str(path), "decode", "{bitstream}", "{output}"],
        "input": "ppm",
        **keys,
    }
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
    file = folder / f"{name}.toml"
    file.write_text("\n".join([f"[{name}]", *lines, ""]))
    return file


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value)  # texts, numbers, truths and lists of them are written alike


def codec_of(file: Path) -> Codec:
    """Return the one codec in a file."""
    found = read_tables(CODECS.keys(), file)
    assert found.problems == ()
    (codec,) = found.codecs
    return codec


def started_in(folder: Path) -> Iterator[psutil.Process]:
    """Yield the processes whose home lies in a folder."""
    for process in psutil.process_iter():
        try:
            home = process.environ().get("HOME", "")
        except (psutil.Error, OSError):
            continue
        if Path(home).is_relative_to(folder) and process.status() != psutil.STATUS_ZOMBIE:
            yield process


def wait_for_start(fifo: Path) -> None:
    """Return when a program has opened and closed a named pipe for writing."""
    with fifo.open("rb") as opened:
        opened.read()


def named_pipe(path: Path) -> Path:
    """Make a named pipe, by which a program says that it runs."""
    os.mkfifo(path)
    return path
