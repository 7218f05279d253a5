"""A worker whose codecs misbehave; started by test_pool.py."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from nicviz.codecs.base import Codec, Image
from nicviz.codecs.reference import CodecReference
from nicviz.errors import ImageError
from nicviz.run.worker import serve

BITSTREAM = b"bits"


def noisy(image: Image, quality: float) -> bytes:
    print("print", flush=True)
    os.write(1, b"\0" * 100 + b"write\n")
    subprocess.run(["echo", "program"], check=True)
    return BITSTREAM + sys.stdin.buffer.read()


def begin() -> None:
    """Say that the work has begun, to a test that waits for it."""
    if folder := os.environ.get("ODD_FOLDER"):
        (Path(folder) / "begun").touch()


def slow(image: Image, quality: float) -> bytes:
    begin()
    time.sleep(quality)
    return BITSTREAM


def held(image: Image, quality: float) -> bytes:
    """Work until the test lets go."""
    begin()
    while not (Path(os.environ["ODD_FOLDER"]) / "let go").exists():
        time.sleep(0.01)
    return BITSTREAM


def starts_program(image: Image, quality: float) -> bytes:
    subprocess.run(["sleep", str(quality)], check=True)
    return BITSTREAM


def raises(image: Image, quality: float) -> bytes:
    raise ImageError("too odd") if quality else KeyError("lost")


def gives_nonsense(image: Image, quality: float) -> object:
    return {1, 2}


def ends(image: Image, quality: float) -> bytes:
    if quality:
        os._exit(int(quality))
    os.kill(os.getpid(), signal.SIGSEGV)
    return BITSTREAM


def says_pid(image: Image, quality: float) -> bytes:
    time.sleep(quality)
    return str(os.getpid()).encode()


ENCODERS = {
    "nonsense": gives_nonsense,
    "noisy": noisy,
    "slow": slow,
    "held": held,
    "program": starts_program,
    "raises": raises,
    "ends": ends,
    "pid": says_pid,
}


class AnyQuality:
    def check(self, codec: str, value: float | None) -> float:
        return value or 0.0


def find(reference: CodecReference) -> Codec:
    name = reference.name
    if reference.checkpoint is not None:
        name = f"{name} of {reference.checkpoint}, {reference.sha256}"
        return Codec(name, name, "neural", "", lambda x, q: name.encode(), decode, None, (), lambda q: {})
    return Codec(name, name, "external", "", ENCODERS[name], decode, AnyQuality(), (), lambda q: {})  # type: ignore


def decode(bitstream: bytes) -> Image:
    return np.zeros((1, 1, 3), np.uint8)


if __name__ == "__main__":
    print("noise before the start", end="")
    serve(find)
