"""One codec on many perturbed images: PSNR against both references and the rate of each."""

import math
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeGuard

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs import Codec, NeuralCodec
from nicviz.errors import CodecError
from nicviz.metrics.psnr import psnr_db
from nicviz.rate import bits_per_pixel
from nicviz.run import place
from nicviz.run.place import Cancel, next_step

Image = NDArray[np.uint8]
SMALL_NORM = 4.0  # of perturbations whose estimates may come from the change alone


class Figures(NamedTuple):
    """Of one input x + p, whose reconstruction is r.

    Args:
        psnr: of r against the input, in dB; may be infinite.
        psnr_clean: of r against the clean image x.
        bpp: rate.
        kept: ⟨r − x, p⟩ / ⟨p, p⟩, the share of p that is in r: 1 kept, 0 removed; NaN for the clean image.
    """

    psnr: float
    psnr_clean: float
    bpp: float
    kept: float


Outcome = Figures | CodecError


def is_estimated(codec: Codec) -> TypeGuard[NeuralCodec]:
    """Return whether a map of the codec is made of forward passes: a search takes as long with a bitstream."""
    return isinstance(codec, NeuralCodec) and codec.estimates


def figures_of(
    codec: Codec, quality: float, clean: Image, inputs: Sequence[Image], norm: float, cancel: Cancel
) -> list[Outcome]:
    """Return the figures of each input (H, W, 3), `norm` away from `clean`, or the error that the codec gives on it.

    The rate of neural codecs is that of the likelihoods, and their reconstruction that of the forward pass, which is
    what the decoder gives; for the smaller norms, on pictures with texture, to 0.01 dB, see `estimate_many`. Codecs
    that search make bitstreams as classical ones do, each of which can be stopped.
    """
    next_step(cancel)
    if is_estimated(codec):
        near = clean if norm <= SMALL_NORM and not mostly_flat(clean) else None
        found = place.estimate(inputs, codec, quality, near)
        return [
            each if isinstance(each, CodecError) else figures_from(given, clean, each.reconstruction, each.bpp)
            for given, each in zip(inputs, found, strict=True)
        ]
    outcomes: list[Outcome] = []
    for number, given in enumerate(inputs):
        if number:
            next_step(cancel)
        try:
            done = place.round_trip(given, codec, quality, cancel)
        except CodecError as error:
            outcomes.append(error)
        else:
            bpp = bits_per_pixel(len(done.bitstream), given.shape)
            outcomes.append(figures_from(given, clean, done.reconstruction, bpp))
    return outcomes


def mostly_flat(image: Image) -> bool:
    """Return whether more than half of the pixels of (H, W, 3), at least two wide, are equal to their neighbor.

    On such a picture all places of a latent round alike, and a difference in the last bits moves PSNR by up to 1 dB.
    """
    return bool((image[:, 1:] == image[:, :-1]).all(axis=2).mean() > 0.5)


def figures_from(given: Image, clean: Image, reconstruction: Image, bpp: float) -> Figures:
    """Return the figures of a reconstruction of `given`, a perturbed `clean`; all (H, W, 3)."""
    against_input, against_clean = psnr_db(given, reconstruction), psnr_db(clean, reconstruction)
    # |r − x|² + |p|² − |r − x − p|² = 2 ⟨r − x, p⟩
    wave = _mean_square(psnr_db(clean, given))
    projection = (_mean_square(against_clean) + wave - _mean_square(against_input)) / 2
    return Figures(against_input, against_clean, bpp, projection / wave if wave else math.nan)


def _mean_square(psnr: float) -> float:
    return 255**2 * 10 ** (-psnr / 10)


def in_chunks(count: Sequence[int], chunk: int, threads: int, work: Callable[[Sequence[int]], None]) -> None:
    """Call `work` on chunks of numbers, in order, from several threads; the first error ends all and is raised."""
    todo = iter([count[start : start + chunk] for start in range(0, len(count), chunk)])
    lock, stop = threading.Lock(), threading.Event()

    def run() -> None:
        while not stop.is_set():
            with lock:
                numbers = next(todo, None)
            if numbers is None:
                return
            try:
                work(numbers)
            except BaseException:
                stop.set()
                raise

    with ThreadPoolExecutor(threads, thread_name_prefix="nicviz-heatmap") as pool:
        for future in [pool.submit(run) for _ in range(threads)]:
            future.result()
