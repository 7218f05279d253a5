"""Many images of one size through a network's forward pass: on a CPU an image a core, on CUDA in large batches.

On a CPU one image a thread is faster than one image on all threads (nothing waits for the slower core) and than a
batch (its buffers no longer fit the cache), unless what the images share is read for several of them.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from threading import Barrier, Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nicviz.codecs.neural.device import multiplies_bfloat16
from nicviz.codecs.neural.encode import coder
from nicviz.codecs.neural.encode.search import Search
from nicviz.codecs.neural.network.models import Model, flush_denormals, working
from nicviz.codecs.neural_base import Estimate
from nicviz.errors import CodecError

_CUDA_BATCH = 64
_NEAR_BATCH = 2  # images near a reference: its activations are read once for both
Estimates = list[Estimate | CodecError]
_Found = TypeVar("_Found")


def estimate_many(
    model: Model,
    images: NDArray[np.uint8],
    quality: float,
    near: NDArray[np.uint8] | None = None,
    wanted: Search | None = None,
) -> Estimates:
    """Return rate (from the likelihoods) and reconstruction of each image, or the error that this image gives.

    Args:
        model: as loaded.
        images: (B, H, W, 3) uint8, sRGB.
        quality: native; only variable-rate models compute with it.
        near: (H, W, 3), what all of them differ little from: see `encode.near`. Without effect where it gains nothing.
        wanted: a search for each latent; None for what the analysis transform gives.

    Raises:
        CodecError: not enough memory for a single image.
    """
    import torch

    from nicviz.codecs.neural.encode.near import model_near

    def together(part: NDArray[np.uint8]) -> Estimates:
        with torch.inference_mode():
            flush_denormals()
            found = _or_error(lambda: coder.forward(used, list(part), quality))
        if isinstance(found, CodecError):
            return [found] if len(part) == 1 else [each for image in part for each in together(image[None])]
        return list(found)

    if wanted is not None:  # which keeps all cores busy with one image
        return [_or_error(partial(coder.estimate, model, image, quality, wanted)) for image in images]
    if next(model.network.parameters()).is_cuda:
        return _in_batches(model, images, quality)
    with working(model):
        used, size = model, 1
        if near is not None and multiplies_bfloat16():
            used, size = model_near(model, near, quality), _NEAR_BATCH
        parts = [images[start : start + size] for start in range(0, len(images), size)]
        return [each for found in _lanes().map(together, parts) for each in found]


def _or_error(work: Callable[[], _Found]) -> _Found | CodecError:
    try:
        return work()
    except CodecError as error:
        return error


def _in_batches(model: Model, images: NDArray[np.uint8], quality: float) -> Estimates:
    """Return the estimates from batches that are halved until they fit the memory."""
    size = _CUDA_BATCH
    found: Estimates = []
    while len(found) < len(images):
        batch = images[len(found) : len(found) + size]
        try:
            with working(model):
                found += coder.forward(model, list(batch), quality)
        except CodecError as error:
            if len(batch) > 1:
                size = -(-len(batch) // 2)
            elif isinstance(error.__cause__, (MemoryError, RuntimeError)):
                raise
            else:
                found.append(error)
                size = _CUDA_BATCH
    return found


_starting = Lock()


def _lanes() -> ThreadPoolExecutor:
    """Return a thread a core, each of which computes alone; for all models together."""
    with _starting:
        return _start_lanes()


@cache
def _start_lanes() -> ThreadPoolExecutor:
    """Start the threads.

    torch keeps the number of threads for each thread, and the last one set for those that come later: so it is set
    back at once.
    """
    import torch

    usual = torch.get_num_threads()
    started = Barrier(usual + 1)

    def alone() -> None:
        torch.set_num_threads(1)
        started.wait()

    lanes = ThreadPoolExecutor(usual, thread_name_prefix="nicviz-forward", initializer=alone)
    for _ in range(usual):
        lanes.submit(int)
    started.wait()
    torch.set_num_threads(usual)
    return lanes
