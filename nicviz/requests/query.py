"""A request as the query string of a URL, and back: what is wrong is replaced and said."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING
from typing import Any, TypeVar

from nicviz.errors import NicvizError
from nicviz.requests.fields import Known, Param, Part, parts, written

RequestT = TypeVar("RequestT")
Query = Mapping[str, Sequence[str]]


def to_query(request: Any) -> dict[str, list[str]]:
    """Return the parameters that stand for a request; what is at its default is left out."""
    return {param.url: param.texts(value) for param, value in written(request) if param.url}


def parameters(request: Any) -> tuple[str, ...]:
    """Return the names of all parameters that a request (or its class) may be written in."""
    return tuple(param.url for _, _, part in parts(request) for param in part.params if param.url)


def from_query(
    cls: type[RequestT], query: Query, known: Known, defaults: Mapping[str, Any] | None = None
) -> tuple[RequestT, list[str]]:
    """Return the request that a URL stands for, and a sentence for each value that had to be replaced.

    Args:
        cls: of the request.
        query: parameter to its values; those of others are passed over.
        known: what texts are read with.
        defaults: field to the value that it has without its parameters, where that is not the class's.
    """
    problems: list[str] = []
    found: dict[str, Any] = {}
    for name, default, part in parts(cls):
        usual = (defaults or {}).get(name, default)
        values = _read_part(part, query, known, problems)
        if values:
            found[name] = part.join(values, usual)
        elif usual is not MISSING:
            found[name] = usual
    return cls(**found), problems


def _read_part(part: Part, query: Query, known: Known, problems: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for param in part.params:
        texts = query.get(param.url, ()) if param.url else ()
        if not texts:
            continue
        found = (_read_many if param.many else _read_last)(param, texts, known, problems)
        if part.first_decides and param is part.params[0] and not found:
            return {}
        values |= found
    return values


def _read_last(param: Param, texts: Sequence[str], known: Known, problems: list[str]) -> dict[str, Any]:
    try:
        return {param.name: param.value(texts[-1], known)}
    except NicvizError as error:
        problems.append(f"The link's {param.url}={texts[-1]} was replaced. {error}")
        return {}


def _read_many(param: Param, texts: Sequence[str], known: Known, problems: list[str]) -> dict[str, Any]:
    values = []
    for text in texts:
        try:
            values.append(param.value(text, known))
        except NicvizError as error:
            problems.append(f"The link's {param.url}={text} was left out. {error}")
    if param.most is not None and len(values) > param.most:
        problems.append(f"The link names {len(values)} {param.url}s; the first {param.most} are shown.")
    return {param.name: tuple(values[: param.most])} if values else {}
