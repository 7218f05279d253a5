"""What worker processes cost and give for JPEG 2000, beside the same work in threads of this process."""

import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from skimage import data

from nicviz.codecs import CODECS
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


if __name__ == "__main__":
    main()
