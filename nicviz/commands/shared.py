"""What commands share: parser of a request, JSON on standard output, progress and messages on standard error."""

import argparse
import io
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol, TypeVar

from nicviz.codecs import Codec
from nicviz.codecs.catalog import catalog
from nicviz.errors import CodecError
from nicviz.requests.fields import Known
from nicviz.requests.words import add_arguments, from_options

INCOMPLETE = 1  # the exit code where some pictures or points were left out and named
_REPORT_SECONDS = 5.0


class Named(Protocol):
    """A request of a command."""

    NAME: ClassVar[str]


RequestT = TypeVar("RequestT", bound=Named)


class Commands:
    """The subparsers of the command line."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(self, request: type[RequestT], help: str, run: Callable[[RequestT], int]) -> None:
        """Add the command of a request: its words are those of the request's fields, and `run` gets the request."""
        parser = self.parser(request.NAME, help)
        add_arguments(parser, request)
        parser.set_defaults(run=lambda options: run(from_options(request, options, Known(catalog))))

    def parser(self, name: str, help: str) -> argparse.ArgumentParser:
        """Return the parser of a command that has words of its own; it sets `run`, a function of the options."""
        return self._subparsers.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")


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
