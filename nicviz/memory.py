"""Memory: what the C library keeps for the next step or image, and what is kept at hand within a bound of bytes."""

import ctypes
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # glibc's malloc.h
_ARENAS = 2  # each keeps what its threads have freed; the usual number is eight a core
_TRIM_AFTER = 10.0  # seconds between two trims: one takes some milliseconds
_LARGEST_MMAP_THRESHOLD = 32 << 20
_USUAL_TRIM_THRESHOLD = 2 * _LARGEST_MMAP_THRESHOLD  # where glibc's own rule ends up with large arrays

_lock = threading.Lock()
_keeping: list[object] = []
_clearing: list[Callable[[], object]] = []
_trimmed: dict[str, float] = {}


def keep_memory() -> None:
    """Let what is freed be used again without the kernel's clearing its pages: a training step takes 3/4 of the time.

    For this process and from now on; without effect where the C library is another than glibc.
    """
    if library := _glibc():
        library.mallopt(_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD)
        library.mallopt(_TRIM_THRESHOLD, (1 << 31) - 1)


def clear_with_memory(clear: Callable[[], object]) -> None:
    """Have `clear` called whenever kept memory goes back to the system: it empties a cache of the same use."""
    _clearing.append(clear)


def share_arenas() -> None:
    """Let threads share what they have freed; for this process and from now on, where the C library is glibc."""
    if library := _glibc():
        library.mallopt(_ARENA_MAX, _ARENAS)


def trim() -> None:
    """Give what is free to the system when nothing runs; a second time within seconds does nothing."""
    library = _glibc()
    with _lock:
        if library is None or _keeping or time.monotonic() < _trimmed.get("until", 0.0):
            return
        _trimmed["until"] = time.monotonic() + _TRIM_AFTER
        library.malloc_trim(0)


class Recent(Generic[T]):
    """What was asked for last, within a bound of bytes; the newest stays in any case. Several threads may ask.

    Args:
        limit_bytes: of all together.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T], num_bytes: Callable[[T], int]) -> T:
        """Return what is kept under a key, or what `make` makes, which is then kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        value = make()
        with self._lock:
            self._kept[key] = value, num_bytes(value)
            self._kept.move_to_end(key)
            total = sum(size for _, size in self._kept.values())
            while total > self.limit_bytes and len(self._kept) > 1:
                total -= self._kept.popitem(last=False)[1][1]
        return value


@contextmanager
def kept_memory() -> Iterator[None]:
    """Keep memory within, for many equal images; when nobody does so any more, what is free goes to the system."""
    with _lock:
        _keeping.append(None)
        keep_memory()
    try:
        yield
    finally:
        with _lock:
            _keeping.pop()
            if not _keeping:
                _give_back()


def _give_back() -> None:
    for clear in _clearing:
        clear()
    if library := _glibc():
        library.mallopt(_TRIM_THRESHOLD, _USUAL_TRIM_THRESHOLD)
        library.malloc_trim(0)


@cache
def _glibc() -> Any:
    library = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    return library if hasattr(library, "gnu_get_libc_version") else None
