"""Does a picture agree with what Lieberman et al. (NeurIPS 2023) found? Their three claims as signed numbers.

Each neural codec is set against JPEG 2000: matched to its PSNR on the clean picture and then left alone, as in the
paper, and matched to its rate on every picture.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from nicviz.codecs import Codec
from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.run.place import next_step
from nicviz.run.work import Signal
from nicviz.store import Store
from nicviz.tasks.compress import corrupted
from nicviz.tasks.match import Matched, match_quality, mismatch_text, quality_of, tolerance
from nicviz.tasks.measure import measure, task_of
from nicviz.tasks.settings import MATCH_RANGE, CorruptionSetting, Match, MatchMetric
from nicviz.tasks.task import Kind, Trial

REFERENCE = "jpeg2000"
THRESHOLD_DB = 0.5  # nicviz's own choice: what is nearer to 0 says neither yes nor no
Verdict = Literal["yes", "no", "undecided"]
GROUPS = ("low", "medium", "high")
Condition = Literal["setting", "rate"]
CONDITIONS: dict[Condition, str] = {"setting": "at equal setting", "rate": "at equal rate"}


@dataclass(frozen=True)
class Test:
    """What a neural codec is set against, and the severity and seed of the 15 corruptions of the paper's groups."""

    reference: Codec
    severity: int
    seed: int = 0


@dataclass(frozen=True)
class Comparison:
    """A neural codec against JPEG 2000 under one condition; numbers are in dB where nothing else is said.

    Args:
        condition: "setting": JPEG 2000 matched in PSNR on the clean picture, its setting kept for the corrupted ones,
            as in the paper. "rate": matched, on each picture that both are given, in rate.
        mismatch: what JPEG 2000 missed most: dB of the PSNR, or share of the rate.
        tilt: 10·log10 of D's density in high over that in low frequencies, of the neural codec.
        reference_tilt: the same of JPEG 2000.
        generalization: per corruption of the low and medium groups, 10·log10 (G of JPEG 2000 / G of the neural codec).
        denoising: per corruption of the high group, the same for R.
        rate_ratio: per corruption, bpp of the neural codec / bpp of JPEG 2000.
    """

    condition: Condition
    mismatch: float
    tilt: float
    reference_tilt: float
    generalization: dict[str, float]
    denoising: dict[str, float]
    rate_ratio: dict[str, float]

    @property
    def within(self) -> bool:
        """Whether JPEG 2000 reached what it was matched in."""
        return abs(self.mismatch) <= tolerance(self._metric)

    @property
    def off(self) -> str:
        """How far JPEG 2000 is off what it was matched in, as it is told."""
        return mismatch_text(self._metric, self.mismatch)

    @property
    def _metric(self) -> MatchMetric:
        return "psnr" if self.condition == "setting" else "bpp"

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

    def advantage(self, corruption: str) -> float:
        """Return the advantage (dB) of the neural codec under one corruption: in R of the high group, else in G."""
        return {**self.generalization, **self.denoising}[corruption]

    def holds(self, corruption: str) -> Verdict:
        """Whether the claim on a corruption's group holds under this corruption alone."""
        return _verdict(self.advantage(corruption))


@dataclass(frozen=True)
class Agreement:
    """What one neural codec and JPEG 2000 do with one picture, or the means over several.

    Args:
        psnr_db: of the neural codec on the clean picture.
        severity: of the corruptions.
        setting, rate: under each condition.
        num_pictures: that the numbers are means over.
    """

    psnr_db: float
    severity: int
    setting: Comparison
    rate: Comparison
    num_pictures: int = 1

    @property
    def comparisons(self) -> tuple[Comparison, Comparison]:
        """Both conditions, the paper's first."""
        return self.setting, self.rate


def mean_agreement(found: Sequence[Agreement]) -> Agreement:
    """Return the means over pictures: of decibels, of the ratios' logarithms; of the mismatches the largest."""
    setting, rate = (_mean_comparison([each.comparisons[place] for each in found]) for place in (0, 1))
    psnr = float(np.mean([each.psnr_db for each in found]))
    return Agreement(psnr, found[0].severity, setting, rate, len(found))


def _mean_comparison(found: Sequence[Comparison]) -> Comparison:
    def mean(name: str) -> float:
        return float(np.mean([getattr(each, name) for each in found]))

    def means(name: str) -> dict[str, float]:
        return {key: float(np.mean([getattr(each, name)[key] for each in found])) for key in getattr(found[0], name)}

    logarithms = {key: np.mean([math.log(each.rate_ratio[key]) for each in found]) for key in found[0].rate_ratio}
    return Comparison(
        found[0].condition,
        max((each.mismatch for each in found), key=abs),
        mean("tilt"),
        mean("reference_tilt"),
        means("generalization"),
        means("denoising"),
        {key: float(np.exp(value)) for key, value in logarithms.items()},
    )


def _verdict(*advantages: float) -> Verdict:
    """Return yes where all are beyond the threshold, no where one is beyond it on the other side."""
    if all(value > THRESHOLD_DB for value in advantages):
        return "yes"
    return "no" if any(value < -THRESHOLD_DB for value in advantages) else "undecided"


def agreement(
    original: LoadedImage,
    codec: Codec,
    quality: float | None,
    test: Test,
    signal: Signal,
    store: Store | None = None,
    share: tuple[float, float] = (0.0, 1.0),
) -> Agreement:
    """Return the numbers behind the three claims for one neural codec at one quality.

    Args:
        original: the clean picture.
        codec, quality: the neural codec, with its native quality.
        test: what it is set against, and how the pictures are corrupted.
        signal: cancels, and takes the progress.
        store: None for the default one.
        share: of the whole work where this begins and ends.

    Raises:
        NicvizError: an exact or otherwise unmatchable reconstruction, or a picture that the corruptions refuse.
    """
    entries = [entry for entry in CORRUPTIONS.values() if entry.group in GROUPS]
    corruptions = [CorruptionSetting(entry.name, test.severity, test.seed) for entry in entries]
    return under(original, codec, quality, test, corruptions, signal, store, share)


def under(
    original: LoadedImage,
    codec: Codec,
    quality: float | None,
    test: Test,
    corruptions: Sequence[CorruptionSetting],
    signal: Signal,
    store: Store | None = None,
    share: tuple[float, float] = (0.0, 1.0),
) -> Agreement:
    """Return what `agreement` does, under some corruptions of the paper's groups alone; a group may have none then."""
    reference = test.reference
    clean = _clean(original, codec, codec.quality(quality), signal, store)
    psnr = clean.figures["psnr_db"]
    if psnr is None or not 10 <= psnr <= 60:
        setting = codec.setting(quality)
        raise NicvizError(f"{setting} reaches {psnr} dB on this picture; JPEG 2000 is matched from 10 to 60 dB.")
    matched = match_quality(original, reference, Match("psnr", psnr), cancel=signal, store=store)
    kept = _clean(original, reference, matched.quality, signal, store)
    equal = _at_rate(original, clean.bpp, reference, signal, store)
    beside = _clean(original, reference, equal.quality, signal, store)
    at_setting, at_rate = _Found(), _Found(equal.mismatch)
    for number, corruption in enumerate(corruptions):
        next_step(signal)
        signal.progress = share[0] + (share[1] - share[0]) * number / len(corruptions)
        kind: Kind = "R" if CORRUPTIONS[corruption.name].group == "high" else "G"
        ours = _corrupted(original, corruption, codec, clean.quality, signal, store)
        theirs = _corrupted(original, corruption, reference, kept.quality, signal, store)
        at_setting.add(corruption.name, kind, ours, theirs)
        given = corrupted(original, corruption, store)
        equal = _at_rate(given, ours.bpp, reference, signal, store)
        theirs = _corrupted(original, corruption, reference, equal.quality, signal, store)
        at_rate.add(corruption.name, kind, ours, theirs, equal.mismatch)
    tilt = _tilt(clean)
    return Agreement(
        psnr,
        test.severity,
        Comparison("setting", matched.value - psnr, tilt, _tilt(kept), **at_setting.values),
        Comparison("rate", at_rate.mismatch, tilt, _tilt(beside), **at_rate.values),
    )


@dataclass(frozen=True)
class Agreements:
    """The claims over several pictures.

    Args:
        each: of the pictures that have numbers, in order.
        names: of those pictures.
        problems: why others have none, with their names.
    """

    each: tuple[Agreement, ...]
    names: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def mean(self) -> Agreement:
        """The means over the pictures."""
        return mean_agreement(self.each)

    def count(self, place: int, verdict: Callable[[Comparison], Verdict], said: Verdict) -> int:
        """Return on how many pictures a claim has a verdict, under the first or the second condition."""
        return sum(verdict(found.comparisons[place]) == said for found in self.each)


def agreements(
    loads: Sequence[Callable[[], LoadedImage]],
    codec: Codec,
    quality: float | None,
    match: Match | None,
    test: Test,
    signal: Signal,
    store: Store | None = None,
) -> Agreements:
    """Return the numbers behind the claims for one neural codec over pictures; pictures without numbers are told.

    Args:
        loads: read the clean pictures.
        codec, quality: the neural codec, with its native quality, where there is no match.
        match: what the neural codec is set to on each clean picture.
        test, signal, store: as of `agreement`.

    Raises:
        NicvizError: no picture has numbers; it says why of the first.
    """
    found, names, problems = [], [], []
    for number, load in enumerate(loads):
        share = number / len(loads), (number + 1) / len(loads)
        try:
            original = load()
            setting = quality_of(original, codec, quality, match, cancel=signal)
            found.append(agreement(original, codec, setting, test, signal, store, share))
        except NicvizError as error:
            problems.append(str(error))
        else:
            names.append(original.name)
    if not found:
        raise NicvizError(problems[0] if problems else "There are no pictures.")
    return Agreements(tuple(found), tuple(names), tuple(problems))


class _Found:
    """What is found under one condition, corruption after corruption."""

    def __init__(self, mismatch: float = 0.0) -> None:
        self.mismatch = mismatch
        self.values: dict[str, dict[str, float]] = {"generalization": {}, "denoising": {}, "rate_ratio": {}}

    def add(self, name: str, kind: Kind, ours: Trial, theirs: Trial, mismatch: float = 0.0) -> None:
        advantages = self.values["denoising" if kind == "R" else "generalization"]
        advantages[name] = _decibel(_energy(theirs, kind), _energy(ours, kind))
        self.values["rate_ratio"][name] = ours.bpp / theirs.bpp
        self.mismatch = max(self.mismatch, mismatch, key=abs)


def _at_rate(image: LoadedImage, bpp: float, reference: Codec, signal: Signal, store: Store | None) -> Matched:
    low, high = MATCH_RANGE["bpp"]
    return match_quality(image, reference, Match("bpp", min(max(bpp, low), high)), cancel=signal, store=store)


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


CLAIMS: tuple[tuple[str, Callable[[Comparison], Verdict]], ...] = (
    ("Neural codecs err more in high than in low frequencies, JPEG 2000 the other way round", Comparison.spectral),
    ("Neural codecs generalize better to low- and medium-frequency corruptions", Comparison.generalizes),
    ("Neural codecs denoise high-frequency corruptions more", Comparison.denoises),
)


def claims_record(codec: Codec, quality: float | None, found: Agreements) -> dict[str, Any]:
    """Return what `claims --json` says of one codec; `quality` is None where a match found one on each picture."""
    mean = found.mean
    return {
        "codec": codec.name,
        "quality": quality,
        "images": list(found.names),
        "severity": mean.severity,
        "psnr_db": mean.psnr_db,
        "comparisons": [
            {
                **vars(each),
                "within_tolerance": each.within,
                "groups": {group: each.group_mean(group) for group in GROUPS},
                "rate_ratio_of_groups": {group: each.group_rate_ratio(group) for group in GROUPS},
                "claims": [
                    {
                        "claim": claim,
                        "verdict": verdict(each),
                        "images": {said: found.count(place, verdict, said) for said in get_args(Verdict)},
                    }
                    for claim, verdict in CLAIMS
                ],
            }
            for place, each in enumerate(mean.comparisons)
        ],
    }
