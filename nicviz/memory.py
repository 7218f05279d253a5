"""Memory that the C library keeps for the next step or image, instead of giving it back after each."""

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
_LARGEST_MMAP_THRESHOLD = 32 << 20
_USUAL_TRIM_THRESHOLD = 2 * _LARGEST_MMAP_THRESHOLD  # where glibc's own rule ends up with large arrays

_lock = threading.Lock()
_keeping: list[object] = []
_clearing: list[Callable[[], object]] = []


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
