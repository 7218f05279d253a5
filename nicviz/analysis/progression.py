"""One bitstream of a progressive codec, read further and further."""

from dataclasses import dataclass

from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS
from nicviz.run.place import Cancel, check
from nicviz.store import Store
from nicviz.tasks.compress import Compression, compress


@dataclass(frozen=True)
class Part:
    """The beginning of the bitstream, and what the decoder shows after it.

    Args:
        compression: with the quality that a bitstream of this length has.
        psnr_db: against what was coded; infinite where it is that picture.
    """

    compression: Compression
    psnr_db: float


def progression(image: LoadedImage, codec: Codec, cancel: Cancel = None, store: Store | None = None) -> list[Part]:
    """Return the parts of one bitstream, by rising quality: encoded once, and decoded once; the last part is all of it.

    Args:
        image: what is coded.
        codec: a progressive one; others have no parts.
        cancel: set by another thread to stop.
        store: where results are kept; None for the default one.

    Raises:
        CodecError: the codec failed or refuses the image.
        Canceled: `cancel` was set.
    """
    found = []
    for quality in reversed(codec.qualities):  # the whole first, of which the others are parts
        check(cancel)
        made = compress(image, codec, quality, cancel=cancel, store=store)
        psnr = METRICS["psnr_db"].compute(image.pixels, made.pixels())
        found.append(Part(made, float("inf") if psnr is None else float(psnr)))
    return found[::-1]
