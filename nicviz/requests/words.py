"""A request as the words of a command, and back; the parser of a command follows from its request."""

import argparse
import shlex
from collections.abc import Iterator
from dataclasses import MISSING
from typing import Any, TypeVar

from nicviz.errors import NicvizError
from nicviz.requests.fields import Known, Param, Part, parts, written

RequestT = TypeVar("RequestT")


def add_arguments(parser: argparse.ArgumentParser, cls: type[Any]) -> None:
    """Add the words that a request is written in."""
    for dest, param, needed in _on_the_command_line(cls):
        required = needed and param.required
        if not param.option.startswith("-"):
            several = "+" if needed else "*"
            parser.add_argument(dest, nargs=several if param.many else None, metavar=param.option, help=param.help)
        elif param.flag:
            parser.add_argument(param.option, dest=dest, action="store_true", help=param.help)
        else:
            parser.add_argument(
                param.option, dest=dest, action="append" if param.many else "store", required=required,
                choices=[param.write(each) for each in param.choices] or None, metavar=param.metavar, help=param.help,
            )  # fmt: skip


def _on_the_command_line(cls: type[Any]) -> Iterator[tuple[str, Param, bool]]:
    """Yield each text with its key among the options, and whether its field has to be given."""
    for name, default, part in parts(cls):
        needed = default is MISSING
        for param in part.params:
            if param.option:
                yield f"{name}.{param.name}", param, needed
    return


def from_options(cls: type[RequestT], options: argparse.Namespace, known: Known) -> RequestT:
    """Return the request that parsed words stand for.

    Raises:
        NicvizError: a word that stands for no value, or values that do not go together.
    """
    found: dict[str, Any] = {}
    for name, default, part in parts(cls):
        values = _read_part(part, name, options, known)
        if values:
            found[name] = part.join(values, default)
    return cls(**found)


def _read_part(part: Part, name: str, options: argparse.Namespace, known: Known) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for param in part.params:
        given = getattr(options, f"{name}.{param.name}", None)
        if param.flag and given:
            values[param.name] = True
        elif param.many and given:
            values[param.name] = tuple(param.value(text, known) for text in given)
        elif isinstance(given, str):
            values[param.name] = param.value(given, known)
    return values


def argv(request: Any) -> list[str]:
    """Return the words that ask for a request, the command's name first."""
    words = [str(request.NAME)]
    for param, value in written(request):
        if param.flag:
            words.append(param.option)
        elif param.option.startswith("-"):
            words += [word for text in param.texts(value) for word in (param.option, text)]
        elif param.option:
            words += [f"./{text}" if text.startswith("-") else text for text in param.texts(value)]
    return words


def command(request: Any) -> str:
    """Return the shell command that asks for a request, as pages offer it under "reproduce"."""
    return shlex.join(["python", "-m", "nicviz", *argv(request)])


class Parser(argparse.ArgumentParser):
    """A parser whose errors are `NicvizError`: one clear line like all other errors, not the usage before it."""

    def error(self, message: str) -> Any:
        """Raise `NicvizError` with the message and where more is said."""
        raise NicvizError(f"{message} (see {self.prog} --help)")
