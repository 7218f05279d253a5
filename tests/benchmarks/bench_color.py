"""Time per metric and of the color conversions on a 768×512 image, beside scikit-image and pytorch-msssim.

Run as `python -m tests.benchmarks.bench_color`. Medians over interleaved rounds; under 1 nicviz is quicker.
"""

import io
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pytorch_msssim
import torch
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import structural_similarity

from nicviz.analysis.color.plane import ab_plane
from nicviz.color import delta_e00_map, srgb_to_lab, unique_ab
from nicviz.images import decode_png, encode_png
from nicviz.metrics import METRICS
from nicviz.samples import SAMPLES

ROUNDS = 7


def color_chain(reference: np.ndarray, image: np.ndarray) -> None:
    """What the color view needs of one image."""
    srgb_to_lab(image)
    unique_ab(image)
    delta_e00_map(reference, image)


def peer_color_chain(reference: np.ndarray, image: np.ndarray) -> None:
    """The same with scikit-image and numpy, converting each image once."""
    lab = rgb2lab(image)
    len(np.unique(np.rint(lab[..., 1:]).reshape(-1, 2), axis=0))
    deltaE_ciede2000(rgb2lab(reference), lab)


def on_tensors(function: Callable[..., Any]) -> Callable[[np.ndarray, np.ndarray], None]:
    def call(reference: np.ndarray, image: np.ndarray) -> None:
        tensors = [torch.from_numpy(np.array(x)).permute(2, 0, 1)[None].float() for x in (reference, image)]
        with torch.inference_mode():
            function(*tensors, data_range=255).item()

    return call


def pillow_png(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", compress_level=1)
    return file.getvalue()


def cases(png: bytes) -> dict[str, tuple[Callable[..., Any], Callable[..., Any] | None]]:
    """Return name → (nicviz, peer), each a function of (reference, image)."""
    peers: dict[str, Callable[..., Any]] = {
        "ms_ssim": on_tensors(pytorch_msssim.ms_ssim),
        "ssim": on_tensors(pytorch_msssim.ssim),
        "delta_e00": lambda x, y: deltaE_ciede2000(rgb2lab(x), rgb2lab(y)).mean(),
    }
    measured = {name: (metric.compute, peers.get(name)) for name, metric in METRICS.items()}
    return {
        "Lab + unique + ΔE00": (color_chain, peer_color_chain),
        "a*b* plane": (lambda x, y: ab_plane(y), None),
        "srgb_to_lab": (lambda x, y: srgb_to_lab(y), lambda x, y: rgb2lab(y)),
        **measured,
        "ssim, scikit-image": (METRICS["ssim"].compute, lambda x, y: structural_similarity(x, y, channel_axis=2)),
        "encode_png": (lambda x, y: encode_png(y), lambda x, y: pillow_png(y)),
        "decode_png": (lambda x, y: decode_png(png), lambda x, y: np.asarray(Image.open(io.BytesIO(png)))),
    }


def seconds(function: Callable[..., Any], reference: np.ndarray, image: np.ndarray) -> float:
    start = time.perf_counter()
    function(reference, image)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    reference = np.ascontiguousarray(SAMPLES["hubble"].load().pixels[:512, :768])
    file = io.BytesIO()
    Image.fromarray(reference).save(file, "JPEG", quality=20)
    image = np.array(Image.open(file))
    png = encode_png(image)
    print(f"{'768×512':<22}{'nicviz ms':>10}{'peer ms':>10}{'ratio':>8}")
    for name, (own, peer) in cases(png).items():
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for function, into in zip((own, peer), times, strict=True):
                if function is not None:
                    into.append(seconds(function, reference, image))
        own_ms = 1e3 * median(times[0])
        if times[1]:
            peer_ms = 1e3 * median(times[1])
            print(f"{name:<22}{own_ms:>10.1f}{peer_ms:>10.1f}{own_ms / peer_ms:>8.2f}")
        else:
            print(f"{name:<22}{own_ms:>10.1f}{'–':>10}{'–':>8}")
    print(f"PNG bytes: nicviz {len(png)}, Pillow level 1 {len(pillow_png(image))}")


if __name__ == "__main__":
    main()
