"""Results on disk, keyed by what they were computed from; safe with several threads and processes.

An entry is one file: magic, SHA-256 over key and record, record (see `nicviz.records`). It is written to a temporary
file and renamed, so that a reader sees a whole entry or none. A damaged one is as good as none.
"""

import hashlib
import json
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import platformdirs
from numpy.typing import NDArray

from nicviz import environment
from nicviz.records import Members, RecordError, array_bytes, pack, unpack

SCHEMA = 1  # part of every key: raise it when the meaning of stored results changes
MEGABYTE = 1_048_576
_MAGIC = b"nicviz entry 1\n".ljust(32)
_PREFIX_BYTES = 64  # magic and digest; a multiple of the alignment of records
_BLOCK_BYTES = 4096
_KEY = re.compile(r"[0-9a-f]{64}")
_ENTRY = re.compile(r"[0-9a-f]{64}\.entry")
_TEMPORARY = re.compile(r"[0-9a-f]{64}\.[0-9a-f]+\.tmp")
_TEMPORARY_SECONDS = 3600.0  # a temporary file of this age belongs to a process that was killed
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """The place of one result in the store, named by all that the result follows from, and by nothing else.

    Args:
        kind: what it is: "compression", "trial" …
        inputs: what it was made of: hashes of images, names, qualities, settings.
        versions: what it was made with: versions of libraries and of methods of our own, hashes of weights, modes of
            arithmetic (device, bfloat16). Every kind has some: a result outlives the code that made it.
    """

    kind: str
    inputs: Mapping[str, Any]
    versions: Mapping[str, Any]

    @cached_property
    def key(self) -> str:
        """The key in the store."""
        if not self.versions:
            raise ValueError(f"A result of the kind {self.kind} follows from the versions of something.")
        return key_of(kind=self.kind, inputs=self.inputs, versions=self.versions)

    def find(self, store: "Store | None" = None) -> dict[str, Any] | None:
        """Return what is kept, or None."""
        return (store or default_store()).get(self.key)

    def keep(self, members: Members, store: "Store | None" = None) -> None:
        """Keep a result that was made."""
        (store or default_store()).put(self.key, members)

    def kept(self, compute: Callable[[], Members], store: "Store | None" = None) -> dict[str, Any]:
        """Return what is kept, or else what `compute` makes, which is then kept."""
        return (store or default_store()).get_or_compute(self.key, compute)


def kept(
    kind: str,
    inputs: Mapping[str, Any],
    versions: Mapping[str, Any],
    compute: Callable[[], Members],
    store: "Store | None" = None,
) -> dict[str, Any]:
    """Return the result that follows from `inputs` and `versions`: what the store has of it, or what `compute` makes.

    Args:
        kind, inputs, versions: as in `Entry`.
        compute: makes the members (see `nicviz.records.pack`), which are then kept.
        store: None for the default one.
    """
    return Entry(kind, inputs, versions).kept(compute, store)


def key_of(**parts: Any) -> str:
    """Return the key (64 hexadecimal digits) of a result that follows from `parts` and from nothing else.

    Args:
        parts: strings, finite numbers, booleans, None, and sequences and mappings (with string keys) of these. Numbers
            differ by type too: 40 and 40.0 give two keys.

    Raises:
        TypeError, ValueError: a part that has no unambiguous text.
    """
    text = json.dumps([SCHEMA, _plain(parts)], sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(array: NDArray[Any]) -> str:
    """Return SHA-256 (hexadecimal) over type, shape and values of an array, for use in `key_of`."""
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape}\n".encode())
    digest.update(array_bytes(array))
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise TypeError(f"A key is made of mappings with string keys; got {value!r}.")
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


class Store:
    """A folder of results within a limit, from which the least recently used ones go first.

    A folder that cannot be written and a full disk are no errors: results are computed, and `last_problem` says why
    they are not kept. Files that are not the store's own are left alone.

    Args:
        folder: made when the first result is stored.
        limit_bytes: what all entries may take on disk. One process keeps it; of several, each may exceed it by a 16th
            for a while.
    """

    def __init__(self, folder: Path, limit_bytes: int = environment.CACHE_MB.default * MEGABYTE) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        self.last_problem: str | None = None
        self._lock = threading.Lock()
        self._free_bytes = 0  # what may be written before the folder is looked through again

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the members stored under `key` and mark them as used; None if there are none or they are damaged."""
        path = self._path(key)
        try:
            data = _read(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._report(f"A stored result could not be read ({error}); it is computed again.")
            return None
        record = memoryview(data)[_PREFIX_BYTES:]
        try:
            if data[:_PREFIX_BYTES] != _prefix(key, record):
                raise RecordError("the checksum does not match")
            members = unpack(record)
        except RecordError as error:
            # The file stays: what is computed next replaces it, and another process may be doing so this moment.
            _logger.warning("Stored result %s is damaged (%s); it is computed again.", path.name, error)
            return None
        self._touch(path)
        return members

    def put(self, key: str, members: Members) -> None:
        """Store `members` under `key`; see `nicviz.records.pack` for what is accepted and which errors others give."""
        self._write(key, pack(members))

    def get_or_compute(self, key: str, compute: Callable[[], Members]) -> dict[str, Any]:
        """Return the members stored under `key`, or those of `compute`, which are then stored.

        Both look the same to the caller: arrays are writable and nobody else's.
        """
        found = self.get(key)
        if found is not None:
            return found
        record = pack(compute())
        self._write(key, record)
        return unpack(record)

    def size_bytes(self) -> int:
        """Return what all entries take on disk, now."""
        return sum(size for _, size, _ in self._entries())

    def clear(self) -> None:
        """Remove all entries."""
        for _, _, path in self._entries():
            _remove(path)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"A key has 64 hexadecimal digits, as key_of gives them; got {key!r}.")
        return self.folder / f"{key}.entry"

    def _write(self, key: str, record: bytearray) -> None:
        path = self._path(key)
        prefix = _prefix(key, record)
        temporary = path.with_suffix(f".{secrets.token_hex(8)}.tmp")
        try:
            if not self._make_room(_on_disk(len(prefix) + len(record))):
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                # No fsync: what a power cut leaves half written, the checksum finds.
                with temporary.open("xb") as file:
                    file.writelines((prefix, record))
                self._touch(temporary)
                os.replace(temporary, path)
            except BaseException:
                _remove(temporary)
                raise
            self.last_problem = None
        except OSError as error:
            self._report(
                f"Results are not kept: {error.strerror or error} ({self.folder}). Free space there, or name another "
                "folder in NICVIZ_CACHE."
            )

    def _make_room(self, num_bytes: int) -> bool:
        """Return whether an entry of this size may be written, after the least recently used ones have made room."""
        if num_bytes > self.limit_bytes:
            return False
        with self._lock:
            if num_bytes > self._free_bytes:
                # A look through the folder costs milliseconds, so it pays to free more than is needed now; other
                # processes write too, so what is free is believed only for a 16th of the limit.
                margin = max(num_bytes, self.limit_bytes // 16)
                total = self._evict(self.limit_bytes - margin)
                self._free_bytes = max(num_bytes, min(margin, self.limit_bytes - total))
            self._free_bytes -= num_bytes
        return True

    def _evict(self, target_bytes: int) -> int:
        """Remove the least recently used entries until the rest takes at most `target_bytes`; return what it takes."""
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if total <= target_bytes:
                break
            if _remove(path):
                total -= size
        return total

    def _entries(self) -> list[tuple[int, int, Path]]:
        """Return (time of last use in ns, bytes on disk, path) of all entries; remove what killed writers left."""
        found: list[tuple[int, int, Path]] = []
        try:
            with os.scandir(self.folder) as files:
                for file in files:
                    path = Path(file.path)
                    try:
                        status = file.stat(follow_symlinks=False)
                    except FileNotFoundError:  # another process removed it
                        continue
                    if _ENTRY.fullmatch(file.name):
                        found.append((status.st_mtime_ns, _on_disk(status.st_size), path))
                    elif _TEMPORARY.fullmatch(file.name) and time.time() - status.st_mtime > _TEMPORARY_SECONDS:
                        _remove(path)
        except FileNotFoundError:
            pass  # nothing has been stored yet
        except OSError as error:
            self._report(f"The folder of results cannot be read: {error.strerror} ({self.folder}).")
        return found

    @staticmethod
    def _touch(path: Path) -> None:
        now = time.time_ns()  # finer than the clock that the file system uses on its own
        try:
            os.utime(path, ns=(now, now))
        except OSError:  # removed by another process, or a folder that is only readable
            _logger.debug("Could not mark %s as used.", path.name)

    def _report(self, problem: str) -> None:
        if problem != self.last_problem:
            _logger.warning(problem)
        self.last_problem = problem


def _prefix(key: str, record: bytearray | memoryview) -> bytes:
    digest = hashlib.sha256(key.encode())  # an entry under another key's name is damaged, too
    digest.update(record)
    return _MAGIC + digest.digest()


def _on_disk(num_bytes: int) -> int:
    """Return a file's size in whole blocks, so that very many small entries count as what they take."""
    return -(-num_bytes // _BLOCK_BYTES) * _BLOCK_BYTES


def _read(path: Path) -> bytearray:
    with path.open("rb") as file:
        data = bytearray(os.fstat(file.fileno()).st_size)
        file.readinto(data)
    return data


def _remove(path: Path) -> bool:
    """Return whether the file is gone (some systems keep a file that is open elsewhere)."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _logger.debug("Could not remove %s: %s", path.name, error)
        return False
    return True


@cache
def default_store() -> Store:
    """Return the store of this process: in NICVIZ_CACHE or the platform's cache folder, limited by NICVIZ_CACHE_MB.

    Raises:
        NicvizError: NICVIZ_CACHE_MB is not a number of megabytes.
    """
    folder = environment.CACHE.read() or platformdirs.user_cache_path("nicviz", appauthor=False)
    return Store(folder / "results", environment.CACHE_MB.read() * MEGABYTE)
