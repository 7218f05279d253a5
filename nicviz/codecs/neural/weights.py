"""Where weights are, and what their content hashes to."""

import threading
from dataclasses import dataclass
from hashlib import file_digest
from hashlib import sha256 as hash_bytes
from pathlib import Path

from nicviz.errors import WeightsError

_HASHES: dict[Path, tuple[int, int, str]] = {}
_HASHES_LOCK = threading.Lock()


@dataclass(frozen=True)
class Weights:
    """A checkpoint: a file, or the bytes of an uploaded one.

    Args:
        name: for messages.
        content: where the tensors are.
        sha256: hex digest of the content.
    """

    name: str
    content: Path | bytes
    sha256: str


def weights_in(file: Path) -> Weights:
    """Return the weights in a file; its hash is kept as long as size and time of change stay.

    Raises:
        WeightsError: no such file, or not readable.
    """
    try:
        status = file.stat()
        with _HASHES_LOCK:
            known = _HASHES.get(file)
        if known is None or known[:2] != (status.st_mtime_ns, status.st_size):
            with file.open("rb") as opened:
                known = (status.st_mtime_ns, status.st_size, file_digest(opened, "sha256").hexdigest())
            with _HASHES_LOCK:
                _HASHES[file] = known
    except OSError as error:
        raise WeightsError(f"The weights {file} cannot be read: {error.strerror}.") from error
    return Weights(file.name, file, known[2])


def weights_of(content: bytes, name: str) -> Weights:
    """Return the weights in uploaded bytes."""
    return Weights(name, content, hash_bytes(content).hexdigest())
