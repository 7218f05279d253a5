"""TIFF: tifffile and imagecodecs read the samples of every depth and layout; what they mean is applied here.

libtiff (in imagecodecs too) reads what tifffile does not: fax compression, old JPEG and subsampled YCbCr.
"""

import io
import logging
import struct
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from nicviz.images.formats import JPEG, JPEG2000, JPEGXL, PNG, WEBP, Format, sniff
from nicviz.images.profile import embedded
from nicviz.images.raster import NotRead, Raster, Samples, check_kind, to_8_bits
from nicviz.images.readers import jpeg, jpeg2000, jpegxl, pillow, png
from nicviz.images.readers.tiff_strips import JPEG as JPEG_IN_TIFF
from nicviz.images.readers.tiff_strips import unpack_in_place
from nicviz.images.readers.tiff_tags import check_tags

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_MOST_PAGES, _MOST_CHANNELS = 64, 16
_REDUCED, _MASK = 1, 4
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _SEPARATED, _YCBCR = 0, 1, 2, 3, 5, 6
_COLORS = {_WHITE_IS_ZERO: 1, _BLACK_IS_ZERO: 1, _RGB: 3, _PALETTE: 1, _SEPARATED: 4, _YCBCR: 3}
_KINDS = {1: "u", 2: "i", 4: "u"}  # numpy's letters of the sample formats; all others are floating point
_ASSOCIATED, _UNASSOCIATED = 1, 2
_INK_SET, _INDEXED, _ORIENTATION, _PROFILE = 332, 346, 274, 34675
_COEFFICIENTS, _REFERENCES = 529, 532
_OLD_JPEG = 6
_LIBTIFF = (2, 3, 4, _OLD_JPEG, 32771, 32809)  # fax, old JPEG, fax by words, ThunderScan
# Compressions whose strips have a header with a size of its own, by what reads it.
_SEGMENT_SIZES: dict[Format | None, Callable[[bytes], tuple[int, int]]] = {
    JPEG: jpeg.size,
    JPEG2000: jpeg2000.size,
    JPEGXL: jpegxl.size,
    PNG: png.size,
    WEBP: pillow.webp_size,
}
_PICTURES = (*JPEG_IN_TIFF, 33003, 33004, 33005, 34712, 34927, 34933, 50001, 50002, 52546)
_PLAIN = (1, 5, 8, 32773, 32946, 34925, 34926, 50000)


def read(data: bytes, check: Callable[[int, int], None]) -> Raster:
    """Return the first picture of full resolution of a TIFF file."""
    from tifffile import TiffFile

    logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)  # what it says of damaged tags is said as an error
    check_tags(data)
    buffer = io.BytesIO(data)
    with TiffFile(buffer) as file:
        notices: list[str] = []
        page, index = _picture(file, notices)
        _check_page(page, check)
        _check_segments(page, data, check)
        if page.compression in _LIBTIFF or (page.is_subsampled and page.compression not in JPEG_IN_TIFF):
            raster = _through_libtiff(data, page, index)
        else:
            depth = page.bitspersample  # as samples are, however they are packed
            unpack_in_place(page, data, buffer)
            if page.predictor != 1:
                page.is_contiguous = False  # where tifffile leaves differences between samples as they are
            raster = _through_tifffile(page, depth)
        raster.notices = notices + raster.notices
        orientation = page.tags.valueof(_ORIENTATION)
        raster.orientation = orientation if orientation in range(1, 9) else 1
        icc = page.tags.valueof(_PROFILE)
        raster.profile = embedded(icc if isinstance(icc, bytes) else None)
        return raster


def _picture(file: "TiffFile", notices: list[str]) -> tuple["TiffPage", int | None]:
    """Return the first page that is no reduced version and no mask of another, and its number, None below a page."""
    pages = list(islice(_pages(file), _MOST_PAGES))
    whole = [found for found in pages if not found[0].subfiletype & (_REDUCED | _MASK)] or pages
    if not whole:
        raise ValueError("there is no picture in it")
    if len(whole) > 1 or whole[0] is not pages[0]:
        first = "one of full resolution" if whole[0] is not pages[0] else "one"
        notices.append(f"The file holds several pictures; the first {first} was taken.".replace("first one", "first"))
    return whole[0]


def _pages(file: "TiffFile") -> Iterator[tuple["TiffPage", int | None]]:
    from tifffile import TiffPage

    index = 0
    while True:
        try:
            page = file.pages[index]
        except (LookupError, ValueError, TypeError, OSError, struct.error):
            if index:  # there is none, or one that cannot be read and does not matter
                return
            raise
        if not isinstance(page, TiffPage):
            return
        yield page, index
        if page.subfiletype & _REDUCED and page.pages:
            yield from ((below, None) for below in page.pages if isinstance(below, TiffPage))
        index += 1


def _check_page(page: "TiffPage", check: Callable[[int, int], None]) -> None:
    """Raise for what is too large or has no place here, from the tags alone."""
    check(page.imagewidth, page.imagelength)
    if page.is_tiled:
        check(page.tilewidth, page.tilelength)
    if page.photometric not in _COLORS or page.tags.valueof(_INDEXED):
        raise NotRead(f"has colors of the kind {_name(page.photometric)}. Convert it to gray or RGB.")
    if page.photometric == _SEPARATED and page.tags.valueof(_INK_SET) == 2:
        raise NotRead("has inks other than cyan, magenta, yellow and black. Convert it to RGB.")
    if page.compression not in (*_PLAIN, *_PICTURES, *_LIBTIFF):
        raise NotRead(f"is compressed as {_name(page.compression)}, which is not read. Save it as LZW or Deflate.")
    if page.imagedepth != 1 or page.tiledepth > 1:
        raise NotRead("is a volume. Save one slice of it.")
    if not 1 <= page.samplesperpixel <= _MOST_CHANNELS:
        raise NotRead(f"has {page.samplesperpixel} channels; gray, RGB or CMYK, with or without alpha, is accepted.")
    if not isinstance(page.bitspersample, int):
        raise NotRead(f"has channels of {page.bitspersample} bits. Convert it to 8 or 16 bits.")
    check_kind(_KINDS.get(page.sampleformat, "f"), page.bitspersample)


def _check_segments(page: "TiffPage", data: bytes, check: Callable[[int, int], None]) -> None:
    """Raise for strips or tiles that are missing or cut short, or that would unpack to more than the tags say."""
    segments = list(zip(page.dataoffsets, page.databytecounts, strict=False))
    if not segments or any(count < 1 or offset < 1 or offset + count > len(data) for offset, count in segments):
        raise ValueError("strips of the picture are missing or cut short")
    if page.compression in _PICTURES:
        for offset, count in segments:
            segment = data[offset : offset + count]
            format_ = sniff(segment)
            if format_ not in _SEGMENT_SIZES:
                raise ValueError("a strip of the picture is none of its compression")
            check(*_SEGMENT_SIZES[format_](segment))


def _through_tifffile(page: "TiffPage", depth: int) -> Raster:
    kind = page.photometric
    samples = np.asarray(page.asarray(maxworkers=1)).reshape(page.shaped)[:, 0]
    samples = np.moveaxis(samples, 0, 2).reshape(*samples.shape[1:3], -1)  # planes and channels: one of them is 1
    colors, extras = _COLORS[kind], page.extrasamples
    if samples.shape[2] < colors:
        raise NotRead(f"has {samples.shape[2]} channels where {colors} are declared.")
    if not extras and kind == _RGB and samples.shape[2] == 4:
        extras = (_UNASSOCIATED,)  # what a fourth channel without a word is to all readers
    raster = Raster(samples, depth)
    color = samples[..., :colors]
    if kind == _WHITE_IS_ZERO:
        color = ~color if color.dtype.kind == "i" else (2**depth - 1 - color).astype(color.dtype)
    elif kind == _YCBCR:
        color = _rgb_of_ycbcr(color, page)
    elif kind == _PALETTE:
        color, raster.depth = _looked_up(color[..., 0], np.asarray(page.colormap)), 8
    alpha = next((number for number, extra in enumerate(extras) if extra in (_ASSOCIATED, _UNASSOCIATED)), None)
    ignored = samples.shape[2] - colors - (alpha is not None)
    if ignored:
        raster.notices.append(f"{ignored} further channel{'s' * (ignored > 1)} of no stated meaning ignored.")
    if alpha is not None and colors + alpha < samples.shape[2]:
        raster.alpha = "premultiplied" if extras[alpha] == _ASSOCIATED else "straight"
        opacity = samples[..., colors + alpha : colors + alpha + 1]
        color = np.dstack([color, to_8_bits(opacity, depth) if kind == _PALETTE else opacity])
    raster.samples = color
    return raster


def _rgb_of_ycbcr(color: Samples, page: "TiffPage") -> Samples:
    """Return RGB of (H, W, 3) luma and chroma by the tags of TIFF 6.0, section 21."""
    top = 2**page.bitspersample - 1
    red, green, blue = _fractions(page, _COEFFICIENTS, (0.299, 0.587, 0.114))
    middle = (top + 1) // 2
    black_white = _fractions(page, _REFERENCES, (0, top, middle, top, middle, top))
    y, cb, cr = (
        (color[..., channel] - np.float32(black)) * np.float32((top - zero) / (white - black))
        for channel, (black, white, zero) in enumerate(
            zip(black_white[::2], black_white[1::2], (0, middle, middle), strict=True)
        )
    )
    r, b = y + (2 - 2 * red) * cr, y + (2 - 2 * blue) * cb
    rgb = np.stack([r, (y - red * r - blue * b) / green, b], axis=-1)
    converted: Samples = np.rint(rgb).clip(0, top).astype(color.dtype)
    return converted


def _fractions(page: "TiffPage", tag: int, default: tuple[float, ...]) -> tuple[float, ...]:
    """Return the numbers of a tag of fractions, which tifffile gives as numerators and denominators in turn."""
    values = page.tags.valueof(tag)
    if values is None:
        return default
    numbers = [numerator / denominator for numerator, denominator in zip(values[::2], values[1::2], strict=True)]
    if len(numbers) != len(default):
        raise ValueError("the numbers of YCbCr are incomplete")
    return tuple(numbers)


def _looked_up(indices: Samples, palette: Samples) -> Samples:
    """Return the 8-bit colors of a palette (3, n) of 16 bits; some writers put 8 bits into the upper or lower half."""
    if palette.ndim != 2 or palette.shape[0] != 3 or int(indices.max()) >= palette.shape[1]:
        raise ValueError("the palette is missing or too short")
    if palette.max() < 256 or not (palette & 255).any():
        colors = (palette if palette.max() < 256 else palette >> 8).astype(np.uint8)
    else:
        colors = to_8_bits(palette.astype(np.uint16), 16)
    looked_up: Samples = colors.T[indices]
    return looked_up


def _through_libtiff(data: bytes, page: "TiffPage", index: int | None) -> Raster:
    import imagecodecs

    if index is None:
        raise NotRead(f"is compressed as {_name(page.compression)} within another page, which is not read.")
    if tag := page.tags.get(_ORIENTATION):  # libtiff would apply half of it
        one = (1).to_bytes(2, "little" if data[:2] == b"II" else "big")
        data = data[: tag.valueoffset] + one + data[tag.valueoffset + 2 :]
    rgba = np.asarray(imagecodecs.tiff_decode(data, index=index, asrgb=True))
    return Raster(rgba, 8, "straight")


def _name(value: int) -> str:
    return str(getattr(value, "name", value))
