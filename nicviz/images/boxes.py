"""The boxes of JPEG 2000, JPEG XL and AVIF files (ISO/IEC 14496-12): a length, a kind of four letters, a body."""

from collections.abc import Iterator

_MOST_BOXES = 10_000


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (kind, body) of the boxes in `data`; a last one that is cut short is given as far as it goes."""
    position = 0
    for _ in range(_MOST_BOXES):
        if position + 8 > len(data):
            return
        length, start = int.from_bytes(data[position : position + 4], "big"), position + 8
        if length == 1:
            length, start = int.from_bytes(data[start : start + 8], "big"), position + 16
        end = position + length if length else len(data)
        if end < start:
            return
        yield data[position + 4 : position + 8], data[start:end]
        position = end


def first(data: bytes, *path: bytes) -> bytes | None:
    """Return the body of the first box of the kind `path[0]`, then of the first in it, and so on; None without one."""
    for kind in path:
        found = next((body for name, body in boxes(data) if name == kind), None)
        if found is None:
            return None
        data = found
    return data
