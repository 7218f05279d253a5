"""Units per core-hour of a sweep against a loop that does what the public code of Lieberman et al. does.

    python -m tests.benchmarks.bench_sweeps_peer [--images 4] [--rounds 3] [--only classical|neural]

The peer is written after `test.py` of klieberman/ood_nic: one process, one thread, codec by codec; for each picture the
file is read, written as PNG and read again, coded by Pillow (JPEG) or by ffmpeg's libopenjpeg (JPEG 2000), or by
CompressAI's own compress and decompress; PSNR on tensors against what the codec was given and against the clean
picture, for networks MS-SSIM too, and the two mean |FFT| of rounded gray differences (`--psd`). Its corrupted pictures
lie ready as files; a sweep makes them itself. "Same figures" adds to the peer what a row of a sweep has besides:
MS-SSIM and SSIM by pytorch-msssim, ΔE00 and unique a*b* by scikit-image. CPU seconds of the process and its children
are compared, in interleaved rounds, as the machine may have other work.
"""

import argparse
import io
import os
import statistics
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nicviz.codecs import CODECS
from nicviz.corruptions import corrupt
from nicviz.images import encode_png, load_file
from nicviz.metrics import METRICS
from nicviz.sweeps.datasets import Wanted
from nicviz.sweeps.groups import Group
from nicviz.sweeps.plan import Plan, Step
from nicviz.sweeps.planning import conditions_of, read_pictures
from nicviz.sweeps.unit import measure_group, work_of
from nicviz.tasks.settings import ImageSetting
from tests.shared_data import shared

CORRUPTIONS = ("fog", "gaussian_noise", "motion_blur", "pixelate", "contrast")
CLASSICAL = (("jpeg", (10, 30, 50, 80)), ("jpeg2000", (20, 40, 100)))
NEURAL = (("compact-hyperprior", (2, 4, 6)),)


class Peer:
    """The loop of the public code.

    Args:
        folder: of the pictures: CORRUPTION/NAME.png, "clean" among them.
        same: whether the figures are all that a sweep has.
    """

    def __init__(self, folder: Path, same: bool) -> None:
        import torch
        from torchvision.transforms import ToTensor

        torch.set_num_threads(1)
        self.folder, self.same, self.tensor = folder, same, ToTensor()
        self.networks: dict[float, Any] = {}
        self.mean = torch.tensor([0.4658, 0.4301, 0.3599]).view(1, 3, 1, 1)
        self.std = torch.tensor([0.2159, 0.2291, 0.2200]).view(1, 3, 1, 1)

    def run(self, codec: str, quality: float, condition: str, names: list[str]) -> None:
        """One run of its test script: a codec at a quality over the pictures of one condition."""
        import torch
        from PIL import Image

        sums: list[np.ndarray] = []
        for name in names:
            x, clean = (
                self.tensor(Image.open(self.folder / each / name).convert("RGB")).unsqueeze(0)
                for each in (condition, "clean")
            )
            with torch.no_grad():
                x_hat = self.network(x, quality) if codec.startswith("compact") else self.classic(x, codec, quality)
                self.psnr(clean, x_hat)
                if not codec.startswith("compact"):
                    self.psnr(x, x_hat)
                sums = self.spectra(sums, x_hat, clean, None if condition == "clean" else x)
                if self.same:
                    for reference in (x,) if condition == "clean" else (x, clean):
                        self.others(reference, x_hat)

    def psnr(self, a: Any, b: Any) -> float:
        import torch

        return -10 * np.log10(max(torch.nn.functional.mse_loss(a, b).item(), 1e-12))

    def classic(self, x: Any, codec: str, quality: float) -> Any:
        from PIL import Image

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "x.png"
            Image.fromarray((x[0] * 255).round().byte().permute(1, 2, 0).numpy()).save(file)
            if codec == "jpeg":
                image, coded = Image.open(file).convert("RGB"), io.BytesIO()
                image.save(coded, format="jpeg", quality=int(quality))
                made = Image.open(coded)
                made.load()
            else:
                made = self.openjpeg(file, Path(folder), quality)
            Image.open(file).convert("RGB")  # it reads the picture again for its metrics
        return self.tensor(made).unsqueeze(0)

    def openjpeg(self, file: Path, folder: Path, quality: float) -> Any:
        from imageio_ffmpeg import get_ffmpeg_exe
        from PIL import Image

        encoder = ["-pix_fmt", "yuv444p", "-c:v", "libopenjpeg", "-compression_level", f"{quality:g}"]
        for words in (["-i", file, *encoder, folder / "x.jp2"], ["-i", folder / "x.jp2", folder / "y.png"]):
            subprocess.run([get_ffmpeg_exe(), "-loglevel", "error", "-y", *map(str, words)], check=True)
        return Image.open(folder / "y.png").convert("RGB")

    def network(self, x: Any, quality: float) -> Any:
        from pytorch_msssim import ms_ssim

        network = self.networks[quality]
        coded = network.compress(x)
        x_hat = network.decompress(coded["strings"], coded["shape"])["x_hat"].clamp(0, 1)
        self.psnr(x, x_hat)
        ms_ssim(x, x_hat, data_range=1.0).item()
        return x_hat

    def spectra(self, sums: list[np.ndarray], x_hat: Any, *references: Any) -> list[np.ndarray]:
        from skimage.color import rgb2gray

        found = []
        for reference in (each for each in references if each is not None):
            difference = ((x_hat - self.mean) / self.std - (reference - self.mean) / self.std)[0].permute(1, 2, 0)
            found.append(np.abs(np.fft.fftshift(np.fft.fft2(rgb2gray(np.round(difference.numpy()))))))
        return [a + b for a, b in zip(sums, found, strict=True)] if sums and sums[0].shape == found[0].shape else found

    def others(self, reference: Any, x_hat: Any) -> None:
        from pytorch_msssim import ms_ssim, ssim
        from skimage.color import deltaE_ciede2000, rgb2lab

        a, b = ((each * 255).round() for each in (reference, x_hat))
        ms_ssim(a, b, data_range=255).item()
        ssim(a, b, data_range=255).item()
        lab, lab_hat = (rgb2lab(each[0].permute(1, 2, 0).byte().numpy()) for each in (a, b))
        deltaE_ciede2000(lab, lab_hat).mean()
        rounded = np.rint(lab_hat[..., 1:]).astype(np.int32)
        np.unique(512 * rounded[..., 0] + rounded[..., 1])


def cpu_seconds(work: Callable[[], object]) -> float:
    before = os.times()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def sweep(plan: Plan) -> None:
    """All groups of a plan as a worker does them; a picture a group, as long groups are in a sweep."""
    for first in range(0, plan.num_units, plan.per_picture):
        receipt = measure_group(work_of(plan, Group(tuple(range(first, first + plan.per_picture)))))
        failed = [row["failed"] for row in receipt["rows"] if row.get("failed")]
        assert not failed, failed[0]


def compare(ladders: Any, plan: Plan, peers: dict[str, Peer], names: list[str], rounds: int) -> None:
    conditions = ["clean" if each is None else each.name for each in plan.conditions]

    def loop(peer: Peer) -> None:
        for codec, qualities in ladders:
            for quality in qualities:
                for condition in conditions:
                    peer.run(codec, quality, condition, names)

    runs: dict[str, Callable[[], object]] = {title: lambda peer=peer: loop(peer) for title, peer in peers.items()}
    runs["sweep"] = lambda: sweep(plan)
    runs["sweep, PSNR and spectra alone"] = lambda: sweep(replace(plan, metrics=("psnr_db",)))
    times: dict[str, list[float]] = {title: [] for title in runs}
    for number in range(rounds + 1):
        for title, run in runs.items():
            seconds = cpu_seconds(run)
            if number:  # the first round warms up
                times[title].append(seconds / plan.num_units)
    median = {title: statistics.median(values) for title, values in times.items()}
    print(f"{', '.join(codec for codec, _ in ladders)}: {plan.num_units} units, CPU seconds a unit, units a core-hour")
    for title, seconds in median.items():
        print(f"  {title:38} {seconds:.3f} s  {3600 / seconds:8,.0f}")
    for ours, theirs in (
        ("sweep", "same figures"),
        ("sweep", "as it is"),
        ("sweep, PSNR and spectra alone", "as it is"),
    ):
        print(f"  {ours} against the loop {theirs}: {median[f'loop, {theirs}'] / median[ours]:.1f} ×")


def networks() -> dict[float, Any]:
    """CompressAI's own models with the weights of the package, by quality."""
    from nicviz.codecs.neural.family import compact
    from nicviz.codecs.neural.network import build
    from nicviz.codecs.neural.weights import read

    found = {}
    for quality in NEURAL[0][1]:
        weights = compact.find(NEURAL[0][0], quality)
        found[quality] = build.build_network(read.read_state(weights.content, weights.name), weights.name)[0]
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["classical", "neural"])
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    from nicviz.run import place

    place.stay_here()
    files = sorted(shared("kodak").glob("*.png"))[: options.images]
    pictures = read_pictures([Wanted(ImageSetting(str(file))) for file in files], {}, print)
    conditions = conditions_of(CORRUPTIONS, (3,), 0)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for file in files:
            pixels = load_file(file).pixels
            for each in conditions:
                target = folder / ("clean" if each is None else each.name) / file.name
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(encode_png(pixels if each is None else corrupt(pixels, each.name, 3, 0)))
        for kind, ladders in (("classical", CLASSICAL), ("neural", NEURAL)):
            if options.only in (None, kind):
                steps = tuple(Step(CODECS[name].reference, float(q)) for name, qualities in ladders for q in qualities)
                plan = Plan(pictures, conditions, steps, tuple(METRICS))
                peers = {f"loop, {title}": Peer(folder, same) for title, same in
                         (("as it is", False), ("same figures", True))}  # fmt: skip
                for peer in peers.values() if kind == "neural" else ():
                    peer.networks = networks()
                start = time.perf_counter()
                compare(ladders, plan, peers, [file.name for file in files], options.rounds)
                print(f"  {time.perf_counter() - start:.0f} s in all, load of the machine {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
