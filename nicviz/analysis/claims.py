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
from nicviz.tasks.match import mismatch_text, tolerance
from nicviz.tasks.settings import MatchMetric

REFERENCE = "jpeg2000"
THRESHOLD_DB = 0.5  # nicviz's own choice: what is nearer to 0 says neither yes nor no
Verdict = Literal["yes", "no", "undecided"]
GROUPS = ("low", "medium", "high")
Condition = Literal["setting", "rate"]
CONDITIONS: dict[Condition, str] = {"setting": "at equal setting", "rate": "at equal rate"}


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
