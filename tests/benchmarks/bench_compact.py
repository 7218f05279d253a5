"""The compact family: seconds to load a model, and to encode and decode a Kodak image, every quality, beside the bars.

`python -m tests.benchmarks.bench_compact [--images N] [--rounds N] [--codec NAME] [--folder FOLDER]`

Each model is loaded in a process of its own that was forked after the imports and before any model; its file has been
read before (a warm disk). The same process then codes images, once to warm up and `--rounds` times each. A codec whose
encoder searches, or that codes in steps, has no bar for coding: its seconds are told.
"""

import argparse
import math
import multiprocessing
import statistics
import time
import warnings
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from nicviz.codecs import CODECS
from nicviz.codecs.neural.family import compact
from nicviz.images import decode_png
from tests.shared_data import shared

LOAD_BAR, CODE_BAR = 0.3, 0.5  # seconds


def measure(name: str, quality: float, images: list[np.ndarray], rounds: int, answer: Connection) -> None:
    """Send seconds to load, and medians over rounds of encode + decode, one an image."""
    codec = CODECS[name]
    start = time.perf_counter()
    codec.prepare(quality)
    load = time.perf_counter() - start
    codec.decode(codec.encode(images[0], quality))
    coded = []
    for image in images:
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            codec.decode(codec.encode(image, quality))
            times.append(time.perf_counter() - start)
        coded.append(statistics.median(times))
    answer.send((load, coded))


def in_fresh_process(name: str, quality: float, images: list[np.ndarray], rounds: int) -> tuple[float, list[float]]:
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=measure, args=(name, quality, images, rounds, there))
    process.start()
    there.close()
    result: tuple[float, list[float]] = here.recv()
    process.join()
    return result


def verdict(seconds: float, bar: float) -> str:
    told = "" if bar == math.inf else "ok" if seconds <= bar else "OVER"
    return f"{seconds:.3f} {told:4}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--images", type=int, default=4)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--codec", choices=compact.manifest(), action="append")
    arguments.add_argument("--folder", type=Path, help="of PNG files; the Kodak images beside the project by default")
    options = arguments.parse_args()
    warnings.simplefilter("ignore")
    import torch
    from compressai import models as _  # noqa: F401 - what a first model imports

    from nicviz.codecs.neural.encode import coder  # noqa: F401
    from nicviz.codecs.neural.network import fold as layers  # noqa: F401

    files = sorted((options.folder or shared("kodak")).glob("*.png"))[: options.images]
    images = [decode_png(file.read_bytes()) for file in files]
    print(f"{len(images)} images, medians of {options.rounds} rounds, {torch.get_num_threads()} threads, seconds")
    print(f"{'':34}load (bar {LOAD_BAR})   encode + decode: median and slowest image (bar {CODE_BAR})")
    worst_load = worst_code = 0.0
    for name in options.codec or compact.manifest():
        described = compact.manifest()[name]
        quick = not (described.search or described.model_class.serial)
        for quality in CODECS[name].ladder:
            (compact.FOLDER / compact.card_of(described, quality).file).read_bytes()
            load, coded = in_fresh_process(name, quality, images, options.rounds)
            worst_load = max(worst_load, load)
            if quick:
                worst_code = max(worst_code, statistics.median(coded))
            times = f"{verdict(statistics.median(coded), CODE_BAR if quick else math.inf)}   {max(coded):.3f}"
            print(f"{CODECS[name].setting(quality):34}{verdict(load, LOAD_BAR):16} {times}", flush=True)
    print(f"{'worst':34}{verdict(worst_load, LOAD_BAR):16} {verdict(worst_code, CODE_BAR)}")


if __name__ == "__main__":
    main()
