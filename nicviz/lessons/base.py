"""What a lesson is: frozen records that say what to look at, what to predict, what is measured and what follows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from nicviz.analysis.compare import Compared
from nicviz.codecs import Codec
from nicviz.images import LoadedImage
from nicviz.lessons.questions import Choices, Slider
from nicviz.lessons.rules import Numbers, Rule
from nicviz.requests.page import Page
from nicviz.requests.view import View
from nicviz.run.work import Signal

Before = Literal["inputs", "blind"]
Kind = Literal["profile", "bars", "curves", "colors", "none"]


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
