"""The pictures of a worker: by their content, from a file that it sees too, or as bytes that were sent to it once."""

import tempfile
import threading
from collections import OrderedDict
from functools import cache
from pathlib import Path

from nicviz.errors import NicvizError
from nicviz.images import LoadedImage, decode_png
from nicviz.sweeps.plan import PlannedPicture

_LIMIT_BYTES = 256 << 20


class Absent(NicvizError):
    """A picture that this process neither finds nor was sent."""


class Pictures:
    """Pictures by content hash: the last used ones in memory within a bound, those that were sent on disk.

    Args:
        folder: for what is sent.
        limit_bytes: of pixels in memory.
    """

    def __init__(self, folder: Path, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._folder, self._limit = folder, limit_bytes
        self._lock = threading.Lock()
        self._loaded: OrderedDict[str, LoadedImage] = OrderedDict()

    def find(self, planned: PlannedPicture) -> LoadedImage:
        """Return the picture.

        Raises:
            Absent: no file here has its content, and it was not sent.
        """
        sha256 = planned.picture.sha256
        with self._lock:
            if sha256 in self._loaded:
                self._loaded.move_to_end(sha256)
                return self._loaded[sha256]
        found = self._sent(planned) or own_copy(planned)
        self._keep(found)
        return found

    def receive(self, sha256: str, png: bytes) -> None:
        """Take the PNG of a picture that was asked for."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{sha256}.png").write_bytes(png)

    def _sent(self, planned: PlannedPicture) -> LoadedImage | None:
        file = self._folder / f"{planned.picture.sha256}.png"
        return LoadedImage(planned.picture.name, decode_png(file.read_bytes())) if file.is_file() else None

    def _keep(self, image: LoadedImage) -> None:
        with self._lock:
            self._loaded[image.sha256] = image
            while sum(each.pixels.nbytes for each in self._loaded.values()) > self._limit and len(self._loaded) > 1:
                self._loaded.popitem(last=False)


def own_copy(planned: PlannedPicture) -> LoadedImage:
    """Return the picture from where the plan found it.

    Raises:
        Absent: it cannot be read here, or has another content.
    """
    name = planned.picture.name
    try:
        loaded = planned.source.load()
    except NicvizError as error:
        raise Absent(f"{name} cannot be read any more: {error}") from error
    if loaded.sha256 != planned.picture.sha256:
        raise Absent(f"{name} has another content than when the run was planned.")
    return LoadedImage(name, loaded.pixels)


@cache
def pictures() -> Pictures:
    """Return the pictures of this process; what is sent goes with it."""
    return Pictures(Path(_temporary().name))


@cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="nicviz-sweep-")


def receive_picture(sha256: str, png: bytes) -> None:
    """Take a picture that the client sends to this process."""
    pictures().receive(sha256, png)
