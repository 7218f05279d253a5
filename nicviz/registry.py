"""The read-only table behind codecs, corruptions and metrics."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Protocol, TypeVar

from nicviz.errors import UnknownName


class Named(Protocol):
    """Anything that can stand in a registry."""

    @property
    def name(self) -> str:
        """The name that the entry is found by."""


EntryT = TypeVar("EntryT", bound=Named)


class Registry(Mapping[str, EntryT]):
    """A read-only mapping from name to entry, in the order given.

    Args:
        kind: what the entries are, for messages: "codec", "corruption", "metric".
        entries: frozen entries; two of one name are a `ValueError`.
    """

    def __init__(self, kind: str, entries: Iterable[EntryT]) -> None:
        self._kind = kind
        self._entries: dict[str, EntryT] = {}
        for entry in entries:
            if entry.name in self._entries:
                raise ValueError(f"two entries of the {kind} registry are named {entry.name!r}")
            self._entries[entry.name] = entry

    def __getitem__(self, name: str) -> EntryT:
        try:
            return self._entries[name]
        except KeyError:
            close = get_close_matches(name, self._entries, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            known = ", ".join(self._entries)
            raise UnknownName(f"There is no {self._kind} named {name!r}.{hint} Known: {known}.") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
