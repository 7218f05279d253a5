"""Strips and tiles of a TIFF file that tifffile would hand to decoders of imagecodecs that damaged bytes can kill.

Its LZW decoder writes past its buffer, and so does the decoder of lossless JPEG that it falls back on. libtiff and
libjpeg-turbo, in the same package, are used in their place; what they unpack goes to tifffile as if uncompressed.
"""

import io
import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tifffile import TiffPage

_UNCOMPRESSED, _LZW, _RGB, _YCBCR = 1, 5, 2, 6
JPEG = (7, 33007, 34892)


def unpack_in_place(page: "TiffPage", data: bytes, file: io.BytesIO) -> None:
    """Unpack LZW and JPEG strips of `page` of the file `data`, append them to `file`, and lead the page there."""
    if page.compression == _LZW:
        unpacked = [_from_lzw(segment, size, page.fillorder) for segment, size in _segments(page, data)]
        page.fillorder = 1
    elif page.compression in JPEG:
        unpacked = [_from_jpeg(segment, page) for segment, _ in _segments(page, data)]
        page.bitspersample = 8 if page.bitspersample <= 8 else 16
        page.photometric = _RGB if page.photometric == _YCBCR else page.photometric
        page.fillorder = page.predictor = 1
        page.subsampling = None
    else:
        return
    offsets = []
    file.seek(0, io.SEEK_END)
    for strip in unpacked:
        offsets.append(file.tell())
        file.write(strip)
    page.dataoffsets, page.databytecounts = tuple(offsets), tuple(map(len, unpacked))
    page.compression = _UNCOMPRESSED


def _segments(page: "TiffPage", data: bytes) -> list[tuple[bytes, int]]:
    """Return each strip or tile with the bytes that it unpacks to."""
    channels = 1 if page.planarconfig == 2 else page.samplesperpixel
    width = page.tilewidth if page.is_tiled else page.imagewidth
    row = (width * channels * page.bitspersample + 7) // 8
    step = page.tilelength if page.is_tiled else min(page.rowsperstrip, page.imagelength)
    found = []
    strips = -(-page.imagelength // step)
    for index, (offset, count) in enumerate(zip(page.dataoffsets, page.databytecounts, strict=False)):
        rows = step if page.is_tiled else min(step, page.imagelength - index % strips * step)
        found.append((data[offset : offset + count], row * rows))
    return found


def _from_lzw(segment: bytes, size: int, fill_order: int) -> bytes:
    """Return the `size` bytes of a strip, which libtiff reads as a picture one row high."""
    import imagecodecs

    entries = ((256, size), (257, 1), (258, 8), (259, _LZW), (262, 1), (266, fill_order), (273, 8), (277, 1), (278, 1),
               (279, len(segment)))  # fmt: skip
    start = 8 + len(segment) + len(segment) % 2
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    picture = struct.pack("<4sI", b"II*\0", start) + segment.ljust(start - 8, b"\0")
    picture += struct.pack("<H", len(entries)) + directory + bytes(4)
    return np.asarray(imagecodecs.tiff_decode(picture)).tobytes()


def _from_jpeg(segment: bytes, page: "TiffPage") -> bytes:
    import imagecodecs
    from tifffile.tifffile import jpeg_decode_colorspace

    colors, out = jpeg_decode_colorspace(page.photometric, page.planarconfig, page.extrasamples, page.is_jfif)
    samples = np.asarray(
        imagecodecs.jpeg8_decode(segment, tables=page.jpegtables, colorspace=colors, outcolorspace=out)
    )
    deep = samples.dtype.itemsize > 1
    if deep != (page.bitspersample > 8):
        raise ValueError("the depth of a strip is not that of the picture")
    return samples.astype(f"{page.parent.byteorder}u2" if deep else np.uint8, copy=False).tobytes()
