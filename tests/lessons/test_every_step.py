"""Every step of every lesson, run: on a small part of its picture, with its own codecs, rule and link."""

from math import isfinite
from urllib.parse import parse_qs, urlsplit

import pytest

from nicviz.codecs import CODECS
from nicviz.lessons import LESSONS
from nicviz.lessons.base import Bench
from nicviz.lessons.links import PLACES, link, place_title
from nicviz.lessons.measure import frequency
from nicviz.lessons.questions import Choices, compared
from nicviz.lessons.rules import COMMON
from nicviz.requests.fields import Known
from nicviz.requests.more_pages import Lessons
from nicviz.requests.pages import PAGES, About
from nicviz.requests.query import from_query
from nicviz.requests.view import view_from_query
from nicviz.run.work import Signal
from nicviz.samples import SAMPLES
from tests.lessons.steps import OTHERS, STEPS, small, step_of

ROOT_PAGES = {"": "compare", "color": "color", "rd": "rd", "spectra": "spectra", "heatmap": "heatmap",
              "latents": "latents", "theory": "theory", "robustness": "robustness",
              "lessons": "lessons"}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "number"), STEPS)
def test_every_step_measures_and_says_what_follows(lesson: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frequency, "OTHERS", OTHERS)
    step = small(step_of(lesson, number))
    signal = Signal()
    found = step.measurement.run(step.view, Bench(CODECS, signal))
    for name in step.rule.needs:
        assert isfinite(found.numbers[name]), name
    sentence = step.rule.sentence(found.numbers)
    outcome = step.rule.outcome(found.numbers)
    assert "nan" not in sentence
    assert outcome in {**step.rule.sentences, **COMMON}
    if isinstance(step.question, Choices):
        for option in step.question.options:
            true, _ = compared(step.question, step.rule, found.numbers, option.key)
            right = step.rule.right.get(outcome)
            assert true is (option.key in right if right and not step.question.opinion else None)
    lines = found.chart.lines
    assert all(len(line.x) == len(line.y) > 0 for line in lines)
    assert all(any(isfinite(value) for value in line.y) for line in lines)
    assert found.chart.title.endswith(".") or found.chart.kind == "none"
    opened = parse_qs(urlsplit(link(found.view, step.page)).query, keep_blank_values=True)
    view, said = view_from_query(opened, Known(lambda: CODECS))
    assert said == []
    assert [each.codec for each in view.codecs] == [each.codec for each in found.view.codecs]
    assert (view.image, view.corruption, view.match) == (found.view.image, found.view.corruption, None)


@pytest.mark.parametrize(("lesson", "number"), STEPS)
def test_a_step_opens_on_its_page_and_stays_offline(lesson: str, number: int) -> None:
    step = step_of(lesson, number)
    assert step.view.image.source in SAMPLES
    assert all(CODECS[each.codec].availability().ok for each in step.view.codecs)
    url = urlsplit(link(step.view, step.page))
    assert (url.scheme, url.netloc) == ("", "")
    query = parse_qs(url.query, keep_blank_values=True)
    assert view_from_query(query, Known(lambda: CODECS)) == (step.view, [])
    assert from_query(type(step.page), query, Known(dict)) == (step.page, [])


def test_each_page_has_a_place_but_about() -> None:
    assert set(PAGES) - set(PLACES) == {About}
    assert {path for path, _ in PLACES.values()} == set(ROOT_PAGES)
    assert place_title(Lessons()) == "Lessons"


def test_a_lesson_tells_its_minutes_and_its_goal() -> None:
    for lesson in LESSONS.values():
        assert 10 <= lesson.minutes <= 30
        assert lesson.goal.startswith("I can")
    assert len(LESSONS) == 5
