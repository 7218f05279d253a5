"""What students predict, and how a prediction is compared with what was measured."""

from dataclasses import dataclass
from math import isfinite, nan

from nicviz.lessons.rules import COMMON, Numbers, Rule, typeset

Prediction = str | float


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
