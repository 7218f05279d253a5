"""What a lesson is: frozen records that say what to look at, what to predict, what is measured and what follows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Literal

from nicviz.analysis.compare import Compared
from nicviz.analysis.match import BPP_TOLERANCE
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.requests.pages import Page
from nicviz.requests.view import View
from nicviz.run.work import Signal

Numbers = Mapping[str, float]
Prediction = str | float
Before = Literal["inputs", "blind"]
Kind = Literal["profile", "bars", "curves", "colors", "none"]
MISMATCH = "mismatch"  # of the rates of codecs that are compared at an equal rate, as a share
NONE, UNEQUAL = "no number", "unequal rates"  # outcomes that every rule has
TIE = "tie"  # an outcome of many
COMMON = {
    NONE: "There is no number to tell by here, so this picture bears out none of the answers.",
    UNEQUAL: "The files could not be made equally large: they are {mismatch_size:.1%} apart. A larger file may win for "
    "that alone, so this comparison decides nothing.",
}


@dataclass(frozen=True)
class Bench:
    """What measurements are made with: the codecs by name, and the signal that cancels and takes the progress."""

    codecs: Mapping[str, Codec]
    signal: Signal


@dataclass(frozen=True)
class Line:
    """What a chart draws for one subject.

    Args:
        name: in the legend.
        subject: a codec's name, or "original" or "corrupted": it decides the color.
        x: numbers, or labels of bars.
        y: NaN leaves a gap.
    """

    name: str
    subject: str
    x: Sequence[float] | Sequence[str]
    y: Sequence[float]


@dataclass(frozen=True)
class Chart:
    """A figure that belongs to a measurement.

    Args:
        kind: "profile" over frequency, "bars", "curves" over rate, "colors" (planes, made from the pictures), "none".
        title: in a sentence, what it shows.
        y: title of the vertical axis.
        lines: in order.
        log: whether the vertical axis is logarithmic.
        x: title of the horizontal axis, where the kind does not say it.
        reach: range of the vertical axis; None lets the lines decide.
    """

    kind: Kind = "none"
    title: str = ""
    y: str = ""
    lines: tuple[Line, ...] = ()
    log: bool = False
    x: str = ""
    reach: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Measured:
    """What a measurement gave.

    Args:
        numbers: plain numbers by name; NaN where there is none.
        view: what was measured, each codec with the quality that it had.
        original, source: the picture, and what the codecs were given.
        compared: what each codec of the view made of it; empty where the measurement is of the picture alone.
        chart: the figure of it.
    """

    numbers: Numbers
    view: View
    original: LoadedImage
    source: LoadedImage
    compared: tuple[Compared, ...] = ()
    chart: Chart = field(default_factory=Chart)


@dataclass(frozen=True)
class Measurement:
    """A named measurement: one function over a small picture that returns plain numbers.

    Args:
        name: of it.
        what: is measured, in a sentence for people.
        run: measures a view.
    """

    name: str
    what: str
    run: Callable[[View, Bench], Measured]


@dataclass(frozen=True)
class Option:
    """One answer."""

    key: str
    text: str


@dataclass(frozen=True)
class Choices:
    """A question with a few answers; of an opinion none is right."""

    question: str
    options: tuple[Option, ...]
    opinion: bool = False

    def text(self, key: str) -> str:
        """Return the text of an answer."""
        return next(option.text for option in self.options if option.key == key)


@dataclass(frozen=True)
class Slider:
    """A question whose answer is a number.

    Args:
        question: what to predict.
        answer: name of the number that it is compared with.
        low, high, step: of the slider; it begins in the middle.
        close: how far off a prediction may be and still be called close, in the slider's unit.
        unit: behind the number, with its space.
        scale: the number times this is in the slider's unit.
    """

    question: str
    answer: str
    low: float
    high: float
    step: float
    close: float
    unit: str = ""
    scale: float = 1.0


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


@dataclass(frozen=True)
class Step:
    """One step: look, predict, measure, compare.

    Args:
        title, text: what it is about, and what to look at, in Markdown.
        view: what is measured. A codec without a quality is set to the rate of the last one.
        page: where the view opens, with its choices.
        question: what to predict.
        measurement: what is measured.
        rule: what follows from it.
        why: said after every outcome: what the number means.
        before: what is seen before the prediction: the inputs alone, or the results; blind, they never have names.
    """

    title: str
    text: str
    view: View
    page: Page
    question: Choices | Slider
    measurement: Measurement
    rule: Rule
    why: str
    before: Before = "inputs"


@dataclass(frozen=True)
class Lesson:
    """A lesson: a few steps that belong together.

    Args:
        name: as in links.
        title, summary: what it is called, and what it asks, in a sentence.
        minutes: about how long it takes.
        steps: in order; none for the game, which the page draws itself.
        goal: what a student can say afterwards.
    """

    name: str
    title: str
    summary: str
    minutes: int
    steps: tuple[Step, ...]
    goal: str


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


def compared(
    question: Choices | Slider, rule: Rule, numbers: Numbers, prediction: Prediction
) -> tuple[bool | None, str]:
    """Return whether a prediction came true (None: undecided, or an opinion), and a sentence that says so."""
    outcome = rule.outcome(numbers)
    if isinstance(question, Slider):
        return _compared_number(question, numbers, float(prediction), outcome)
    said = f"“{question.text(str(prediction))}”"
    if question.opinion:
        return None, f"You chose {said}. That is your eye's own measurement: no formula makes it right or wrong."
    right = rule.right.get(outcome)
    if not right:
        return None, f"You predicted {said}. The measurement does not decide between the answers."
    if str(prediction) in right:
        return True, f"You predicted {said}, and so it is here."
    return False, f"You predicted {said}. Here it is “{question.text(right[0])}”."


def _compared_number(question: Slider, numbers: Numbers, guess: float, outcome: str) -> tuple[bool | None, str]:
    value = numbers.get(question.answer, nan) * question.scale
    told = number_text(question, guess)
    if outcome in COMMON or not isfinite(value):
        return None, f"You predicted {told}. There is nothing to compare that with."
    off = value - guess
    if number_text(question, guess) == number_text(question, value):
        return True, f"You predicted {told}, and so it is here."
    if abs(off) <= question.close:
        return True, f"You predicted {told}; here it is {number_text(question, value)}. That is close."
    return False, (
        f"You predicted {told}; here it is {number_text(question, value)}. Your prediction was too "
        f"{'low' if off > 0 else 'high'}."
    )


def number_text(question: Slider, value: float) -> str:
    """Return a number as the slider shows it."""
    digits = 0 if question.step >= 1 else 1 if question.step >= 0.1 else 2
    text = f"{value:.{digits}f}"
    return typeset(("0" if float(text) == 0 else text) + question.unit)


def typeset(text: str) -> str:
    """Return a sentence with minus signs before its numbers."""
    return "".join("−" if char == "-" and text[place + 1 : place + 2].isdigit() and not text[:place][-1:].isalnum()
                   else char for place, char in enumerate(text))  # fmt: skip
