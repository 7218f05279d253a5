"""How the fields of a request are written: as parameters of a URL and as words of a command."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from typing import Any

from nicviz.codecs import Codec
from nicviz.errors import NicvizError

_PART = "part"  # in a field's metadata
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Known:
    """What texts are read with.

    Args:
        catalog: returns the codecs that can be named; called only where one is.
        uploaded: whether the uploaded picture that a source names is still here.
    """

    catalog: Callable[[], Mapping[str, Codec]]
    uploaded: Callable[[str], bool] = lambda source: False


@dataclass(frozen=True)
class Param:
    """One text: a parameter of the URL, a word of the command line, or both.

    Args:
        name: tells it from the other texts of its field.
        url: the parameter's name; empty where the URL does not carry it.
        option: "--crop" for an option, "IMAGE" for a positional word; empty where the command line does not carry it.
        read: makes a value of the text, or raises `NicvizError`.
        write: makes the text of a value.
        choices: the values, where there are few; told apart by their text.
        many: whether there may be several; the value then is a tuple.
        most: of several, how many the URL carries at most.
        always: written even where it is at its default.
        required: on the command line.
        flag: an option without a word of its own, which stands for True.
        metavar, help: for the command line's help.
    """

    name: str = "value"
    url: str = ""
    option: str = ""
    read: Callable[[str, Known], Any] = lambda text, known: text
    write: Callable[[Any], str] = str
    choices: tuple[Any, ...] = ()
    many: bool = False
    most: int | None = None
    always: bool = False
    required: bool = False
    flag: bool = False
    metavar: str | None = None
    help: str | None = None

    def value(self, text: str, known: Known) -> Any:
        """Return the value that a text stands for, or raise `NicvizError`."""
        if not self.choices:
            return self.read(text, known)
        try:
            return {self.write(option): option for option in self.choices}[text]
        except KeyError:
            raise NicvizError(f"Known: {', '.join(map(self.write, self.choices))}.") from None

    def texts(self, value: Any) -> list[str]:
        """Return the texts of a value, several where the value is."""
        return [self.write(each) for each in (value if self.many else (value,))]


def _only_value(values: Values, default: Any) -> Any:
    return values.get("value", default)


def _as_value(value: Any) -> dict[str, Any]:
    return {} if value is None else {"value": value}


@dataclass(frozen=True)
class Part:
    """How one field is written: in one text or in several.

    Args:
        params: the texts.
        join: the values that were read, by name, and the field's default, to the field's value.
        split: the field's value to the values that are written, by name; what is not among them is not written.
        first_decides: without the first text the others mean nothing.
    """

    params: tuple[Param, ...]
    join: Callable[[Values, Any], Any] = _only_value
    split: Callable[[Any], dict[str, Any]] = _as_value
    first_decides: bool = False


def asked(part: Part, default: Any = MISSING) -> Any:
    """Return the dataclass field that is written as `part` says; without a default it has to be given."""
    return field(default=default, metadata={_PART: part})


def one(default: Any = MISSING, **described: Any) -> Any:
    """Return the dataclass field that is written in one text; `described` as for `Param`."""
    return asked(Part((Param(**described),)), default)


def plain(parse: Callable[[str], Any]) -> Callable[[str, Known], Any]:
    """Return `parse` as what a `Param` reads with, for texts that need nothing but themselves."""
    return lambda text, known: parse(text)


def parts(request: Any) -> Sequence[tuple[str, Any, Part]]:
    """Return name, default (MISSING where there is none) and part of each field of a request or of its class."""
    return [(each.name, each.default, each.metadata[_PART]) for each in dataclasses.fields(request)]


def written(request: Any) -> list[tuple[Param, Any]]:
    """Return each text that a request is written in, with its value; what is at its default is left out."""
    found = []
    for name, default, part in parts(request):
        values = part.split(getattr(request, name))
        usual = {} if default is MISSING else part.split(default)
        for param in part.params:
            if param.name in values and (param.always or values[param.name] != usual.get(param.name)):
                found.append((param, values[param.name]))
    return found


def check(request: Any) -> None:
    """Raise `NicvizError` where a field that has choices holds another value; None is the page's own default."""
    for name, _, part in parts(request):
        value = getattr(request, name)
        for param in part.params:
            if param.choices and value is not None and value not in param.choices:
                raise NicvizError(f"{name} is one of {', '.join(map(str, param.choices))}; got {value!r}.")
