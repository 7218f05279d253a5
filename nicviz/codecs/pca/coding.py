"""The bitstream of a block PCA: dithered coefficients in a range coder, coded with Gaussians whose scales are known.

Quantization is subtractively dithered between a filter before and one behind it (Zamir and Feder, "Information rates of
pre/post-filtered dithered quantizers", IEEE Trans. IT 42, 1996). With gain g = 1 − θ/λ and Δ² = 12 θ, coefficient c
becomes √g · (√g · c + n), where n is uniform with variance θ and independent of the picture: g · c + √g · n, which has
exactly the gain and the noise of the optimal forward channel, for any picture and at any rate. Plain rounding has
neither at low rates.

Bytes: digest of the model (4), quality (float32), width and height (varints), one byte a group of components for its
scale, one byte a class for how often a block has it, classes and coefficients (32-bit words), CRC-32 (4).
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.base import MEGAPIXEL, Image
from nicviz.codecs.guard import Size
from nicviz.codecs.pca.model import BLOCK, Allocation, Float, LinearModel
from nicviz.codecs.pca.plan import CLASSES, Plan
from nicviz.codecs.varint import read_varints, varint

LARGEST = 24 * MEGAPIXEL  # pixels: coefficients of more would take gigabytes
_CHUNK = 256  # blocks that are coded at once: the coder holds the interpreter lock meanwhile


def encode_with_model(image: Image, model: LinearModel, quality: float, allocation: Allocation) -> bytes:
    """Return the bitstream of an image.

    Args:
        image: (H, W, 3) uint8.
        model: what both sides know.
        quality: kept in the bitstream as float32; the decoder finds the same allocation by it.
        allocation: of that quality.
    """
    height, width = image.shape[:2]
    plan = Plan(model, allocation)
    values = plan.filtered(image)
    scales, classes = plan.fitted(values)
    shares = _shares(classes)
    coder = _Encoder()
    for part in _chunks(len(values)):
        coder.put_classes(classes[part], shares)
        dither = plan.dither(part)
        symbols = np.rint(values[part] + dither).astype(np.int32)
        coder.put(symbols, dither, plan.spread(scales, classes[part]), plan.reach)
    head = struct.pack("<4sf", model.digest, quality) + varint(width) + varint(height)
    body = head + scales.astype(np.int8).tobytes() + shares.astype(np.uint8).tobytes() + coder.data()
    return body + struct.pack("<I", zlib.crc32(body))


def claimed_size(data: bytes) -> Size:
    """Return width and height; `ValueError` or `struct.error` for bytes that are not a whole bitstream."""
    _, width, height, _ = _read_head(data)
    return width, height


def decode_with_model(data: bytes, model: LinearModel, allocate: Callable[[float], Allocation]) -> Image:
    """Return the reconstruction, (H, W, 3) uint8.

    Args:
        data: of `encode_with_model`.
        model: that the bitstream was made with.
        allocate: a quality to its allocation.

    Raises:
        ValueError: not a whole bitstream, or one of another model.
    """
    digest, width, height, at = _read_head(data)
    if digest != model.digest:
        raise ValueError(f"made with another basis than the one trained on {model.name}")
    plan = Plan(model, allocate(quality_in(data)))
    num_scales = len(plan.group_starts)
    if len(data) < at + num_scales + CLASSES + 4 or (len(data) - at - num_scales - CLASSES) % 4:
        raise ValueError("ends within its scales")
    scales = np.frombuffer(data, np.int8, num_scales, at)
    shares = np.frombuffer(data, np.uint8, CLASSES, at + num_scales)
    if not shares.any():
        raise ValueError("has no class of blocks")
    coder = _Decoder(data[at + num_scales + CLASSES : -4])
    down, across = -(-height // BLOCK), -(-width // BLOCK)
    values = np.empty((down * across, len(plan.kept)), np.float32)
    for part in _chunks(len(values)):
        classes = coder.take_classes(part.stop - part.start, shares)
        dither = plan.dither(part)
        symbols = coder.take(dither, plan.spread(scales, classes), plan.reach)
        values[part] = symbols - dither
    return plan.image_of(values, (down, across))[:height, :width].copy()


def quality_in(data: bytes) -> float:
    """Return the quality that a bitstream was made at, as its encoder was given it (to six digits)."""
    (stored,) = struct.unpack_from("<f", data, 4)
    return float(f"{stored:.6g}")


def _read_head(data: bytes) -> tuple[bytes, int, int, int]:
    if len(data) < 14:
        raise ValueError("too short")
    (checksum,) = struct.unpack("<I", data[-4:])
    if zlib.crc32(data[:-4]) != checksum:
        raise ValueError("the checksum does not match")
    (width, height), at = read_varints(data, 8, 2)
    if not 0 < width * height <= LARGEST:
        raise ValueError(f"claims {width}×{height}, the limit is {LARGEST // MEGAPIXEL} megapixels")
    return data[:4], width, height, at


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, _CHUNK):
        yield slice(start, min(start + _CHUNK, count))


def _shares(classes: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Return how often each class occurs, as 1 … 255 of the most frequent, 0 for none."""
    count = np.bincount(classes, minlength=CLASSES)
    shares: NDArray[np.uint8] = np.ceil(255 * count / count.max()).astype(np.uint8)
    return shares


class _Encoder:
    """The range coder of the package constriction (Bamler, 2022), and the models of symbols."""

    def __init__(self) -> None:
        import constriction

        self._coder = constriction.stream.queue.RangeEncoder()

    def put_classes(self, classes: NDArray[Any], shares: NDArray[Any]) -> None:
        self._coder.encode(classes.astype(np.int32), _class_model(shares))

    def put(self, symbols: NDArray[np.int32], mean: Float, spread: Float, reach: int) -> None:
        self._coder.encode(symbols.ravel(), _symbol_model(reach), mean.ravel(), spread.ravel())

    def data(self) -> bytes:
        return bytes(self._coder.get_compressed().astype("<u4").tobytes())


class _Decoder:
    def __init__(self, data: bytes) -> None:
        import constriction

        self._coder = constriction.stream.queue.RangeDecoder(np.frombuffer(data, "<u4").astype(np.uint32))

    def take_classes(self, count: int, shares: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(self._coder.decode(_class_model(shares), count))

    def take(self, mean: Float, spread: Float, reach: int) -> NDArray[Any]:
        symbols = self._coder.decode(_symbol_model(reach), mean.ravel(), spread.ravel())
        return np.asarray(symbols).reshape(mean.shape)


def _class_model(shares: NDArray[Any]) -> Any:
    import constriction

    return constriction.stream.model.Categorical(shares / shares.sum(dtype=np.float64), perfect=False)


def _symbol_model(reach: int) -> Any:
    import constriction

    return constriction.stream.model.QuantizedGaussian(-reach, reach)
