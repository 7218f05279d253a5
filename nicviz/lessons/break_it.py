"""The game “Break it”: a picture and a corruption on which the paper's claim fails, scored by the claim's statistic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nicviz.analysis.agreeing import Test, under
from nicviz.analysis.claims import CLAIMS, GROUPS, REFERENCE, THRESHOLD_DB, Comparison
from nicviz.codecs import Codec, NeuralCodec
from nicviz.corruptions import CORRUPTIONS
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.lessons.base import Lesson
from nicviz.lessons.rules import typeset
from nicviz.requests.view import View
from nicviz.run.work import Signal
from nicviz.tasks.match import mismatch_text, quality_of, tolerance
from nicviz.tasks.settings import CodecSetting, CorruptionSetting

Outcome = Literal["broken", "holds", "split", "undecided", "unfair"]
LESSON = Lesson(
    "break",
    "Break it",
    "Find a picture and a corruption on which the paper's claim about neural codecs fails, by as much as you can.",
    20,
    (),
    "I can say what the claim is, by which number it is judged, and why one counterexample does not refute a mean.",
)


@dataclass(frozen=True)
class Attempt:
    """One attempt at a claim; advantages of the neural codec over JPEG 2000 in dB.

    Args:
        view: picture, corruption, and the neural codec with its quality: what a link reopens.
        picture, codec: what they are called.
        setting: JPEG 2000 matched in PSNR on the clean picture, as in the paper.
        rate: JPEG 2000 matched in rate on the corrupted picture.
    """

    view: View
    picture: str
    codec: str
    setting: Comparison
    rate: Comparison

    @property
    def corruption(self) -> CorruptionSetting:
        """What the picture was corrupted by."""
        return corruption_of(self.view)

    @property
    def advantages(self) -> tuple[float, float]:
        """At equal setting and at equal rate."""
        return self.setting.advantage(self.corruption.name), self.rate.advantage(self.corruption.name)

    @property
    def rate_off(self) -> float:
        """How far off the rate of JPEG 2000 is on the corrupted picture, as a share; the clean one does not matter."""
        return 1 / self.rate.rate_ratio[self.corruption.name] - 1

    @property
    def outcome(self) -> Outcome:
        """What it says of the claim: it counts only where JPEG 2000 reached both targets, and both ways agree."""
        if not (self.setting.within and abs(self.rate_off) <= tolerance("bpp")):
            return "unfair"
        verdicts = {each.holds(self.corruption.name) for each in (self.setting, self.rate)}
        if verdicts == {"no"}:
            return "broken"
        if verdicts == {"yes"}:
            return "holds"
        return "split" if verdicts == {"yes", "no"} else "undecided"

    @property
    def margin(self) -> float:
        """By how much the claim fails (dB), the smaller of both ways; 0 where it does not fail."""
        return min(-value for value in self.advantages) if self.outcome == "broken" else 0.0

    def sentence(self) -> str:
        """Return what follows from the numbers."""
        setting, rate = self.advantages
        numbers = {"setting": setting, "rate": rate, "margin": self.margin, "threshold": THRESHOLD_DB,
                   "missed_psnr": self.setting.off, "missed_rate": mismatch_text("bpp", self.rate_off)}  # fmt: skip
        return typeset(SENTENCES[self.outcome].format(**numbers))


SENTENCES: Mapping[Outcome, str] = {
    "broken": "**Broken, by {margin:.2f} dB.** The neural codec is behind both ways: {setting:+.2f} dB at equal "
    "setting, {rate:+.2f} dB at equal rate.",
    "holds": "**The claim holds here.** The neural codec is ahead both ways: {setting:+.2f} dB at equal setting, "
    "{rate:+.2f} dB at equal rate.",
    "split": "**It depends on how you compare**, so it does not count: {setting:+.2f} dB at equal setting, {rate:+.2f} "
    "dB at equal rate.",
    "undecided": "**Undecided**: {setting:+.2f} dB at equal setting, {rate:+.2f} dB at equal rate. What is nearer to "
    "zero than {threshold:g} dB says neither yes nor no.",
    "unfair": "**It does not count**: JPEG 2000 could not be set as the comparison needs ({missed_psnr} in PSNR, "
    "{missed_rate} in rate). The numbers would be {setting:+.2f} and {rate:+.2f} dB.",
}


def corruption_of(view: View) -> CorruptionSetting:
    """Return the corruption of a view; `NicvizError` says what is missing where the paper's claims do not reach it."""
    if view.corruption is None:
        raise NicvizError("Choose a corruption: the claim is about corrupted pictures.")
    entry = CORRUPTIONS[view.corruption.name]
    if entry.group not in GROUPS:
        raise NicvizError(f"The paper's claims are about its own corruptions; {entry.title.lower()} is none of them.")
    return view.corruption


def neural_of(view: View, codecs: Mapping[str, Codec]) -> CodecSetting:
    """Return the first neural codec of a view; `NicvizError` where there is none."""
    for setting in view.codecs:
        if isinstance(codecs[setting.codec], NeuralCodec):
            return setting
    raise NicvizError("Choose a neural codec: the claim sets neural codecs against JPEG 2000.")


def claim_on(corruption: CorruptionSetting) -> str:
    """Return the claim that a corruption puts to the test."""
    return CLAIMS[2 if CORRUPTIONS[corruption.name].group == "high" else 1][0]


def attempt(view: View, original: LoadedImage, codecs: Mapping[str, Codec], signal: Signal) -> Attempt:
    """Return the claim's statistic for the picture, the corruption and the first neural codec of a view.

    Args:
        view: what is tried; with a match, the neural codec is set by it on the clean picture.
        original: the picture of the view.
        codecs: by name.
        signal: cancels, and takes the progress.

    Raises:
        NicvizError: no corruption of the paper, no neural codec, or a picture without numbers.
    """
    corruption, setting = corruption_of(view), neural_of(view, codecs)
    codec = codecs[setting.codec]
    quality = quality_of(original, codec, setting.quality, view.match, cancel=signal)
    test = Test(codecs[REFERENCE], corruption.severity, corruption.seed)
    found = under(original, codec, quality, test, [corruption], signal)
    fixed = replace(view, codecs=(CodecSetting(REFERENCE), CodecSetting(codec.name, quality)), match=None)
    return Attempt(fixed, original.name, codec.setting(quality), found.setting, found.rate)


def best(attempts: Sequence[Attempt]) -> Attempt | None:
    """Return the attempt that breaks its claim by most; None as long as none does."""
    broken = [each for each in attempts if each.outcome == "broken"]
    return max(broken, key=lambda each: each.margin, default=None)
