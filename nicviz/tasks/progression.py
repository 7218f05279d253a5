"""A progressive codec: one bitstream, and the picture after each part of it."""

import time
from collections.abc import Iterator

from nicviz.codecs import Codec
from nicviz.codecs.base import Progression
from nicviz.images import Image, encode_png
from nicviz.records import Members
from nicviz.run.place import Cancel, check
from nicviz.run.quiet import QUIET


def parts(pixels: Image, codec: Codec, progression: Progression, cancel: Cancel) -> Iterator[tuple[float, Members]]:
    """Yield every quality with what `compress` keeps of it: one encode, and one decode that stops at each end.

    Args:
        pixels: (H, W, 3) uint8.
        codec, progression: of a codec that runs in this thread.
        cancel: set by another thread to stop.

    Raises:
        CodecError: the codec failed or refuses the image.
        Canceled: `cancel` was set.
    """
    codec.check_size(pixels)
    known = codec.qualities
    codec.prepare(known[-1])
    pngs: list[bytes] = []
    seconds: list[float] = []

    def take(picture: Image) -> None:
        check(cancel)
        seconds.append(time.perf_counter() - start - sum(spent))
        before = time.perf_counter()
        pngs.append(encode_png(picture))
        spent.append(time.perf_counter() - before)

    with QUIET.working(cancel) as watch:
        check(cancel)
        before = time.perf_counter()
        bitstream = codec.encode(pixels, known[-1])
        encoding = time.perf_counter() - before
        check(cancel)
        spent: list[float] = []
        start = time.perf_counter()
        progression.decode(bitstream, take)
    for quality, end, png, decoding in zip(known, progression.ends(bitstream), pngs, seconds, strict=True):
        whole = quality == known[-1]  # how long it takes to encode less of it was not measured
        times = {"encode_seconds": encoding if whole else None, "decode_seconds": decoding, "alone": watch.alone}
        yield quality, {"bitstream": bitstream[:end], "png": png, "record": times}
