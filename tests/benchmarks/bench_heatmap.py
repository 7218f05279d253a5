"""The lowest 63×63 frequencies (signs +++): nicviz against the public code's way, on the same weights and pictures.

The public code's way is one cell after the other on one thread: compress and decompress in float32 for neural codecs
(here CompressAI's own), encode and decode in the process for JPEG 2000. It is measured on a sample of cells,
interleaved with nicviz's on the same number of rounds, and its whole map is the time for a cell times 1985. With
--whole nicviz computes whole maps, else it too is extrapolated from a sample.

`python -m tests.benchmarks.bench_heatmap [--rounds N] [--cells N] [--codecs NAME,NAME,…] [--whole]`
"""

import argparse
import os
import resource
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nicviz.analysis.heatmap.map import Heatmap, compute
from nicviz.analysis.heatmap.setting import HeatmapSetting
from nicviz.codecs import CODECS
from nicviz.metrics.psnr import psnr_db
from nicviz.samples import find_sample
from nicviz.spectra.basis import GRIDS, perturbation, perturbed
from nicviz.store import Store

SETTING = HeatmapSetting("lowest", "+++")
CELLS = len(GRIDS["lowest"].frequencies)
PEER_CELLS = 3
CODEC_NAMES = "png,jpeg,jpeg-444,jpeg2000,jpegxl,webp,avif,compact-hyperprior"
LIMITS = {"avif": 240.0}  # seconds for a whole map; the others 120


def picture() -> Any:
    return find_sample("astronaut").load()


def ours(name: str, cells: int) -> float:
    """Return seconds a cell of nicviz's way, over the first `cells`."""
    heatmap = Heatmap(SETTING)
    heatmap.sweeps[0].done[cells:] = True
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        compute(heatmap, [picture], CODECS[name], store=Store(Path(folder)))
        return (time.perf_counter() - start) / cells


def one_by_one(round_trip: Callable[[np.ndarray], np.ndarray], first: int) -> float:
    """Return seconds a cell, one after the other, on `PEER_CELLS` cells."""
    clean = picture().pixels
    start = time.perf_counter()
    for u, v in GRIDS["lowest"].frequencies[first : first + PEER_CELLS]:
        given = perturbed(clean, perturbation(int(u), int(v), SETTING.norm), (1, 1, 1))
        psnr_db(given, round_trip(given))
    return (time.perf_counter() - start) / PEER_CELLS


def neural_peer(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return CompressAI's compress and decompress with the same weights, on one thread."""
    import torch

    from nicviz.codecs.neural.family import compact
    from nicviz.codecs.neural.network import build as network
    from nicviz.codecs.neural.weights import read as reading

    codec = CODECS[name]
    weights = compact.find(name, codec.quality(None))
    peer = network.build_network(reading.read_state(weights.content, weights.name), weights.name)[0]

    def round_trip(image: np.ndarray) -> np.ndarray:
        usual = torch.get_num_threads()
        torch.set_num_threads(1)
        with torch.no_grad():
            x = torch.from_numpy(image.copy()).permute(2, 0, 1).unsqueeze(0).contiguous().float() / 255
            coded = peer.compress(x)
            x_hat = peer.decompress(coded["strings"], coded["shape"])["x_hat"]
        torch.set_num_threads(usual)
        return (x_hat[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()

    return round_trip


def compare(name: str, peer: Callable[[np.ndarray], np.ndarray], bar: float, rounds: int, cells: int) -> None:
    ours(name, 8)
    one_by_one(peer, 0)
    pairs = [(one_by_one(peer, 10 * k), ours(name, cells)) for k in range(rounds)]
    theirs, mine = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(
        f"{name:20} one by one {1000 * theirs:.0f} ms a cell ({theirs * CELLS:.0f} s), nicviz {1000 * mine:.0f} ms "
        f"({mine * CELLS:.0f} s): {ratio:.2f}× (bar {bar}×), load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--cells", type=int, default=48)
    arguments.add_argument("--codecs", default=CODEC_NAMES)
    arguments.add_argument("--whole", action="store_true")
    options = arguments.parse_args()
    warnings.simplefilter("ignore")
    names = options.codecs.split(",")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; nicviz on {options.cells} cells a round")
    if "compact-hyperprior" in names:
        compare("compact-hyperprior", neural_peer("compact-hyperprior"), 3, options.rounds, options.cells)
    if "jpeg2000" in names:
        codec = CODECS["jpeg2000"]
        compare("jpeg2000", lambda image: codec.decode(codec.encode(image)), 1.7, options.rounds, options.cells)
    for name in names:
        ours(name, 4)
        seconds = ours(name, CELLS if options.whole else options.cells) * CELLS
        first = GRIDS["lowest"].num_first * seconds / CELLS
        kind = "measured" if options.whole else "extrapolated"
        print(
            f"{name:20} whole map {seconds:6.1f} s {kind} (bar {LIMITS.get(name, 120.0):.0f} s)   first 8×8 cells "
            f"{first:.1f} s (bar 3 s)   load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"largest resident memory {peak:.2f} GB (bar 3 GB); largest worker process that has ended {workers:.2f} GB")


if __name__ == "__main__":
    main()
