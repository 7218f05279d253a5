"""Reads mutations of small files and says what came of them: `python -m tests.images.mutated KIND FIRST LAST`.

It runs as a process of its own, because a library that is killed by a file must not kill the tests. For each mutation
it prints the number before it reads it; a hang (by processor time) and a crash end the process, and what is neither a
picture nor an `ImageError` of one line, or took too much memory, is printed.
"""

import io
import resource
import signal
import struct
import sys
import zlib
from collections.abc import Callable, Iterator

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

from nicviz.errors import ImageError
from nicviz.images import load_bytes
from nicviz.images.limits import MEGA

EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\1\0\0")
SECONDS, MEGABYTES = 5, 1000
PHOTO = np.clip(
    np.add.outer(np.arange(24) * 5, np.arange(33) * 3)[..., None]
    + np.array([0, 20, 40])
    + np.random.default_rng(0).integers(0, 20, (24, 33, 3)),
    0,
    255,
).astype(np.uint8)
RGBA = np.dstack([PHOTO, PHOTO[..., 0]])
DEEP = PHOTO.astype(np.uint16) * 257
SRGB = imagecodecs.cms_profile("srgb")


def saved(image: np.ndarray | Image.Image, kind: str, **options: object) -> bytes:
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def tiff(samples: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, samples, **options)
    return file.getvalue()


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def png() -> Iterator[bytes]:
    yield saved(PHOTO, "PNG", icc_profile=bytes(SRGB), exif=exif(6))
    yield saved(Image.fromarray(PHOTO).convert("P"), "PNG", transparency=3)
    yield saved(Image.fromarray(PHOTO).convert("1"), "PNG")
    yield saved(PHOTO, "PNG", save_all=True, append_images=[Image.fromarray(PHOTO[::-1])])
    yield imagecodecs.png_encode(np.dstack([DEEP, DEEP[..., 0]]))


def jpeg() -> Iterator[bytes]:
    yield saved(PHOTO, "JPEG", icc_profile=bytes(SRGB), exif=exif(3))
    yield saved(PHOTO, "JPEG", progressive=True)
    yield saved(Image.fromarray(PHOTO).convert("CMYK"), "JPEG")
    yield saved(Image.fromarray(PHOTO).convert("L"), "JPEG")
    yield imagecodecs.jpeg8_encode(DEEP >> 4, bitspersample=12)
    yield imagecodecs.jpeg8_encode(PHOTO, lossless=True)
    yield imagecodecs.jpeg8_encode(DEEP, lossless=True, bitspersample=16)
    yield imagecodecs.jpegls_encode(PHOTO)
    yield imagecodecs.jpegls_encode(DEEP[..., 0] >> 4)
    yield saved(PHOTO, "JPEG")[:-2]


def webp() -> Iterator[bytes]:
    yield saved(PHOTO, "WEBP")
    yield saved(RGBA, "WEBP", lossless=True, exif=exif(5), icc_profile=bytes(SRGB))
    yield saved(PHOTO, "WEBP", save_all=True, append_images=[Image.fromarray(PHOTO[::-1])])


def bmp() -> Iterator[bytes]:
    yield saved(PHOTO, "BMP")
    yield saved(RGBA, "BMP")
    yield saved(Image.fromarray(PHOTO).convert("P"), "BMP")
    yield saved(Image.fromarray(PHOTO).convert("1"), "BMP")


def avif() -> Iterator[bytes]:
    yield saved(PHOTO, "AVIF", exif=exif(8), icc_profile=bytes(SRGB))
    yield saved(RGBA, "AVIF")
    yield saved(PHOTO, "AVIF", save_all=True, append_images=[Image.fromarray(PHOTO[::-1].copy())])
    yield imagecodecs.avif_encode(DEEP >> 6, level=90, bitspersample=10)


def jpeg2000() -> Iterator[bytes]:
    yield saved(PHOTO, "JPEG2000")
    yield saved(RGBA, "JPEG2000", irreversible=True, quality_layers=[20])
    yield saved(PHOTO, "JPEG2000", no_jp2=True, tile_size=(16, 16))
    yield imagecodecs.jpeg2k_encode(PHOTO, level=0, reversible=True, colorspace="SYCC")
    yield imagecodecs.jpeg2k_encode(DEEP >> 4, level=0, reversible=True, bitspersample=12)
    yield imagecodecs.jpeg2k_encode(PHOTO[..., 0].astype(np.int8), level=0, reversible=True)


def jpegxl() -> Iterator[bytes]:
    yield imagecodecs.jpegxl_encode(PHOTO, level=90)
    yield imagecodecs.jpegxl_encode(RGBA, lossless=True, usecontainer=True)
    yield imagecodecs.jpegxl_encode(DEEP >> 6, lossless=True, bitspersample=10)
    yield imagecodecs.jpegxl_encode(PHOTO[..., 0], lossless=True)
    yield imagecodecs.jpegxl_encode(np.stack([PHOTO, PHOTO[::-1]]), lossless=True)


def tiff_plain() -> Iterator[bytes]:
    yield tiff(PHOTO, photometric="rgb", rowsperstrip=7)
    yield tiff(DEEP.transpose(2, 0, 1), photometric="rgb", planarconfig="separate")
    yield tiff(DEEP[..., 0], photometric="miniswhite", byteorder=">")
    yield tiff(RGBA, photometric="rgb", extrasamples=["assocalpha"], tile=(16, 16))
    yield tiff(PHOTO[..., 0], photometric="palette", colormap=DEEP.reshape(-1, 3).T[:, :256])
    yield tiff(PHOTO, photometric="rgb", bigtiff=True)
    yield saved(PHOTO, "TIFF", save_all=True, append_images=[Image.fromarray(PHOTO[::-1])])


def tiff_packed() -> Iterator[bytes]:
    for compression in ("lzw", "zlib", "packbits", "lzma", "zstd"):
        yield tiff(PHOTO, photometric="rgb", compression=compression, predictor=compression == "lzw")
    yield tiff(DEEP, photometric="rgb", compression="zlib", predictor=True, tile=(16, 16))


def tiff_pictures() -> Iterator[bytes]:
    for compression in ("jpeg", "jpeg2000", "webp", "png", "jpegxl"):
        yield tiff(PHOTO, photometric="rgb", compression=compression)
    yield tiff(PHOTO, photometric="ycbcr", compression="jpeg", subsampling=(2, 2), tile=(16, 16))


def tiff_libtiff() -> Iterator[bytes]:
    bilevel = Image.fromarray(PHOTO).convert("1")
    yield saved(bilevel, "TIFF", compression="group3")
    yield saved(bilevel, "TIFF", compression="group4")
    yield saved(bilevel, "TIFF", compression="tiff_ccitt")


SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "png": png,
    "jpeg": jpeg,
    "webp": webp,
    "bmp": bmp,
    "avif": avif,
    "jpeg2000": jpeg2000,
    "jpegxl": jpegxl,
    "tiff-plain": tiff_plain,
    "tiff-packed": tiff_packed,
    "tiff-pictures": tiff_pictures,
    "tiff-libtiff": tiff_libtiff,
}


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """Return the file with bytes changed, cut out, put in or repeated; half of the times near its beginning."""
    changed = bytearray(data)
    reach = min(len(data), 200) if rng.random() < 0.5 else len(data)
    for _ in range(rng.integers(1, 7)):
        at = int(rng.integers(0, reach))
        kind = rng.integers(0, 8)
        if kind < 4:
            changed[at : at + 1] = rng.bytes(1)
        elif kind == 4:
            changed[at : at + 4] = EXTREMES[rng.integers(0, len(EXTREMES))]
        elif kind == 5:
            del changed[at : at + int(rng.integers(1, 40))]
        elif kind == 6:
            changed[at:at] = rng.bytes(int(rng.integers(1, 40)))
        else:
            changed[at:at] = changed[at : at + int(rng.integers(1, 200))]
    return bytes(changed)


def with_checksums(data: bytes) -> bytes:
    """Return a PNG whose chunks have right checksums again, so that its mutations come past them."""
    position = 8
    while position + 12 <= len(data):
        end = position + 8 + struct.unpack_from(">I", data, position)[0]
        data = data[:end] + struct.pack(">I", zlib.crc32(data[position + 4 : end])) + data[end + 4 :]
        position = end + 4
    return data


def main(kind: str, start: int, stop: int) -> None:
    """Read the mutations `start` … `stop` − 1 of a kind."""
    seeds, pictures = list(SEEDS[kind]()), 0
    for data in seeds:
        load_bytes(data, "seed")  # which must be right, and loads the libraries before anything is measured
    for number in range(start, stop):
        rng = np.random.default_rng([number, *kind.encode()])
        data = mutated(seeds[number % len(seeds)], rng)
        if kind == "png" and rng.random() < 0.7:
            data = with_checksums(data)
        print(number, flush=True)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # whose signal ends the process
        try:
            pixels = load_bytes(data, "a").pixels
            pictures += 1
            outcome = "" if pixels.dtype == np.uint8 and pixels.shape[2:] == (3,) else f"pixels {pixels.shape}"
        except ImageError as error:
            outcome = "several lines" if "\n" in str(error) else ""
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            outcome = f"{type(error).__name__}: {error}"
        signal.setitimer(signal.ITIMER_PROF, 0)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / MEGA
        if outcome or grown > MEGABYTES:
            print(f"BAD {number} {outcome} {grown:.0f} MB", flush=True)
    print(f"PICTURES {pictures}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
