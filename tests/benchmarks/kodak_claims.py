"""Are the artifacts of the compact family those that Lieberman et al. (2023) describe? Two checks on the Kodak images.

`python -m tests.benchmarks.kodak_claims [--setting NAME:QUALITY …] [--images N] [--corruption NAME:SEVERITY]`

1. D on clean images: mean error density per band (levels²; low < 1/8 Nyquist, high > 1/2) beside that of JPEG 2000,
   which is set to the same PSNR on each image, and the ratio in dB. The paper: neural lower in low, higher in high.
2. Denoising: PSNR against the clean image after coding a corrupted one, at the same settings.
"""

import argparse
import math
import warnings
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from nicviz.codecs import CODECS, Codec
from nicviz.codecs.neural.family import compact
from nicviz.corruptions import corrupt
from nicviz.images import decode_png
from nicviz.metrics.psnr import psnr_db
from nicviz.spectra.bands import BANDS, fine_bands
from nicviz.spectra.power import difference, power_spectrum
from tests.shared_data import shared

JPEG2000 = CODECS["jpeg2000"]
TOLERANCE_DB = 0.02


@dataclass(frozen=True)
class Seen:
    """One codec on one image: rate, PSNR and band densities on the clean image; on the corrupted one, PSNR twice."""

    bpp: float
    psnr_db: float
    density: tuple[float, ...]
    against_clean_db: float
    against_given_db: float


def see(codec: Codec, quality: float, image: np.ndarray, corrupted: np.ndarray) -> Seen:
    bitstream = codec.encode(image, quality)
    picture = codec.decode(bitstream)
    bands = fine_bands(power_spectrum(difference(picture, image))).bands()
    answer = codec.decode(codec.encode(corrupted, quality))
    return Seen(
        8 * len(bitstream) / (image.shape[0] * image.shape[1]),
        psnr_db(image, picture),
        tuple(bands[name].density or 0.0 for name in BANDS),
        psnr_db(image, answer),
        psnr_db(corrupted, answer),
    )


def ratio_for(image: np.ndarray, target_db: float) -> float:
    """Return the compression ratio at which JPEG 2000 comes nearest to a PSNR, by interpolation within a bracket."""
    tried: dict[float, float] = {}

    def above(place: float) -> float:
        tried[place] = psnr_db(image, JPEG2000.decode(JPEG2000.encode(image, math.exp(place)))) - target_db
        return tried[place]

    low, high = math.log(2), math.log(400)
    place = math.log(40)
    for trial in range(14):
        value = above(place)
        if abs(value) <= TOLERANCE_DB:
            break
        low, high = (place, high) if value > 0 else (low, place)
        guess = place + value / 5  # about 5 dB a factor of e
        place = guess if trial < 5 and low < guess < high else (low + high) / 2
    return math.exp(min(tried, key=lambda place: abs(tried[place])))


def default_settings() -> list[str]:
    settings = []
    for name in compact.manifest():
        codec = CODECS[name]
        step = 2 if len(codec.ladder) > 4 else 1
        settings += [codec.setting(quality) for quality in codec.ladder[1::step] or codec.ladder]
    return settings


def listed(values: list[tuple[float, ...]]) -> list[float]:
    return [fmean(each) for each in zip(*values, strict=True)]


def report(setting: str, pairs: list[tuple[Seen, Seen]]) -> None:
    own, peer = zip(*pairs, strict=True)
    ours, theirs = listed([seen.density for seen in own]), listed([seen.density for seen in peer])
    ratios = "".join(f"{10 * math.log10(a / b):+8.2f}" for a, b in zip(ours, theirs, strict=True))
    for name, rows, density, tail in ((setting, own, ours, ratios), ("  jpeg2000", peer, theirs, "")):
        means = [fmean(getattr(row, field) for row in rows) for field in ("bpp", "psnr_db")]
        noisy = [fmean(getattr(row, field) for row in rows) for field in ("against_clean_db", "against_given_db")]
        print(
            f"{name:32}{means[0]:7.3f}{means[1]:8.2f}  {density[0]:8.1f}{density[1]:8.1f}{density[2]:8.1f}"
            f"  {noisy[0]:8.2f}{noisy[1]:8.2f}  {tail}",
            flush=True,
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--setting", action="append", metavar="NAME:QUALITY")
    arguments.add_argument("--images", type=int, default=24)
    arguments.add_argument("--corruption", default="gaussian_noise:3", metavar="NAME:SEVERITY")
    options = arguments.parse_args()
    warnings.simplefilter("ignore")
    name, _, severity = options.corruption.partition(":")
    images = [decode_png(file.read_bytes()) for file in sorted(shared("kodak").glob("*.png"))[: options.images]]
    corrupted = [corrupt(image, name, int(severity), 0) for image in images]
    given = fmean(psnr_db(image, noisy) for image, noisy in zip(images, corrupted, strict=True))
    print(f"{len(images)} Kodak images; {options.corruption}, seed 0: {given:.2f} dB against the clean images")
    print("JPEG 2000 below each codec at the same PSNR on each clean image; the last columns: codec / JPEG 2000 in dB")
    print(f"{'':32}{'bpp':>7}{'PSNR':>8}  {'low':>8}{'medium':>8}{'high':>8}  {'R: clean':>8}{'G: given':>8}"
          f"  {'low':>8}{'medium':>8}{'high':>8}")  # fmt: skip
    for setting in options.setting or default_settings():
        codec_name, _, quality = setting.partition(":")
        codec, pairs = CODECS[codec_name], []
        for image, noisy in zip(images, corrupted, strict=True):
            seen = see(codec, codec.quality(float(quality)), image, noisy)
            pairs.append((seen, see(JPEG2000, ratio_for(image, seen.psnr_db), image, noisy)))
        report(setting, pairs)


if __name__ == "__main__":
    main()
