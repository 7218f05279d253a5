"""What several commands share: the image argument, JSON on standard output, progress and messages on standard error."""

import argparse
import io
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicviz.codecs import Codec
from nicviz.errors import CodecError
from nicviz.tasks.settings import ImageSetting, parse_crop

INCOMPLETE = 1  # the exit code where some pictures or points were left out and named
_REPORT_SECONDS = 5.0


class Commands:
    """The subparsers of the command line; `add` is all that a command needs of them."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(self, name: str, help: str) -> argparse.ArgumentParser:
        """Return the parser of a new command; it sets `run`, a function of the options."""
        return self._subparsers.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")


def image_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the image and what is cut out of it."""
    parser.add_argument("image", metavar="IMAGE", help="a file, or a sample such as astronaut or zone-plate@512")
    parser.add_argument("--crop", metavar="LEFT,TOP,WIDTH,HEIGHT", help="in pixels, before anything else")
    parser.add_argument("--longest-side", type=int, metavar="PIXELS", help="downscale to this after the crop")


def corruption_arguments(parser: argparse.ArgumentParser, required: bool = False) -> None:
    """Add the corruption and its seed."""
    parser.add_argument("--corruption", metavar="NAME:SEVERITY", required=required)
    parser.add_argument("--seed", type=int, default=0)


def image_setting(options: argparse.Namespace) -> ImageSetting:
    """Return what `image_arguments` chose."""
    box = parse_crop(options.crop) if options.crop else None
    return ImageSetting(options.image, crop=box, longest_side=options.longest_side)


def require(codec: Codec) -> None:
    """Raise `CodecError`, with what would help, where a codec does not work here."""
    state = codec.availability()
    if not state.ok:
        raise CodecError(f"{codec.name} is not available. {state.reason} {state.remedy}".strip())


@contextmanager
def progress(sentence: Callable[[], str]) -> Iterator[None]:
    """Say on standard error, every few seconds, how far the work within is."""
    over = threading.Event()

    def report() -> None:
        while not over.wait(_REPORT_SECONDS):
            say(sentence())

    thread = threading.Thread(target=report, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def print_json(value: Any) -> None:
    """Write a value to standard output; NaN and infinity in it are an error of the caller's."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # JSON is UTF-8 in every locale
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def say(message: str) -> None:
    """Write a message for people to standard error."""
    sys.stderr.write(message + "\n")
