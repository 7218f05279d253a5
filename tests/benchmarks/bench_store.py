"""Times of the store for an entry of about 1 MB, beside plain reading and writing of a file of that size."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nicviz.store import Store, digest_of, key_of

ROUNDS = 50


def median_ms(work: Callable[[int], object]) -> float:
    times = []
    for i in range(ROUNDS):
        start = time.perf_counter()
        work(i)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def main() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (512, 768, 3), np.uint8)
    members = {"power": rng.random((128, 1024)), "bitstream": rng.bytes(30_000), "record": {"psnr_db": 31.4}}
    with tempfile.TemporaryDirectory() as folder:
        store, plain = Store(Path(folder) / "store"), Path(folder) / "plain"
        keys = [key_of(i=i) for i in range(5000)]
        raw = members["power"].tobytes()
        write = median_ms(lambda i: plain.write_bytes(raw))
        read = median_ms(lambda i: plain.read_bytes())
        put = median_ms(lambda i: store.put(keys[i], members))
        get = median_ms(lambda i: store.get(keys[i]))
        print(f"key of a 768×512 image  {median_ms(lambda i: key_of(image=digest_of(image), quality=i)):6.2f} ms")
        print(f"put, 1 MB               {put:6.2f} ms   {put / write:4.1f} × a plain write")
        print(f"get, 1 MB               {get:6.2f} ms   {get / read:4.1f} × a plain read")
        for key in keys:
            store.put(key, {"x": 1})
        print(f"looking through {len(keys)} entries {median_ms(lambda i: store.size_bytes()):6.1f} ms")


if __name__ == "__main__":
    main()
