"""What a look inside costs, beside an estimate (a forward pass) of the same picture in the same run.

`python -m tests.benchmarks.bench_latents`. A turn of surgery is what the page waits for when a control moves: latent
changed, priced and decoded, and its PSNR.
"""

import time
from collections.abc import Callable

import numpy as np

from nicviz.analysis.latents.jpeg import jpeg_bits
from nicviz.analysis.latents.look import basis, look, operate
from nicviz.analysis.latents.surgery import Surgery
from nicviz.codecs import CODECS, NeuralCodec
from nicviz.codecs.neural_base import Place
from nicviz.images import LoadedImage
from nicviz.samples import SAMPLES

REPEATS = 7
CODECS_SHOWN = ("compact-hyperprior", "compact-vbr", "compact-factorized")


def median_seconds(run: Callable[[], object]) -> float:
    run()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def main() -> None:
    pixels = np.pad(SAMPLES["astronaut"].load().pixels, ((0, 0), (0, 256), (0, 0)), mode="reflect")
    image = LoadedImage("a sample, mirrored to the right", np.ascontiguousarray(pixels))
    print(f"one picture of 768 × 512, median of {REPEATS}; ratios to an estimate, which is a forward pass")
    for name in CODECS_SHOWN:
        codec = CODECS[name]
        assert isinstance(codec, NeuralCodec)
        quality = codec.quality(None)
        handle = codec.open(quality)
        forward = median_seconds(lambda codec=codec: codec.estimate(image.pixels))
        looked = median_seconds(lambda handle=handle: handle.latents(image.pixels))
        found = look(image, codec, quality)
        surgery = Surgery(keep=20, step=2.0).edit(found.latents)
        turn = median_seconds(lambda codec=codec, found=found, surgery=surgery: operate(image, codec, found, surgery))
        wave = median_seconds(lambda codec=codec, found=found: basis(image, codec, found, Place(0, 16, 24)))
        print(
            f"{name:22} estimate {forward * 1e3:5.0f} ms  look {looked / forward:4.2f}×  surgery {turn * 1e3:5.0f} ms "
            f"({turn / forward:4.2f}×)  one element {wave * 1e3:5.0f} ms ({wave / forward:4.2f}×)"
        )
    data = CODECS["jpeg"].encode(image.pixels, 50)
    counted, coded = (median_seconds(run) for run in (lambda: jpeg_bits(data), lambda: CODECS["jpeg"].decode(data)))
    print(f"jpeg:50  bits of each block {counted * 1e3:.0f} ms, {counted / coded:.0f}× libjpeg's decoding")


if __name__ == "__main__":
    main()
