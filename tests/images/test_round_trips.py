"""Random pictures in every format, depth and layout that can be written here, read back as the format defines them."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import imagecodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from nicviz.images import load_bytes
from tests.images.png_writer import png
from tests.images.tiff_writer import packed, tags, tiff


@dataclass(frozen=True)
class Written:
    """How a format is written without loss: `write(samples, bits)`, and what it takes.

    Samples are (H, W, C) integers of `bits` bits; 2 and 4 channels end in alpha that colors are not multiplied with.
    """

    write: Callable[[np.ndarray, int], bytes]
    bits: tuple[int, ...]
    channels: tuple[int, ...]
    within: float = 0.51  # of a level


def stored(samples: np.ndarray, bits: int) -> np.ndarray:
    """Return samples in the smallest type, gray without its axis, as imagecodecs takes them."""
    return np.ascontiguousarray(samples.squeeze(axis=2) if samples.shape[2] == 1 else samples).astype(
        np.uint8 if bits <= 8 else np.uint16
    )


def pillow(kind: str, **options: object) -> Callable[[np.ndarray, int], bytes]:
    def write(samples: np.ndarray, bits: int) -> bytes:
        file = io.BytesIO()
        Image.fromarray(stored(samples, bits)).save(file, kind, **options)
        return file.getvalue()

    return write


def tiff_page(order: str, planes: bool = False, white_is_zero: bool = False) -> Callable[[np.ndarray, int], bytes]:
    def write(samples: np.ndarray, bits: int) -> bytes:
        height, width, channels = samples.shape
        colors = channels - (channels in (2, 4))
        if white_is_zero:
            samples = np.dstack([2**bits - 1 - samples[..., :colors], samples[..., colors:]])
        parts = [samples[..., i : i + 1] for i in range(channels)] if planes else [samples]
        strips = [
            part.astype(f"{order}u{bits // 8}").tobytes()
            if bits in (8, 16)
            else packed(part.reshape(height, -1).astype(int), bits)
            for part in parts
        ]
        starts = [8 + sum(map(len, strips[:i])) for i in range(len(strips))]
        more = {"_273": ("I", starts), "_279": ("I", [len(s) for s in strips]), "_284": 2 if planes else 1}
        if channels in (2, 4):
            more["_338"] = 2
        page = tags(width, height, bits, channels, 2 if colors == 3 else 0 if white_is_zero else 1, **more)
        return tiff([(page, b"".join(strips))], order)

    return write


def jpeg2000(samples: np.ndarray, bits: int) -> bytes:
    return imagecodecs.jpeg2k_encode(stored(samples, bits), level=0, reversible=True, bitspersample=bits)


ALL = tuple(range(1, 17))
ALPHA = (1, 2, 3, 4)
FORMATS = {
    "png": Written(png, (1, 2, 4, 8, 16), ALPHA),
    "libpng": Written(lambda s, b: imagecodecs.png_encode(stored(s, b)), (8, 16), ALPHA),
    "jpegxl": Written(
        lambda s, b: imagecodecs.jpegxl_encode(stored(s, b), lossless=True, bitspersample=b), ALL, ALPHA
    ),
    "jpeg2000": Written(jpeg2000, ALL, ALPHA),
    "jpeg-ls": Written(lambda s, b: imagecodecs.jpegls_encode(stored(s, b)), (8, 16), (1, 3)),
    "lossless-jpeg": Written(
        lambda s, b: imagecodecs.jpeg8_encode(stored(s, b), lossless=True, bitspersample=b), (8, 12, 16), (1, 3)
    ),
    "webp": Written(pillow("WEBP", lossless=True, exact=True), (8,), (3, 4)),
    "bmp": Written(pillow("BMP"), (8,), (1, 3)),
    "avif": Written(
        lambda s, b: imagecodecs.avif_encode(stored(s, b), level=100, bitspersample=b, matrix=0, pixelformat="444"),
        (8, 10, 12), (3, 4), within=1.5,  # libavif rounds color and alpha to 8 bits first
    ),
    "tiff": Written(tiff_page("<"), ALL, ALPHA),
    "tiff-big-endian": Written(tiff_page(">"), ALL, ALPHA),
    "tiff-planes": Written(tiff_page("<", planes=True), ALL, ALPHA),
    "tiff-white-is-zero": Written(tiff_page(">", white_is_zero=True), ALL, (1, 2)),
}  # fmt: skip


def defined(samples: np.ndarray, bits: int) -> np.ndarray:
    """Return the levels 0–255, not rounded, that samples mean: scaled, laid on white, gray repeated."""
    shares = samples / (2**bits - 1)
    if samples.shape[2] in (2, 4):
        shares = shares[..., :-1] * shares[..., -1:] + 1 - shares[..., -1:]
    return 255 * np.broadcast_to(shares, (*samples.shape[:2], 3))


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_pictures_are_read_back_as_the_format_defines_them(name: str, data: st.DataObject) -> None:
    written = FORMATS[name]
    bits = data.draw(st.sampled_from(written.bits), "bits")
    channels = data.draw(st.sampled_from(written.channels), "channels")
    height, width = data.draw(st.integers(1, 24), "height"), data.draw(st.integers(1, 24), "width")
    rng = np.random.default_rng(data.draw(st.integers(0, 1000), "seed"))
    samples = rng.integers(0, 2**bits, (height, width, channels))
    samples[0, 0, :channels] = 2**bits - 1
    loaded = load_bytes(written.write(samples, bits), "a")
    assert np.abs(loaded.pixels - defined(samples, bits)).max() <= written.within
    assert any(f"Samples of {bits} bits were reduced" in notice for notice in loaded.notices) == (bits > 8)
    assert any("white" in notice for notice in loaded.notices) == bool(
        channels in (2, 4) and (samples[..., -1] < 2**bits - 1).any()
    )
