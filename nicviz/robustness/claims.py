"""The claims of the three papers, each as data and one function over a run: what it measures on each picture.

A claim holds where the whole 95 % interval of its mean lies on its side of the threshold, does not hold where it lies
on the other side, and is not decided where the interval covers the threshold or there are too few pictures.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from nicviz.corruptions import CORRUPTIONS
from nicviz.robustness.bootstrap import bootstrap_means
from nicviz.robustness.cube import Float
from nicviz.robustness.curves import group_places
from nicviz.robustness.deltas import percent
from nicviz.robustness.evidence import STAND_INS, Evidence, Missing
from nicviz.robustness.operating import Target

Verdict = Literal["holds", "does not hold", "not decided", "no data"]
Side = Literal["above", "below", "apart"]
LEAST_PICTURES = 6  # of fewer, all on one side are chance too often: 2 · 0.5⁵ = 6 %
EQUAL_RATE = 0.05  # how far mean rates may be apart where codecs are compared at one rate: nicviz's own choice
LIEBERMAN = "Lieberman et al., NeurIPS 2023"
MACPHERSON = "MacPherson et al., Degradation of Color"
HU = "Hu et al., TPAMI"


@dataclass(frozen=True)
class Claim:
    """A claim and how it is tested.

    Args:
        key: names it.
        sentence: the claim; names of `Roles` in braces stand for codecs.
        source: the paper.
        statistic: what is measured on each picture.
        measure: the evidence to (pictures,), NaN for a picture without a number; raises `Missing`.
        roles: of the codecs that it names.
        side: where the mean lies if the claim holds: above or below the threshold, or apart from 0 by more than it.
        threshold: in the statistic's unit.
        unit: "dB", "%", "ΔE00" …
        is_ratio: the numbers are logarithms of ratios, and shown in percent.
        digits: of the numbers.
        at_own_rates: a variant of the neural codec is measured at its own qualities, the other one at their rates.
        group: of the corruptions that it is about; none where it is about clean pictures.
    """

    key: str
    sentence: str
    source: str
    statistic: str
    measure: Callable[[Evidence], Float]
    roles: tuple[str, ...] = ("neural", "reference")
    side: Side = "above"
    threshold: float = 0.0
    unit: str = "dB"
    is_ratio: bool = False
    digits: int = 2
    at_own_rates: bool = False
    group: str | None = None


@dataclass(frozen=True)
class Finding:
    """What a run says of a claim.

    Attributes:
        claim: what was tested.
        sentence, statistic: with the codecs' names.
        value, low, high: the mean over pictures and its 95 % interval; NaN for none.
        verdict: see the module.
        num_images: that have a number.
        note: what was measured on how many pictures, or what is missing.
        each: (pictures,) values as shown.
    """

    claim: Claim
    sentence: str
    statistic: str
    value: float
    low: float
    high: float
    verdict: Verdict
    num_images: int
    note: str
    each: Float


def find_claim(claim: Claim, evidence: Evidence) -> Finding:
    """Return what a run says of a claim."""
    words = {role: codec for role, codec in vars(evidence.roles).items() if codec}
    sentence, statistic = worded(claim.sentence, words), worded(claim.statistic, words)
    try:
        for role in claim.roles:
            evidence.roles.named(role)
        values = claim.measure(evidence)
    except Missing as missing:
        nothing = np.full(len(evidence.cube.pictures), np.nan)
        return Finding(claim, sentence, statistic, np.nan, np.nan, np.nan, "no data", 0, str(missing), nothing)
    means = bootstrap_means(values, np.random.default_rng(0))
    numbers = [float(end) for end in (means.value, means.low, means.high)]
    count = int(means.count)
    verdict = verdict_of(claim, numbers[1], numbers[2], count)
    note = _note(claim, evidence, count)
    compared = [evidence.roles.named(role) for role in claim.roles if role != "plain"]
    by_rate = claim.at_own_rates and not evidence.cube.is_single(evidence.roles.neural)
    if not (claim.is_ratio or by_rate) and (off := evidence.rates_differ(compared)) > EQUAL_RATE:
        verdict, note = "not decided", f"{note}; {' and '.join(compared)} differ in rate by {off:.0%}"
    value, low, high = (_shown(claim, number) for number in numbers)
    each = percent(values) if claim.is_ratio else values
    return Finding(claim, sentence, statistic, value, low, high, verdict, count, note, each)


def worded(text: str, names: Mapping[str, str]) -> str:
    """Return a claim's text with a name for each role in braces, beginning with a capital where no name does."""
    filled = text.format(**{**STAND_INS, **names})
    return filled[:1].upper() + filled[1:] if text.startswith("{") and text[1 : text.find("}")] not in names else filled


def verdict_of(claim: Claim, low: float, high: float, count: int) -> Verdict:
    """Return what an interval from so many pictures says of a claim."""
    if count == 0:
        return "no data"
    if count < LEAST_PICTURES or not np.isfinite([low, high]).all():
        return "not decided"
    edge = claim.threshold
    if claim.side == "apart":
        if low > edge or high < -edge:
            return "holds"
        return "does not hold" if -edge < low and high < edge else "not decided"
    if claim.side == "below":
        low, high, edge = -high, -low, -edge
    if low > edge:
        return "holds"
    return "does not hold" if high < edge else "not decided"


def _shown(claim: Claim, value: float) -> float:
    return float(100 * np.expm1(value)) if claim.is_ratio else value


def pictures_text(count: int) -> str:
    """Return "1 picture" or "5 pictures"."""
    return f"{count} picture{'s' * (count != 1)}"


def _note(claim: Claim, evidence: Evidence, count: int) -> str:
    total = len(evidence.cube.pictures)
    measured = f"{count} of {pictures_text(total)}" if count < total else pictures_text(count)
    if claim.group is not None:
        there = len(group_places(evidence.cube, claim.group, evidence.severity))
        of_all = sum(each.group == claim.group for each in CORRUPTIONS.values())
        measured += f" under {there} of the group's {of_all} corruptions" if there < of_all else ""
    few = f"; under {LEAST_PICTURES} pictures decide nothing" if 0 < count < LEAST_PICTURES else ""
    return f"measured on {measured}{few}"


def finding_record(finding: Finding) -> dict[str, Any]:
    """Return a finding as `claims --run --json` gives it; a number that does not exist is null."""
    numbers = {name: _finite(getattr(finding, name)) for name in ("value", "low", "high")}
    return {
        "claim": finding.sentence,
        "source": finding.claim.source,
        "statistic": f"{finding.statistic} ({finding.claim.unit})",
        **numbers,
        "verdict": finding.verdict,
        "num_images": finding.num_images,
    }


def find_claims(claims: Iterable[Claim], evidence: Evidence) -> list[Finding]:
    """Return what a run says of claims, in order."""
    return [find_claim(claim, evidence) for claim in claims]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def told(finding: Finding) -> str:
    """Return what was measured, in one line of plain text: the statistic, its value with interval, and on how much."""
    if finding.verdict == "no data":
        return finding.note
    digits, sign = finding.claim.digits, "" if finding.claim.key == "ranks_differ" else "+"
    value, low, high = (f"{number:{sign}.{digits}f}" for number in (finding.value, finding.low, finding.high))
    ends = f" [{low}, {high}]" if np.isfinite(finding.low) else ""
    return f"{finding.statistic}: {value} {finding.claim.unit}{ends}, {finding.note}"


def conditions_text(target: Target, severity: int) -> str:
    """Return under which conditions the claims were tested."""
    if target.value is None:
        return f"each codec as set in the run, severity {severity}"
    if target.equal == "rate":
        return f"codecs at {target} on the clean picture; on corrupted ones at one rate, severity {severity}"
    return f"codecs at {target} on the clean picture, that setting kept for the corrupted ones, severity {severity}"
