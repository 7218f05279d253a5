"""From the numbers of a measurement to an outcome, and from that to a sentence; ties and missing numbers are said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite, nan

from nicviz.tasks.match import BPP_TOLERANCE

Numbers = Mapping[str, float]
MISMATCH = "mismatch"  # of the rates of codecs that are compared at an equal rate, as a share
NONE, UNEQUAL = "no number", "unequal rates"  # outcomes that every rule has
TIE = "tie"  # an outcome of many
COMMON = {
    NONE: "There is no number to tell by here, so this picture bears out none of the answers.",
    UNEQUAL: "The files could not be made equally large: they are {mismatch_size:.1%} apart. A larger file may win for "
    "that alone, so this comparison decides nothing.",
}


def each_right(*outcomes: str) -> dict[str, tuple[str, ...]]:
    """Return that each outcome bears out the answer of its name."""
    return {name: (name,) for name in outcomes}


@dataclass(frozen=True)
class Rule:
    """From numbers to an outcome, from an outcome to a sentence.

    Args:
        needs: names of the numbers that must be there.
        decide: names the outcome of numbers that are all there.
        sentences: outcome to what is said; {name} stands for a number, {name_size} for its size without sign.
        right: outcome to the answers that it bears out; an outcome that is not named here decides nothing.
        limit: what a difference has to exceed, as {limit} in `limit_text`, which a "tie" says.
    """

    needs: tuple[str, ...]
    decide: Callable[[Numbers], str]
    sentences: Mapping[str, str]
    right: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: float = nan
    limit_text: str = ""

    def outcome(self, numbers: Numbers) -> str:
        """Return the outcome of numbers; where one is missing or the rates are not equal, that comes first."""
        if not all(isfinite(numbers.get(name, nan)) for name in self.needs):
            return NONE
        mismatch = numbers.get(MISMATCH, 0.0)
        if not abs(mismatch) <= BPP_TOLERANCE:  # NaN too
            return UNEQUAL if isfinite(mismatch) else NONE
        return self.decide(numbers)

    def sentence(self, numbers: Numbers) -> str:
        """Return what follows from numbers."""
        sizes = {f"{name}_size": abs(value) for name, value in numbers.items()}
        outcome = self.outcome(numbers)
        template = {**self.sentences, **COMMON}[outcome]
        if outcome == TIE and self.limit_text:
            template += f" (Up to {self.limit_text} counts as a tie.)"
        return typeset(template.format(**{**numbers, **sizes, "limit": self.limit}))


def sign_of(name: str, threshold: float, least: str = "") -> Callable[[Numbers], str]:
    """Return a rule that says whether a number is "above" or "below" zero by more than a threshold, or a "tie".

    Args:
        name: of the number.
        threshold: what is nearer to zero is a tie.
        least: name of a number that takes the threshold's place where it is larger: the spread of repetitions.
    """

    def decide(numbers: Numbers) -> str:
        limit = max(threshold, numbers[least]) if least else threshold
        value = numbers[name]
        return "above" if value > limit else "below" if value < -limit else TIE

    return decide


def larger_of(first: str, second: str, threshold: float) -> Callable[[Numbers], str]:
    """Return a rule that says which of two numbers is larger, by its name, or "tie" within a threshold."""

    def decide(numbers: Numbers) -> str:
        difference = numbers[first] - numbers[second]
        return TIE if abs(difference) <= threshold else first if difference > 0 else second

    return decide


def typeset(text: str) -> str:
    """Return a sentence with minus signs before its numbers."""
    return "".join("−" if char == "-" and text[place + 1 : place + 2].isdigit() and not text[:place][-1:].isalnum()
                   else char for place, char in enumerate(text))  # fmt: skip
