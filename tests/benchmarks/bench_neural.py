"""Compact weights on photographs: nicviz's coder against CompressAI's own compress and decompress, interleaved.

`python -m tests.benchmarks.bench_neural [--images N] [--rounds N] [--quality Q] [--folder FOLDER]`
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nicviz.codecs import CODECS, Codec
from nicviz.images import decode_png
from tests.shared_data import shared

Timed = tuple[float, Any]


def timed(function: Callable[[], Any]) -> Timed:
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / ((a.astype(float) - b) ** 2).mean()))


class Peer:
    """The same weights in CompressAI's hands, as its evaluation script uses them."""

    def __init__(self, network: Any) -> None:
        self.network = network

    def encode(self, image: np.ndarray) -> dict[str, Any]:
        import torch

        with torch.no_grad():
            x = torch.from_numpy(image.copy()).permute(2, 0, 1).unsqueeze(0).contiguous().float() / 255
            return self.network.compress(x)

    def decode(self, coded: dict[str, Any]) -> np.ndarray:
        import torch

        with torch.no_grad():
            x_hat = self.network.decompress(coded["strings"], coded["shape"])["x_hat"]
        return (x_hat[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()


def symbols_that_differ(network: Any, model: Any, coded: dict[str, Any], bitstream: bytes) -> tuple[int, int]:
    """Return how many symbols of both latents differ, and how many there are."""
    import torch

    from nicviz.codecs.neural.encode import coder
    from nicviz.codecs.neural.entropy.container import unpack
    from nicviz.codecs.neural.network.models import working

    container = unpack("compact-hyperprior", bitstream, 1 << 30)
    with torch.no_grad():
        theirs = [network.entropy_bottleneck.decompress(coded["strings"][1], coded["shape"])]
        indexes = network.gaussian_conditional.build_indexes(network.h_s(theirs[0]))
        theirs.append(network.gaussian_conditional.decompress(coded["strings"][0], indexes))
    with working(model):
        shape = tuple(coded["shape"])
        ours = [model.prior.bottleneck.decode(container.strings[1], shape, container.quality)]
        ours.append(coder.decode_latent(model, container))
    differing = sum(int(((a - b).abs() > 0.5).sum()) for a, b in zip(theirs, ours, strict=True))
    return differing, sum(tensor.numel() for tensor in theirs)


@dataclass
class Row:
    """What one image gave."""

    seconds: dict[str, float]
    bpp: dict[str, float]
    psnr_db: dict[str, float]
    differing: int
    symbols: int


def compare(peer: Peer, codec: Codec, model: Any, image: np.ndarray, options: argparse.Namespace) -> Row:
    from nicviz.codecs.neural.encode import coder
    from nicviz.codecs.neural.entropy.container import unpack

    rounds: dict[str, list[float]] = {"CompressAI": [], "nicviz": [], "bfloat16": []}
    for _ in range(options.rounds):
        peer_encode, coded = timed(lambda: peer.encode(image))
        encode, bitstream = timed(lambda: codec.encode(image, options.quality))
        peer_decode, theirs = timed(lambda: peer.decode(coded))  # noqa: B023 - called at once
        decode, ours = timed(lambda: codec.decode(bitstream))  # noqa: B023
        container = unpack(codec.name, bitstream, image.size)
        half_decode, half = timed(lambda: coder.decode(model, container, "bfloat16"))  # noqa: B023
        rounds["CompressAI"].append(peer_encode + peer_decode)
        rounds["nicviz"].append(encode + decode)
        rounds["bfloat16"].append(encode + half_decode)
    pixels = image.shape[0] * image.shape[1]
    peer_bytes = sum(len(strings[0]) for strings in coded["strings"])
    differing, symbols = symbols_that_differ(peer.network, model, coded, bitstream)
    return Row(
        {name: float(np.median(values)) for name, values in rounds.items()},
        {"CompressAI": 8 * peer_bytes / pixels, "nicviz": 8 * len(bitstream) / pixels},
        {"CompressAI": psnr(theirs, image), "nicviz": psnr(ours, image), "bfloat16": psnr(half, image)},
        differing,
        symbols,
    )


def report(rows: list[Row], options: argparse.Namespace) -> None:
    def listed(field: str, average: Callable[[list[float]], float], digits: int) -> str:
        names = getattr(rows[0], field)
        return "   ".join(f"{name} {average([getattr(row, field)[name] for row in rows]):.{digits}f}" for name in names)

    def speed(name: str) -> float:
        return statistics.median(row.seconds["CompressAI"] / row.seconds[name] for row in rows)

    differing, symbols = sum(row.differing for row in rows), sum(row.symbols for row in rows)
    print(f"{len(rows)} images, quality {options.quality:g}, medians of {options.rounds} interleaved rounds")
    print(f"  symbols that differ  {differing} of {symbols} ({differing / symbols:.1e}; bar 1e-5)")
    print(f"  bpp                  {listed('bpp', statistics.mean, 4)} (container included)")
    print(f"  PSNR in dB           {listed('psnr_db', statistics.mean, 3)}")
    print(f"  encode + decode in s {listed('seconds', statistics.median, 3)}")
    print(f"  speed                float32 {speed('nicviz'):.2f}× (bar 1.25×)   bfloat16 {speed('bfloat16'):.2f}×")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--images", type=int, default=24)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--quality", type=float, default=4)
    arguments.add_argument("--folder", type=Path, help="of PNG files; the Kodak images beside the project by default")
    options = arguments.parse_args()
    warnings.simplefilter("ignore")
    from nicviz.codecs.neural.family import compact
    from nicviz.codecs.neural.network import build as network
    from nicviz.codecs.neural.network import models
    from nicviz.codecs.neural.weights import read as reading

    weights = compact.find("compact-hyperprior", options.quality)
    model = models.MODELS.get(weights, None)
    peer = Peer(network.build_network(reading.read_state(weights.content, weights.name), weights.name)[0])
    files = sorted((options.folder or shared("kodak")).glob("*.png"))[: options.images]
    images = [decode_png(file.read_bytes()) for file in files]
    rows = [compare(peer, CODECS["compact-hyperprior"], model, image, options) for image in images[:1] + images]
    report(rows[1:], options)  # the first image ran twice, to warm up


if __name__ == "__main__":
    main()
