"""A TIFF writer that takes every tag as it is told, for layouts that no library writes (TIFF 6.0)."""

import struct

import numpy as np

_TYPES = {"B": 1, "H": 3, "I": 4, "Q": 5}  # bytes, shorts, longs, and fractions of two longs


def packed(values: np.ndarray, bits: int) -> bytes:
    """Return rows of samples (H, n) of `bits` bits, most significant first, each row filled up to a whole byte."""
    digits = (values[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(digits.reshape(len(values), -1).astype(np.uint8), axis=1).tobytes()


def tiff(pages: list[tuple[dict[int, object], bytes]], order: str = "<") -> bytes:
    """Return a file of pages, each a dict of tags and the bytes of its one strip.

    A tag's value is an int, bytes, or a tuple (letter, values) with a letter of `_TYPES`.
    """
    data = bytearray(b"II*\0" if order == "<" else b"MM\0*") + bytes(4)
    link = 4
    for tags, strip in pages:
        where = len(data)
        data += strip + bytes(len(strip) % 2)
        entries = {273: where, 279: len(strip), **tags}
        body = bytearray(struct.pack(order + "H", len(entries)))
        later = bytearray()
        start = len(data) + 2 + 12 * len(entries) + 4
        for tag, value in sorted(entries.items()):
            letter, values = value if isinstance(value, tuple) else ("B", value) if isinstance(value, bytes) else (
                "I" if tag in (273, 279) else "H", [value])  # fmt: skip
            count = len(values) // 2 if letter == "Q" else len(values)
            content = struct.pack(f"{order}{len(values)}{'I' if letter == 'Q' else letter}", *values)
            body += struct.pack(order + "HHI", tag, _TYPES[letter], count)
            if len(content) <= 4:
                body += content.ljust(4, b"\0")
            else:
                body += struct.pack(order + "I", start + len(later))
                later += content + bytes(len(content) % 2)
        data[link : link + 4] = struct.pack(order + "I", len(data))
        link = len(data) + len(body)
        data += body + bytes(4) + later
    return bytes(data)


def tags(width: int, height: int, bits: int, channels: int, photometric: int, **more: object) -> dict[int, object]:
    """Return the tags every page has, uncompressed and in one strip."""
    return {
        256: width, 257: height, 258: ("H", [bits] * channels), 259: 1, 262: photometric, 277: channels, 278: height,
        **{int(key[1:]): value for key, value in more.items()},
    }  # fmt: skip
