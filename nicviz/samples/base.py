"""What a sample is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from nicviz.errors import ImageError
from nicviz.images import LoadedImage


@dataclass(frozen=True)
class Sample:
    """An image that is chosen by its key.

    Attributes:
        key: what the URL and the command line carry; never a path.
        title, description: for display; the description says what to look at.
        group: the set it belongs to, a key of `sample_sets`.
        credit: source, author and license as far as they are stated.
        read: the function behind `load`; it takes a size where `kind` is "chart".
        file: that it is read from, where that may change.
    """

    key: str
    title: str
    kind: Literal["photograph", "chart", "folder"]
    group: str
    description: str
    credit: str
    read: Callable[[int | None], LoadedImage] = field(repr=False, compare=False)
    file: Path | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The key, as registries call it."""
        return self.key

    @property
    def stamp(self) -> str:
        """What changes when the file does; empty for what never changes."""
        try:
            found = self.file.stat() if self.file else None
        except OSError:  # which loading it will say
            return ""
        return f"{found.st_mtime_ns}-{found.st_size}" if found else ""

    def load(self, size: int | None = None) -> LoadedImage:
        """Return the image; `size` is the side of a chart in pixels and is None for all else.

        Raises:
            ImageError: a size for what has one of its own, a chart's size out of range, or an unreadable file.
        """
        if size is not None and self.kind != "chart":
            raise ImageError(f"{self.key} has a size of its own; only charts take one (given: {size}).")
        return self.read(size)
