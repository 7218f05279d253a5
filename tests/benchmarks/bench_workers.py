"""What worker processes cost and give for JPEG 2000, beside the same work in threads of this process."""

import os
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
from skimage import data

from nicviz.codecs import CODECS
from nicviz.errors import Canceled
from nicviz.run.pool import Workers

QUALITIES = (20, 30, 40, 60, 80, 100, 150, 200)
ROUNDS = 5


def main() -> None:
    codec = CODECS["jpeg2000"]
    image = np.ascontiguousarray(data.astronaut())
    pool = Workers()
    start = time.perf_counter()
    pool.round_trip(codec, image, 40)
    print(f"first request, process started for it   {1000 * (time.perf_counter() - start):6.0f} ms")
    overhead = []
    for _ in range(20):
        start = time.perf_counter()
        done = pool.round_trip(codec, image, 40)
        overhead.append(time.perf_counter() - start - done.encode_seconds - done.decode_seconds)
    print(f"way there and back, {image.nbytes / 1e6:.1f} MB image       {1000 * statistics.median(overhead):6.1f} ms")
    print(f"from cancel to a process that is gone   {1000 * statistics.median(map(cancel_seconds, range(5))):6.0f} ms")
    pool.warm(pool.limit)

    def here(quality: float) -> object:
        return codec.decode(codec.encode(image, quality))

    def there(quality: float) -> object:
        return pool.round_trip(codec, image, quality)

    def seconds(work: Callable[[float], object], width: int) -> float:
        start = time.perf_counter()
        with ThreadPoolExecutor(width) as threads:
            list(threads.map(work, QUALITIES))
        return time.perf_counter() - start

    width = os.cpu_count() or 1
    seconds(there, width)
    times = [(seconds(here, width), seconds(there, width)) for _ in range(ROUNDS)]
    threads, processes = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"{len(QUALITIES)} round trips, {width} threads              {threads:6.2f} s")
    print(f"{len(QUALITIES)} round trips, {width} worker processes     {processes:6.2f} s, {threads / processes:.2f} ×")
    pool.close()


def cancel_seconds(_: int) -> float:
    """Return how long it takes to kill a worker in the middle of JPEG 2000."""
    image = np.random.default_rng(0).integers(0, 256, (3000, 3000, 3), np.uint8)  # seconds of work
    pool, cancel, times = Workers(1), threading.Event(), []

    def stop() -> None:
        times.append(time.perf_counter())
        cancel.set()

    pool.round_trip("jpeg2000", image[:8, :8], 40)
    threading.Timer(0.5, stop).start()
    with suppress(Canceled):
        pool.round_trip("jpeg2000", image, 2, cancel)
    times.append(time.perf_counter())
    pool.close()
    return times[1] - times[0]


if __name__ == "__main__":
    main()
