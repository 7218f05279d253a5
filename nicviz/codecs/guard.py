"""What stands between a library's two functions and the codec contract: sizes that are checked, failures that are told.

A codec of a library is its encode and decode, each wrapped once::

    encoder=guard.encoder("qoi", encode, side_limit=2**31 - 1)
    decoder=guard.decoder("qoi", headers.qoi_size, decode)
"""

import struct
from collections.abc import Callable

import numpy as np

from nicviz.codecs.base import MEGAPIXEL, Image, no_limit
from nicviz.errors import CodecError

Size = tuple[int, int]
"""Width and height."""

FAILURES = (OSError, SyntaxError, ValueError, RuntimeError, MemoryError, struct.error)
"""What libraries raise when encoding or decoding fails: Pillow the first three, imagecodecs `RuntimeError`."""


def encoder(name: str, encode: Callable[[Image, float], bytes], side_limit: int) -> Callable[[Image, float], bytes]:
    """Return `encode` with the format's largest side checked and every failure turned into `CodecError`.

    Args:
        name: of the codec, for messages.
        encode: (H, W, 3) uint8, C-contiguous, and a native quality to the bitstream.
        side_limit: the most pixels of a side that encoder and decoder take.
    """

    def guarded(image: Image, quality: float) -> bytes:
        height, width = image.shape[:2]
        if max(height, width) > side_limit:
            raise CodecError(f"{name} takes at most {side_limit} pixels on a side; this image is {width}×{height}.")
        try:
            return encode(image, quality)
        except FAILURES as error:
            raise CodecError(f"{name} cannot encode this {width}×{height} image: {error}.") from error

    return guarded


def decoder(
    name: str, claimed_size: Callable[[bytes], Size], decode: Callable[[bytes], Image]
) -> Callable[[bytes], Image]:
    """Return `decode` with the claimed size checked before and after, and every failure turned into `CodecError`.

    Args:
        name: of the codec, for messages.
        claimed_size: reads width and height from a bitstream without decoding it, see `nicviz.codecs.headers`; raises
            one of `FAILURES` for bytes that are not a whole bitstream, as far as that can be told.
        decode: the bitstream to (H, W, 3) uint8.
    """

    def guarded(data: bytes) -> Image:
        try:
            width, height = claimed_size(data)
            if not 0 < width * height <= no_limit():
                limit = no_limit() // MEGAPIXEL
                raise ValueError(f"the header claims {width}×{height}, the limit is {limit} megapixels")
            image = decode(data)
            if image.shape != (height, width, 3) or image.dtype != np.uint8:
                raise ValueError(f"the header claims {width}×{height} RGB, decoded to {image.shape} {image.dtype}")
        except FAILURES as error:
            raise CodecError(f"{name}: these bytes are not a whole {name} bitstream ({error}).") from error
        return image

    return guarded
