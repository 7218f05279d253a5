"""Time per metric and of the color conversions on a 768×512 image, beside scikit-image and pytorch-msssim.

Run as `python -m tests.benchmarks.bench_color`. Medians over interleaved rounds, in CPU time of the thread, which tells
more than the clock on a machine that others use too; under 1 nicviz is quicker. Also ΔE00 beside the formula as it is
written, with hue angles in float64, and metrics together beside one by one.
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
from nicviz.metrics import METRICS, ON_AXES, measure_metrics
from nicviz.samples import SAMPLES

ROUNDS = 7
_BLOCK = 16_384


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


def delta_e00_with_angles(reference: np.ndarray, image: np.ndarray) -> float:
    """Mean ΔE00 by Sharma's equations in float64, in blocks that stay in the cache."""
    first, second = reference.reshape(-1, 3), image.reshape(-1, 3)
    total = 0.0
    for start in range(0, len(first), _BLOCK):
        part = slice(start, start + _BLOCK)
        total += float(_with_angles(srgb_to_lab(first[part]).T, srgb_to_lab(second[part]).T).sum())
    return total / len(first)


def _with_angles(lab1: np.ndarray, lab2: np.ndarray) -> np.ndarray:
    (L1, a1, b1), (L2, a2, b2) = lab1, lab2
    stretch = 1.5 - 0.5 * _chroma_weight((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2)
    a1, a2 = stretch * a1, stretch * a2
    C1, C2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.arctan2(b1, a1) % (2 * np.pi), np.arctan2(b2, a2) % (2 * np.pi)
    dh = h2 - h1
    wraps = np.abs(dh) > np.pi
    dh = np.where(wraps, dh - np.copysign(2 * np.pi, dh), dh)
    h = ((h1 + h2) / 2 + np.where(wraps, np.pi, 0)) % (2 * np.pi)
    from_middle, C = ((L1 + L2) / 2 - 50) ** 2, (C1 + C2) / 2
    T = 1 - 0.17 * np.cos(h - np.radians(30)) + 0.24 * np.cos(2 * h)
    T += 0.32 * np.cos(3 * h + np.radians(6)) - 0.20 * np.cos(4 * h - np.radians(63))
    RT = -2 * _chroma_weight(C) * np.sin(np.radians(60) * np.exp(-(((np.degrees(h) - 275) / 25) ** 2)))
    dL = (L2 - L1) / (1 + 0.015 * from_middle / np.sqrt(20 + from_middle))
    dC = (C2 - C1) / (1 + 0.045 * C)
    dH = 2 * np.sqrt(C1 * C2) * np.sin(dh / 2) / (1 + 0.015 * C * T)
    return np.sqrt(np.maximum(dL**2 + dC**2 + dH**2 + RT * dC * dH, 0))


def _chroma_weight(C: np.ndarray) -> np.ndarray:
    C2 = C * C
    C7 = C2 * C2 * C2 * C
    return np.sqrt(C7 / (C7 + 25.0**7))


def one_by_one(names: tuple[str, ...]) -> Callable[[np.ndarray, np.ndarray], None]:
    def call(reference: np.ndarray, image: np.ndarray) -> None:
        for name in names:
            METRICS[name].compute(reference, image)

    return call


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
        "ΔE00, with angles": (METRICS["delta_e00"].compute, delta_e00_with_angles),
        "ssim with ms_ssim": (lambda x, y: measure_metrics(x, y, ("ssim", "ms_ssim")), one_by_one(("ssim", "ms_ssim"))),
        "all axes of rd": (lambda x, y: measure_metrics(x, y, ON_AXES), one_by_one(ON_AXES)),
        "ssim, scikit-image": (METRICS["ssim"].compute, lambda x, y: structural_similarity(x, y, channel_axis=2)),
        "encode_png": (lambda x, y: encode_png(y), lambda x, y: pillow_png(y)),
        "decode_png": (lambda x, y: decode_png(png), lambda x, y: np.asarray(Image.open(io.BytesIO(png)))),
    }


def seconds(function: Callable[..., Any], reference: np.ndarray, image: np.ndarray) -> float:
    start = time.thread_time()
    function(reference, image)
    return time.thread_time() - start


def main() -> None:
    """Print the table."""
    reference = np.ascontiguousarray(SAMPLES["hubble"].load().pixels[:512, :768])
    file = io.BytesIO()
    Image.fromarray(reference).save(file, "JPEG", quality=20)
    image = np.array(Image.open(file))
    png = encode_png(image)
    torch.set_num_threads(1)  # whose threads the clock of this one does not see
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
    own_mean, with_angles = METRICS["delta_e00"].compute(reference, image), delta_e00_with_angles(reference, image)
    print(f"Mean ΔE00: {own_mean:.9f}, with angles {with_angles:.9f}")
    print(f"PNG bytes: nicviz {len(png)}, Pillow level 1 {len(pillow_png(image))}")


if __name__ == "__main__":
    main()
