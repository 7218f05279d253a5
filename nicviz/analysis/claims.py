"""Does a picture agree with what Lieberman et al. (NeurIPS 2023) found? Their three claims as signed numbers.

Each neural codec is set against JPEG 2000, which is matched to its PSNR on the clean picture.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nicviz.analysis.match import match_quality
from nicviz.codecs import Codec
from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.run.place import check
from nicviz.run.work import Signal
from nicviz.store import Store
from nicviz.tasks.measure import measure, task_of
from nicviz.tasks.settings import CorruptionSetting, Match
from nicviz.tasks.task import Kind, Trial

REFERENCE = "jpeg2000"
THRESHOLD_DB = 0.5  # nicviz's own choice: what is nearer to 0 says neither yes nor no
Verdict = Literal["yes", "no", "undecided"]


@dataclass(frozen=True)
class Agreement:
    """What one neural codec and JPEG 2000 do with one picture; all numbers but the severity in dB.

    Args:
        psnr_db: of the neural codec on the clean picture; JPEG 2000 is matched to it.
        mismatch_db: by how much JPEG 2000 misses it.
        severity: of the corruptions.
        tilt: 10·log10 of D's density in high over that in low frequencies, of the neural codec.
        reference_tilt: the same of JPEG 2000.
        generalization: per corruption of the low and medium groups, 10·log10 (G of JPEG 2000 / G of the neural codec).
        denoising: per corruption of the high group, the same for R.
        rate_ratio: per corruption, bpp of the neural codec / bpp of JPEG 2000: what the settings, kept from the clean
            picture, cost on it.
    """

    psnr_db: float
    mismatch_db: float
    severity: int
    tilt: float
    reference_tilt: float
    generalization: dict[str, float]
    denoising: dict[str, float]
    rate_ratio: dict[str, float]

    def spectral(self) -> Verdict:
        """Whether the neural codec errs more in high than in low frequencies and JPEG 2000 the other way round."""
        return _verdict(self.tilt, -self.reference_tilt)

    def group_mean(self, group: str) -> float:
        """Return the mean advantage (dB) of the neural codec over the "low", "medium" or "high" corruptions."""
        values = self.denoising if group == "high" else self.generalization
        return float(np.mean([value for name, value in values.items() if CORRUPTIONS[name].group == group]))

    def group_rate_ratio(self, group: str) -> float:
        """Return the geometric mean of the rate ratio over a group of corruptions."""
        ratios = [ratio for name, ratio in self.rate_ratio.items() if CORRUPTIONS[name].group == group]
        return float(np.exp(np.mean(np.log(ratios))))

    def generalizes(self) -> Verdict:
        """Whether the neural codec's G is lower, over the low and over the medium group."""
        return _verdict(self.group_mean("low"), self.group_mean("medium"))

    def denoises(self) -> Verdict:
        """Whether the neural codec's R is lower over the high group."""
        return _verdict(self.group_mean("high"))


def _verdict(*advantages: float) -> Verdict:
    """Return yes where all are beyond the threshold, no where one is beyond it on the other side."""
    if all(value > THRESHOLD_DB for value in advantages):
        return "yes"
    return "no" if any(value < -THRESHOLD_DB for value in advantages) else "undecided"


def agreement(
    original: LoadedImage,
    codec: Codec,
    quality: float | None,
    reference: Codec,
    severity: int,
    seed: int,
    signal: Signal,
    store: Store | None = None,
) -> Agreement:
    """Return the numbers behind the three claims for one neural codec at one quality.

    Args:
        original: the clean picture.
        codec, quality: the neural codec, with its native quality.
        reference: JPEG 2000.
        severity, seed: of the 15 corruptions of the paper's three groups.
        signal: cancels, and takes the progress.

    Raises:
        NicvizError: an exact or otherwise unmatchable reconstruction, or a picture that the corruptions refuse.
    """
    clean = _clean(original, codec, codec.quality(quality), signal, store)
    psnr = clean.figures["psnr_db"]
    if psnr is None or not 10 <= psnr <= 60:
        setting = codec.setting(quality)
        raise NicvizError(f"{setting} reaches {psnr} dB on this picture; JPEG 2000 is matched from 10 to 60 dB.")
    matched = match_quality(original, reference, Match("psnr", psnr), cancel=signal, store=store)
    other = _clean(original, reference, matched.quality, signal, store)
    found = Agreement(
        psnr, matched.value - psnr, severity, _tilt(clean), _tilt(other), generalization={}, denoising={}, rate_ratio={}
    )
    entries = [entry for entry in CORRUPTIONS.values() if entry.group in {"low", "medium", "high"}]
    for number, entry in enumerate(entries):
        check(signal)
        signal.progress = number / len(entries)
        corruption = CorruptionSetting(entry.name, severity, seed)
        ours, theirs = (
            _corrupted(original, corruption, each, done.quality, signal, store)
            for each, done in ((codec, clean), (reference, other))
        )
        kind: Kind = "R" if entry.group == "high" else "G"
        advantages = found.denoising if entry.group == "high" else found.generalization
        advantages[entry.name] = _decibel(_energy(theirs, kind), _energy(ours, kind))
        found.rate_ratio[entry.name] = ours.bpp / theirs.bpp
    return found


def _clean(original: LoadedImage, codec: Codec, quality: float, signal: Signal, store: Store | None) -> Trial:
    task = task_of(original, None, codec, quality, exact=False, metrics=("psnr_db",), bands="luminance")
    return measure(task, original, codec=codec, cancel=signal, store=store)


def _corrupted(
    original: LoadedImage, corruption: CorruptionSetting, codec: Codec, quality: float, signal: Signal,
    store: Store | None,
) -> Trial:  # fmt: skip
    task = task_of(original, corruption, codec, quality, exact=False, metrics=(), bands="luminance")
    return measure(task, original, codec=codec, cancel=signal, store=store)


def _energy(trial: Trial, kind: Kind) -> float:
    """Return the mean square of an error in luminance."""
    return (trial.bands or {})[kind].total


def _tilt(clean: Trial) -> float:
    bands = (clean.bands or {})["D"].bands()
    return _decibel(bands["high"].density or 0.0, bands["low"].density or 0.0)


def _decibel(numerator: float, denominator: float) -> float:
    if numerator <= 0 or denominator <= 0:
        raise NicvizError("A codec returns this picture without an error in luminance: there is no ratio to take.")
    return 10 * math.log10(numerator / denominator)


CLAIMS: tuple[tuple[str, Callable[[Agreement], Verdict]], ...] = (
    ("Neural codecs err more in high than in low frequencies, JPEG 2000 the other way round", Agreement.spectral),
    ("Neural codecs generalize better to low- and medium-frequency corruptions", Agreement.generalizes),
    ("Neural codecs denoise high-frequency corruptions more", Agreement.denoises),
)
