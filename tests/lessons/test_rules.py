"""Rules and predictions: what a sentence says follows from the numbers, ties and missing numbers are said as such."""

import re
from math import inf, nan
from string import Formatter

import pytest

from nicviz.lessons import LESSONS, break_it
from nicviz.lessons.questions import Choices, Option, Slider, compared
from nicviz.lessons.rules import COMMON, NONE, TIE, UNEQUAL, Rule, larger_of, sign_of
from nicviz.requests.more_pages import LESSONS as NAMES
from nicviz.requests.more_pages import MOST_STEPS
from tests.lessons.steps import STEPS, many_numbers, step_of

NUMBER = re.compile(r"\d")
NAMES_WITH_DIGITS = ("JPEG 2000", "JPEG \n2000", "ΔE00")


def test_the_lessons_of_the_links_are_the_lessons() -> None:
    assert tuple(LESSONS) == tuple(name for name in NAMES if name != "overview")
    assert max(len(lesson.steps) for lesson in LESSONS.values()) <= MOST_STEPS


def literal(template: str) -> str:
    """Return what a template says whatever the numbers are."""
    return "".join(text for text, *_ in Formatter().parse(template))


def texts() -> list[str]:
    found = [*COMMON.values(), *break_it.SENTENCES.values()]
    for lesson in LESSONS.values():
        found += [lesson.title, lesson.summary, lesson.goal]
    for lesson, number in STEPS:
        step = step_of(lesson, number)
        found += [step.title, step.text, step.why, step.question.question, step.measurement.what]
        found += [step.rule.limit_text, *step.rule.sentences.values()]
        if isinstance(step.question, Choices):
            found += [option.text for option in step.question.options]
    return found


def test_no_text_of_a_lesson_holds_a_number() -> None:
    for text in texts():
        said = literal(text)
        for name in NAMES_WITH_DIGITS:
            said = said.replace(name, "")
        assert not NUMBER.search(said), text


@pytest.mark.parametrize(("lesson", "number"), STEPS)
def test_every_outcome_can_come_and_says_something_else(lesson: str, number: int) -> None:
    rule = step_of(lesson, number).rule
    said: dict[str, str] = {}
    for numbers in many_numbers(rule):
        outcome = rule.outcome(numbers)
        assert outcome in rule.sentences
        said.setdefault(outcome, rule.sentence(numbers))
        assert "nan" not in rule.sentence(numbers)
    assert set(said) == set(rule.sentences)
    assert len(set(rule.sentences.values())) == len(rule.sentences)


@pytest.mark.parametrize(("lesson", "number"), STEPS)
def test_a_number_that_is_missing_and_unequal_rates_decide_nothing(lesson: str, number: int) -> None:
    step = step_of(lesson, number)
    numbers = next(many_numbers(step.rule))
    guess = step.question.options[0].key if isinstance(step.question, Choices) else step.question.low
    assert step.rule.needs
    for wrong in ({name: bad} for name in step.rule.needs for bad in (nan, inf)):
        assert step.rule.outcome({**numbers, **wrong}) == NONE
        assert compared(step.question, step.rule, {**numbers, **wrong}, guess)[0] is None
    assert step.rule.outcome({**numbers, "mismatch": nan}) == NONE
    unequal = {**numbers, "mismatch": -0.034}
    assert step.rule.outcome(unequal) == UNEQUAL
    assert "3.4% apart" in step.rule.sentence(unequal)
    assert compared(step.question, step.rule, unequal, guess)[0] is None


@pytest.mark.parametrize(("lesson", "number"), STEPS)
def test_the_answers_that_a_rule_bears_out_are_answers(lesson: str, number: int) -> None:
    step = step_of(lesson, number)
    assert set(step.rule.right) <= set(step.rule.sentences)
    if isinstance(step.question, Slider):
        assert not step.rule.right
        return
    keys = {option.key for option in step.question.options}
    assert {key for right in step.rule.right.values() for key in right} == (set() if step.question.opinion else keys)
    for numbers in many_numbers(step.rule, count=50):
        right = step.rule.right.get(step.rule.outcome(numbers), ())
        for key in keys:
            true, said = compared(step.question, step.rule, numbers, key)
            assert true is (None if step.question.opinion or not right else key in right)
            assert step.question.text(key) in said


@pytest.mark.parametrize(("lesson", "number"), [each for each in STEPS if TIE in step_of(*each).rule.sentences])
def test_what_is_equal_is_a_tie_and_the_limit_is_told(lesson: str, number: int) -> None:
    rule = step_of(lesson, number).rule
    value = 0.5 if "nothing" in rule.sentences else 0.0  # drops of nothing are none
    numbers = dict.fromkeys([*next(many_numbers(rule)), *rule.needs], value) | {"mismatch": 0.0}
    assert rule.outcome(numbers) == TIE
    assert "counts as a tie" in rule.sentence(numbers)
    assert f"{rule.limit:g}" in rule.sentence(numbers) or f"{rule.limit:.0%}" in rule.sentence(numbers)


WINNERS = [  # lesson, step, what wins, what loses, and how the sentence begins
    ("lost", 3, "reference_fastest", "neural_fastest", "JPEG 2000 keeps more"),
    ("lost", 3, "neural_fastest", "reference_fastest", "The neural codec keeps more"),
    ("lost", 4, "neural_slow", "neural_fastest", "In the slow waves the neural codec's error is"),
    ("lost", 5, "neural_tilt", "reference_tilt", "The neural codec's error leans more"),
    ("lost", 5, "reference_tilt", "neural_tilt", "The error of JPEG 2000 leans more"),
    ("noise", 6, "reference_fastest", "neural_fastest", "The neural codec lets less"),
    ("noise", 6, "neural_fastest", "reference_fastest", "JPEG 2000 lets less"),
    ("red", 3, "neural_red", "reference_red", "The neural codec keeps more of the reds"),
    ("red", 5, "reference_invented", "neural_invented", "JPEG 2000 invents more"),
]


@pytest.mark.parametrize(("lesson", "number", "more", "less", "begins"), WINNERS)
def test_the_larger_number_decides_who_is_named(lesson: str, number: int, more: str, less: str, begins: str) -> None:
    rule = step_of(lesson, number).rule
    numbers = {**next(many_numbers(rule)), "mismatch": 0.0, more: 0.9, less: 0.2}
    assert rule.sentence(numbers).startswith(begins)
    if begins.startswith("JPEG 2000 keeps"):
        assert rule.sentence(numbers) == (
            "JPEG 2000 keeps more of the fastest waves: 90%, against 20% for the neural codec, in the same number of "
            "bits."
        )


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ((1.0, 0.9, 0.7, 0.4), "falls"),
        ((0.4, 0.7, 0.9, 1.0), "rises"),
        ((1.0, 1.005, 0.99, 1.0), "level"),
        ((1.0, 0.6, 0.9, 0.5), "neither"),
        ((1.0, 0.97, 0.985, 1.0), "neither"),
    ],
)
def test_the_course_of_a_gain(values: tuple[float, ...], outcome: str) -> None:
    rule = step_of("lost", 2).rule
    assert rule.outcome(dict(zip(rule.needs, values, strict=True))) == outcome


@pytest.mark.parametrize(
    ("cleans", "outcome"),
    [((3, 4), "both"), ((-3, 4), "neural"), ((3, -4), "reference"), ((-3, -4), "neither"), ((0.3, 4), "close")],
)
def test_a_denoiser_comes_nearer_than_the_noise(cleans: tuple[float, float], outcome: str) -> None:
    rule = step_of("noise", 5).rule
    numbers = dict(zip(("reference_cleans", "neural_cleans"), map(float, cleans), strict=True))
    assert rule.outcome(numbers) == outcome


def test_what_does_not_fall_is_not_lost() -> None:
    rule = step_of("lost", 6).rule
    numbers = {**next(many_numbers(rule)), "drop_slow": -0.3, "drop_medium": 0.01, "drop_fast": -0.1}
    assert rule.outcome({**numbers, "drop_fastest": 0.015}) == "nothing"
    assert rule.outcome({**numbers, "drop_fastest": 0.2}) == "fastest"


def test_what_repetitions_differ_by_is_no_difference() -> None:
    rule = step_of("noise", 4).rule
    numbers = {**next(many_numbers(rule)), "ahead": 0.8, "spread": 0.1, "drawings": 3.0}
    assert rule.outcome(numbers) == "above"
    assert rule.outcome({**numbers, "spread": 0.9}) == TIE


def test_no_overlap_is_told_from_a_curve_that_is_not_monotone() -> None:
    rule = step_of("wins", 6).rule
    numbers = {"whole": -2.0, "whole_overlap": 60.0, "ends": nan}
    assert "too little to compare" in rule.sentence({**numbers, "ends_overlap": 9.0})
    assert "not for want of overlap" in rule.sentence({**numbers, "ends_overlap": 70.0})
    moved = {**numbers, "ends": -20.0}
    assert rule.outcome({**moved, "ends_overlap": 70.0}) == "moved"
    assert "doubtful" in rule.sentence({**moved, "ends_overlap": 30.0})


def test_thresholds_are_exceeded_and_not_reached() -> None:
    assert [larger_of("a", "b", 0.25)({"a": value, "b": 0.0}) for value in (0.25, 0.26, -0.26)] == [TIE, "a", "b"]
    signs = [sign_of("a", 0.5, "s")({"a": value, "s": 0.75}) for value in (0.75, 0.76, -0.8)]
    assert signs == [TIE, "above", "below"]


@pytest.mark.parametrize(
    ("guess", "true", "said"),
    [
        (30, False, "You predicted 30 %; here it is 63 %. Your prediction was too low."),
        (90, False, "You predicted 90 %; here it is 63 %. Your prediction was too high."),
        (65, True, "You predicted 65 %; here it is 63 %. That is close."),
        (63, True, "You predicted 63 %, and so it is here."),
    ],
)
def test_a_number_is_compared_with_the_prediction(guess: float, true: bool, said: str) -> None:
    slider = Slider("How much?", "share", 0, 100, 5, 7.5, " %", 100)
    rule = Rule(("share",), lambda numbers: "it", {"it": "{share:.0%}"})
    assert compared(slider, rule, {"share": 0.63}, guess) == (true, said)


def test_a_negative_number_has_a_minus_sign() -> None:
    slider = Slider("How much?", "bd", -60, 60, 5, 1, " %")
    rule = Rule(("bd",), lambda numbers: "it", {"it": "{bd:+.0f} % on a well-known picture, {bd_size:.0f} %"})
    assert rule.sentence({"bd": -12.0}) == "−12 % on a well-known picture, 12 %"
    assert "−5 %; here it is −12 %" in compared(slider, rule, {"bd": -12.0}, -5)[1]
    assert "0 %; here" in compared(slider, rule, {"bd": -12.0}, -0.0)[1]


def test_an_opinion_is_neither_right_nor_wrong() -> None:
    question = Choices("Which?", (Option("a", "A"), Option("b", "B")), opinion=True)
    rule = Rule(("x",), lambda numbers: "it", {"it": ""})
    assert compared(question, rule, {"x": 1.0}, "a")[0] is None
