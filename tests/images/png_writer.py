"""A PNG writer that takes every chunk as it is told, for depths and metadata that no library writes."""

import struct
import zlib

import numpy as np

from tests.images.tiff_writer import packed

_COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


def chunk(kind: bytes, body: bytes, crc: int | None = None) -> bytes:
    """Return a chunk with its checksum, or with a wrong one."""
    return (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body) if crc is None else crc)
    )


def png(samples: np.ndarray, bits: int, *before: bytes, pixel_crc: int | None = None) -> bytes:
    """Return a PNG of (H, W, C) samples, without filters, with the chunks `before` before its pixels."""
    height, width, channels = samples.shape
    if bits < 8 and channels > 1:
        bits, samples = 8, samples * (255 // (2**bits - 1))  # such are not in the standard
    rows = samples.reshape(height, -1).astype(int)
    lines = [b"\0" + packed(row[None], bits) for row in rows]
    header = struct.pack(">IIBBBBB", width, height, bits, _COLOR_TYPES[channels], 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"".join(lines)), pixel_crc)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(before) + pixels + chunk(b"IEND", b"")
