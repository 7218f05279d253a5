"""Where a codec runs: decided here and nowhere else, from what the codec says of itself.

here       in the calling thread
worker     in a worker process, because it would keep every other thread waiting
killable   in a worker process of a small pool of its own, because it takes seconds to minutes
program    in the calling thread, which waits for a process of its own and kills it on cancel; one a core
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from nicviz.codecs import Codec, Estimate, NeuralCodec, Placement
from nicviz.codecs.neural_base import Opened
from nicviz.codecs.program.run import POLL_SECONDS, canceled_by
from nicviz.environment import usable_cores
from nicviz.errors import Canceled, CodecError
from nicviz.images import Image
from nicviz.run.pool import RoundTrip, Workers, workers
from nicviz.run.quiet import QUIET
from nicviz.run.work import Signal

Cancel = threading.Event | None
_CUDA_CHUNK = 64
_CORES = usable_cores()
_programs = threading.BoundedSemaphore(_CORES)
_all_here = threading.Event()


def stay_here() -> None:
    """From now on run every codec in this process: it is a worker itself, does one thing at a time, and may be killed.

    Without this each worker of a sweep would have worker processes of its own.
    """
    _all_here.set()


def check(cancel: Cancel) -> None:
    """Raise `Canceled` if nobody wants the work any more."""
    if cancel is not None and cancel.is_set():
        raise Canceled


def next_step(cancel: Cancel) -> None:
    """Before a step of long work: let work go first that somebody waits for; then as `check`."""
    if isinstance(cancel, Signal):
        cancel.give_way()
    check(cancel)


def pool_of(codec: Codec) -> Workers | None:
    """Return the worker processes that a codec belongs in; None where it runs in the calling thread."""
    if codec.placement in (Placement.HERE, Placement.PROGRAM) or _all_here.is_set():
        return None
    return workers(slow=codec.placement is Placement.KILLABLE)


def round_trip(pixels: Image, codec: Codec, quality: float, cancel: Cancel = None) -> RoundTrip:
    """Return bitstream, reconstruction, times, and whether they were taken while nothing else ran.

    Args:
        pixels: (H, W, 3) uint8.
        codec: any; its model or libraries are loaded before the time is taken.
        quality: native.
        cancel: set by another thread to stop; a worker that is at it is killed.

    Raises:
        CodecError: the codec failed or refuses the image.
        Canceled: `cancel` was set.
    """
    codec.check_size(pixels)
    pool = pool_of(codec)
    with QUIET.working(cancel) as watch:
        done = (
            _here(pixels, codec, quality, cancel) if pool is None else pool.round_trip(codec, pixels, quality, cancel)
        )
        return replace(done, alone=watch.alone)


def encode(pixels: Image, codec: Codec, quality: float, cancel: Cancel = None) -> bytes:
    """Return the bitstream alone; arguments and errors as for `round_trip`."""
    codec.check_size(pixels)
    pool = pool_of(codec)
    with QUIET.working(cancel):
        check(cancel)
        if pool is not None:
            return pool.encode(codec, pixels, quality, cancel)
        with _may_run(codec, cancel):
            return codec.encode(pixels, quality)


def estimate(
    inputs: Sequence[Image], codec: NeuralCodec, quality: float, near: Image | None = None, cancel: Cancel = None
) -> list[Estimate | CodecError]:
    """Return the estimates of forward passes in this process; as `NeuralCodec.estimate_many`.

    Raises:
        Canceled: `cancel` was set before they began.
    """
    with QUIET.working(cancel):
        check(cancel)
        return codec.estimate_many(np.stack(inputs), quality, near)


def estimate_one(pixels: Image, codec: NeuralCodec, quality: float, cancel: Cancel = None) -> Estimate:
    """Return the estimate of one picture's forward pass in this process; as `NeuralCodec.estimate`.

    Raises:
        CodecError: the codec refuses the image.
        Canceled: `cancel` was set before it began.
    """
    with QUIET.working(cancel):
        check(cancel)
        return codec.estimate(pixels, quality)


@contextmanager
def opened(codec: NeuralCodec, quality: float, cancel: Cancel = None) -> Iterator[Opened]:
    """Hold a neural codec at a quality in this process, for a look inside that takes a second or so.

    Raises:
        CodecError: the codec does not work here.
        Canceled: `cancel` was set before it began.
    """
    with QUIET.working(cancel):
        check(cancel)
        yield codec.open(quality)


def _here(pixels: Image, codec: Codec, quality: float, cancel: Cancel) -> RoundTrip:
    codec.prepare(quality)
    check(cancel)
    with _may_run(codec, cancel):
        start = time.perf_counter()
        bitstream = codec.encode(pixels, quality)
        middle = time.perf_counter()
        check(cancel)
        reconstruction = codec.decode(bitstream)
        return RoundTrip(bitstream, reconstruction, middle - start, time.perf_counter() - middle)


@contextmanager
def _may_run(codec: Codec, cancel: Cancel) -> Iterator[None]:
    """Wait until there is a core for a codec's own process, and let `cancel` reach it."""
    if codec.placement is not Placement.PROGRAM:
        yield
        return
    while not _programs.acquire(timeout=POLL_SECONDS):
        check(cancel)
    try:
        with canceled_by(cancel):
            yield
    finally:
        _programs.release()


class Lanes(NamedTuple):
    """How many threads keep a codec busy, and how many inputs each takes at a time."""

    threads: int
    chunk: int


def lanes(codec: Codec) -> Lanes:
    """Return how many images at a time go through a codec best.

    A network has threads of its own; two chunks are under way, one prepared while the other is worked on. What searches
    or codes serially keeps all cores busy with one image.
    """
    if isinstance(codec, NeuralCodec) and codec.estimates:
        from nicviz.codecs.neural.device import device_name

        return Lanes(2, 2 * _CORES if device_name() == "cpu" else _CUDA_CHUNK)
    return Lanes(1 if codec.placement is Placement.KILLABLE else _CORES, 1)
