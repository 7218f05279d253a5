"""Where weights are looked for, and what their content hashes to; torch stays out of this."""

import os
import re
import threading
from dataclasses import dataclass
from hashlib import file_digest
from hashlib import sha256 as hash_bytes
from pathlib import Path

from nicviz import environment
from nicviz.errors import WeightsError

_HASHES: dict[Path, tuple[int, int, str]] = {}
_HASHES_LOCK = threading.Lock()
_NAMED_HASH = re.compile(r"-([0-9a-f]{8,})\.")


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
        WeightsError: no such file, not readable, or of another hash than its name ends with.
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


def user_folder() -> Path | None:
    """Return the folder that NICVIZ_WEIGHTS names; None where it names none."""
    return environment.WEIGHTS.read()


def download_folder() -> Path:
    """Return torch.hub's folder of checkpoints, so that downloads are shared with CompressAI."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("TORCH_HOME") or os.path.join(cache, "torch")
    return Path(home).expanduser() / "hub" / "checkpoints"


def folders() -> tuple[Path, ...]:
    """Return where published weights are looked for, in this order."""
    own = user_folder()
    return (download_folder(),) if own is None else (own, download_folder())


def locate(file_name: str) -> Path | None:
    """Return where a file of this name is; None if it is nowhere."""
    return next((folder / file_name for folder in folders() if (folder / file_name).is_file()), None)


def published_weights(codec: str, file_name: str) -> Weights:
    """Return the weights in a published file.

    Raises:
        WeightsError: the file is missing; or damaged, which is told by the hash in its name.
    """
    file = locate(file_name)
    if file is None:
        raise WeightsError(f"{codec} needs the weights {file_name}, which are not here. {remedy(file_name)}")
    weights = weights_in(file)
    if not hash_fits(file_name, weights.sha256):
        raise WeightsError(f"{file} is damaged: its content does not have the hash that its name ends with. Delete it.")
    return weights


def hash_fits(file_name: str, sha256: str) -> bool:
    """Return whether a SHA-256 starts with the hexadecimal digits that a file name ends with, if it does."""
    named = _NAMED_HASH.search(file_name)
    return named is None or sha256.startswith(named.group(1))


def remedy(file_name: str) -> str:
    """Return what makes a missing file available."""
    return f"Download them, or put the file {file_name} into {folders()[0]}."
