"""Worker processes for codecs that hold the interpreter lock or must be killable.

Not `multiprocessing`: its spawned children run the main module again, which under Streamlit is the app's script, and a
fork of a process with threads (or torch) may hang. Not Pebble 5.2 either, which stands on it and was tried on the tests
of this pool: `test_the_main_module_is_not_run_again` decided, which fails with spawn and forkserver. However its
workers are started, the programs that a canceled one runs live on, busy ones outlive a parent that is killed, and idle
ones are never ended. What it costs did not decide (medians on two cores, Pebble's in brackets): first result of a new
process 0.17 s (0.21), a canceled one gone after 23 ms (85), 24 megapixels through JPEG 1.75 s (1.76) with at most 234
MB more here and 318 MB there (172 and 402), 512×512 pixels there and back 9 ms (3), and, on a busy machine since the
pipes hold a megabyte, 28 ms (68).
"""

import atexit
import math
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz import errors
from nicviz.codecs import Codec, CodecReference
from nicviz.environment import usable_cores
from nicviz.errors import CodecError, NicvizError
from nicviz.records import pack
from nicviz.run.process import POLL_SECONDS, Patience, WorkerProcess

COMMAND = (sys.executable, "-P", "-m", "nicviz.run.worker")  # -P: no module of the current folder gets in
IDLE_SECONDS = 300.0
SLOW_PROCESSES = 2  # each holds its own torch and model

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class RoundTrip:
    """What a codec made of an image.

    Args:
        bitstream: from which the decoder alone made `reconstruction`.
        reconstruction: (H, W, 3) uint8.
        encode_seconds, decode_seconds: in the process that did it, without the way there and back.
        alone: whether nothing else ran meanwhile.
    """

    bitstream: bytes
    reconstruction: Image
    encode_seconds: float
    decode_seconds: float
    alone: bool = False


class Workers:
    """A bounded pool of worker processes: started when needed, reused, ended when idle, replaced when dead.

    Every request blocks until its result is there, from any thread. It raises what the codec raises (`CodecError` and
    the other kinds of `NicvizError`), `CodecError` too if the process ends or `timeout` seconds pass, and `Canceled`
    if `cancel` is set meanwhile; the process that was at it is killed then.

    Args:
        limit: the most processes; None for one a core.
        idle_seconds: after which a process without work is ended.
        command: what starts a worker.
    """

    def __init__(
        self, limit: int | None = None, idle_seconds: float = IDLE_SECONDS, command: Sequence[str] = COMMAND
    ) -> None:
        self.limit = limit or usable_cores()
        self._idle_seconds = idle_seconds
        self._command = command
        self._changed = threading.Condition()
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._closed = threading.Event()
        self._reaper: threading.Thread | None = None

    def round_trip(
        self,
        codec: Codec | CodecReference | str,
        image: Image,
        quality: float | None,
        cancel: threading.Event | None = None,
        timeout: float | None = None,
    ) -> RoundTrip:
        """Return an image through a codec.

        Args:
            codec: any, or its reference, or the name of one of the registry.
            image: (H, W, 3) uint8, sRGB.
            quality: native; None for the default.
            cancel: set by another thread to stop.
            timeout: seconds, the wait for a free process included.
        """
        request = {"image": image, "quality": quality, "decode": True}
        reply = self._ask(codec, request, cancel, timeout)
        return RoundTrip(reply["bitstream"], reply["image"], reply["encode_seconds"], reply["decode_seconds"])

    def encode(
        self,
        codec: Codec | CodecReference | str,
        image: Image,
        quality: float | None,
        cancel: threading.Event | None = None,
        timeout: float | None = None,
    ) -> bytes:
        """Return the bitstream of an image; arguments as for `round_trip`."""
        request = {"image": image, "quality": quality, "decode": False}
        bitstream: bytes = self._ask(codec, request, cancel, timeout)["bitstream"]
        return bitstream

    def decode(
        self,
        codec: Codec | CodecReference | str,
        bitstream: bytes,
        cancel: threading.Event | None = None,
        timeout: float | None = None,
    ) -> Image:
        """Return the reconstruction, (H, W, 3) uint8; arguments as for `round_trip`."""
        request = {"bitstream": bitstream, "decode": True}
        image: Image = self._ask(codec, request, cancel, timeout)["image"]
        return image

    def warm(self, count: int = 1) -> None:
        """Have at least `count` processes (within the limit), without waiting for them to be ready."""
        with self._changed:
            while not self._closed.is_set() and len(self._idle) + len(self._busy) < min(count, self.limit):
                self._idle.append(self._start())

    def close(self) -> None:
        """End all processes, busy or not, and take no more requests."""
        with self._changed:
            self._closed.set()
            ending = [*self._idle, *self._busy]
            self._idle.clear()
        for worker in ending:
            worker.end()

    def _ask(
        self,
        codec: Codec | CodecReference | str,
        request: dict[str, Any],
        cancel: threading.Event | None,
        timeout: float | None,
    ) -> dict[str, Any]:
        reference = codec.reference if isinstance(codec, Codec) else codec
        if isinstance(reference, str):
            reference = CodecReference(reference)
        name = reference.name
        record = pack({**request, "codec": reference.to_record()})
        patience = Patience(name, cancel, math.inf if timeout is None else time.monotonic() + timeout)
        worker = self._take(name, patience)
        try:
            reply = worker.ask(record, patience)
        except BaseException:  # also an interrupt from the keyboard: a worker in the middle of work cannot be reused
            worker.end()
            with self._changed:
                self._busy.discard(worker)
                self._changed.notify()
            raise
        self._give_back(worker)
        if "error" in reply:
            raise _error(reply["error"], reply["message"])
        return reply

    def _take(self, name: str, patience: Patience) -> WorkerProcess:
        """Return a worker that nobody else uses, best one that has worked with this codec (and loaded its model)."""
        with self._changed:
            while True:
                if self._closed.is_set():
                    raise RuntimeError("These workers are closed.")
                patience.check()
                self._discard([worker for worker in self._idle if not worker.alive])
                if self._idle:
                    worker = max(self._idle, key=lambda worker: (name in worker.codecs, worker.idle_since))
                    self._idle.remove(worker)
                elif len(self._busy) < self.limit:
                    worker = self._start()
                else:
                    self._changed.wait(POLL_SECONDS)
                    continue
                worker.codecs.add(name)
                self._busy.add(worker)
                return worker

    def _give_back(self, worker: WorkerProcess) -> None:
        with self._changed:
            self._busy.discard(worker)
            worker.idle_since = time.monotonic()
            if not self._closed.is_set():
                self._idle.append(worker)
            self._changed.notify()

    def _start(self) -> WorkerProcess:
        if self._reaper is None:
            self._reaper = threading.Thread(target=self._reap, name="nicviz-reaper", daemon=True)
            self._reaper.start()
        return WorkerProcess(self._command)

    def _reap(self) -> None:
        """End the processes that have had nothing to do for long, until the pool is closed."""
        while not self._closed.wait(self._idle_seconds / 4):
            with self._changed:
                latest = time.monotonic() - self._idle_seconds
                self._discard([worker for worker in self._idle if worker.idle_since < latest])

    def _discard(self, workers: list[WorkerProcess]) -> None:
        for worker in workers:
            self._idle.remove(worker)
            worker.end()


def _error(name: str, message: str) -> NicvizError:
    """Return the error that the worker names."""
    kind: type[NicvizError] = getattr(errors, name, CodecError)
    return kind(message)


@cache
def _pool(slow: bool) -> Workers:
    pool = Workers(SLOW_PROCESSES if slow else None)
    atexit.register(pool.close)
    return pool


_pool_lock = threading.Lock()


def workers(slow: bool = False) -> Workers:
    """Return the workers of this process: one pool for quick work, and a small one for work that takes many seconds."""
    with _pool_lock:
        return _pool(slow)
