"""What the choices of all pages are made of."""

import re
from dataclasses import dataclass
from typing import Any

from nicviz.errors import NicvizError
from nicviz.requests.fields import check, one
from nicviz.spectra.bands import LAST_EDGE

THIS = "this picture"


def among(name: str, *options: Any, default: Any = None) -> Any:
    """Return a field that holds one of a few values, the first of them by default."""
    return one(options[0] if default is None else default, url=name, choices=options)


def open_choice(name: str) -> Any:
    """Return a field whose values depend on what is on the page; None stands for the page's own default."""
    return one(None, url=name)


def switch(name: str) -> Any:
    """Return a field that is on or off, off by default."""
    return one(False, url=name, choices=(False, True))


def over_pictures() -> Any:
    """Return the field of the pictures that a page goes over: this one, or a set."""
    return one(THIS, url="over")


def error_against() -> Any:
    """Return the field of what errors are taken against."""
    return among("against", "input", "original")


@dataclass(frozen=True)
class Page:
    """The choices of a page; the fields that have choices hold one of them."""

    def __post_init__(self) -> None:
        check(self)


def parse_edges(text: str) -> tuple[int, int]:
    """Return band edges written as 8,32: in 1/64 of Nyquist."""
    found = re.fullmatch(r"\(?(\d{1,2}), ?(\d{1,2})\)?", text)
    edges = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= edges[0] <= edges[1] <= LAST_EDGE:
        raise NicvizError(f"Edges are written 8,32: two numbers from 1 to {LAST_EDGE} in 1/64 of Nyquist.")
    return edges
