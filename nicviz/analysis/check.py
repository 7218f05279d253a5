"""Whether a codec keeps what it promises: a few round trips on a sample, each step told as it is done."""

from collections.abc import Iterator

import numpy as np

from nicviz.codecs import Codec
from nicviz.errors import CodecError
from nicviz.images import Image
from nicviz.metrics import METRICS
from nicviz.rate import bits_per_pixel
from nicviz.run import place
from nicviz.tasks.settings import ImageSetting

SAMPLE = "astronaut"
_SIDE = 256
_ODD = (33, 17)


def check_codec(codec: Codec) -> Iterator[str]:
    """Yield a sentence for each thing that was found right.

    Raises:
        CodecError: what was not; of a program with its last words.
    """
    state = codec.availability()
    if not state.ok:
        raise CodecError(f"{codec.name} is not available. {state.reason} {state.remedy}".strip())
    yield "available; " + ", ".join(f"{name} {text}" for name, text in codec.versions(codec.quality(None)).items())
    picture = ImageSetting(SAMPLE, longest_side=_SIDE).load().pixels
    first = place.round_trip(picture, codec, codec.quality(None))
    yield f"{_told(codec, codec.quality(None), picture, first.bitstream, first.reconstruction)}, in " + (
        f"{first.encode_seconds:.2f} s to encode and {first.decode_seconds:.2f} s to decode"
    )
    _require(place.encode(picture, codec, codec.quality(None)) == first.bitstream, codec, "gave other bytes again")
    yield "the same picture gives the same bytes"
    for height, width in (_ODD, (1, 1)):
        part = np.ascontiguousarray(picture[:height, :width])
        made = place.round_trip(part, codec, codec.quality(None)).reconstruction
        _require(made.shape == part.shape, codec, f"made {made.shape[1]}×{made.shape[0]} of {width}×{height}")
    yield "pictures of 17×33 and 1×1 come back in their size"
    yield from _ladder(codec, picture)


def _ladder(codec: Codec, picture: Image) -> Iterator[str]:
    """Yield what the ends of the ladder make of a picture; the rate must rise."""
    ends = [codec.ladder[0], codec.ladder[-1]] if codec.ladder else []
    sizes = []
    for quality in ends:
        made = place.round_trip(picture, codec, quality)
        sizes.append(len(made.bitstream))
        yield _told(codec, quality, picture, made.bitstream, made.reconstruction)
    _require(sizes == sorted(sizes), codec, "takes more bytes at the start of its ladder than at its end")


def _told(codec: Codec, quality: float, picture: Image, bitstream: bytes, made: Image) -> str:
    rate, psnr_db = bits_per_pixel(len(bitstream), picture.shape), METRICS["psnr_db"].compute(picture, made)
    return f"{codec.setting(quality)} takes {rate:.3f} bpp and has {psnr_db:.2f} dB"


def _require(right: bool, codec: Codec, problem: str) -> None:
    if not right:
        raise CodecError(f"{codec.name} {problem}.")
