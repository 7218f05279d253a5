"""What each way of padding to the network's stride costs on crops whose sides are just over a multiple of 64.

`python -m tests.benchmarks.bench_padding [--images N]`: bytes relative to repeating the border, and PSNR of the picture
and of its last row and column.
"""

import argparse
import warnings
from collections.abc import Callable

import numpy as np

from nicviz.codecs import CODECS
from nicviz.codecs.neural.encode.coder import pad
from nicviz.images import decode_png
from tests.shared_data import shared

STRIDE = 64
SIZES = ((257, 257), (300, 451), (65, 129), (450, 321), (383, 511))
QUALITIES = (2, 4, 6)
Pad = Callable[[np.ndarray, int, int], np.ndarray]


def numpy_pad(**options: object) -> Pad:
    return lambda image, down, right: np.pad(image, ((0, down), (0, right), (0, 0)), **options)


def fading(length: int) -> Pad:
    return lambda image, down, right: pad(image, down, right, length)


PADDINGS: dict[str, Pad] = {
    "edge": numpy_pad(mode="edge"),
    "reflect": numpy_pad(mode="reflect"),
    "symmetric": numpy_pad(mode="symmetric"),
    "zero": numpy_pad(mode="constant"),
    "gray": numpy_pad(mode="constant", constant_values=128),
    **{f"fading over {length} px": fading(length) for length in (4, 8, 16, 24, 32, 48)},
}


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / ((a.astype(float) - b) ** 2).mean()))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--images", type=int, default=6)
    options = arguments.parse_args()
    warnings.simplefilter("ignore")
    codec = CODECS["compact-hyperprior"]
    files = sorted(shared("kodak").glob("*.png"))[: options.images]
    images = [decode_png(file.read_bytes()) for file in files]
    figures: dict[str, list[tuple[float, float, float]]] = {name: [] for name in PADDINGS}
    for image in images:
        for height, width in SIZES:
            crop = image[20 : 20 + height, 30 : 30 + width]
            for quality in QUALITIES:
                for name, padding in PADDINGS.items():
                    bitstream = codec.encode(padding(crop, -crop.shape[0] % STRIDE, -crop.shape[1] % STRIDE), quality)
                    decoded = codec.decode(bitstream)[: crop.shape[0], : crop.shape[1]]
                    border = psnr(decoded[-1], crop[-1]) / 2 + psnr(decoded[:, -1], crop[:, -1]) / 2
                    figures[name].append((len(bitstream), psnr(decoded, crop), border))
    reference = np.array(figures["edge"])
    print(f"{len(images)} images, sizes {SIZES}, qualities {QUALITIES}")
    for name, rows in figures.items():
        table = np.array(rows)
        ratio = np.exp(np.log(table[:, 0] / reference[:, 0]).mean())
        print(
            f"  {name:16s} bytes × {ratio:.3f}   PSNR {table[:, 1].mean():.2f} dB   border {table[:, 2].mean():.2f} dB"
        )


if __name__ == "__main__":
    main()
