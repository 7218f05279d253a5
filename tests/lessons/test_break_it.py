"""The game: an attempt is what the claim's statistic says, counts only where it is fair, and reopens by its link."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from nicviz.analysis import agreeing
from nicviz.analysis.agreeing import under
from nicviz.analysis.claims import Comparison
from nicviz.codecs import CODECS
from nicviz.errors import NicvizError
from nicviz.lessons.break_it import Attempt, attempt, best, claim_on, corruption_of, neural_of
from nicviz.lessons.links import link
from nicviz.requests.fields import Known
from nicviz.requests.more_pages import Lessons
from nicviz.requests.view import View, view_from_query
from nicviz.run.work import Signal
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, ImageSetting

FOG = CorruptionSetting("fog", 3, 2)
VIEW = View(
    image=ImageSetting("chelsea", crop=(60, 60, 96, 96)),
    corruption=FOG,
    codecs=(CodecSetting("jpeg", 30.0), CodecSetting("compact-hyperprior", 3.0)),
    match=None,
)


def made(setting: float, rate: float, off: float = 0.0, clean_off: float = 0.0) -> Attempt:
    numbers = [
        Comparison(way, off if way == "setting" else clean_off, 0, 0, {"fog": value}, {}, {"fog": 1 / (1 + off)})
        for way, value in (("setting", setting), ("rate", rate))
    ]
    return Attempt(VIEW, "cat", "neural:3", *numbers)


@pytest.mark.parametrize(
    ("setting", "rate", "off", "outcome", "begins"),
    [
        (-2.0, -0.75, 0.0, "broken", "**Broken, by 0.75 dB.**"),
        (2.0, 0.75, 0.0, "holds", "**The claim holds here.**"),
        (-2.0, 0.75, 0.0, "split", "**It depends on how you compare**"),
        (-2.0, 0.25, 0.0, "undecided", "**Undecided**: −2.00 dB at equal setting, +0.25 dB"),
        (-0.5, -0.5, 0.0, "undecided", "**Undecided**"),
        (-2.0, -0.75, 0.3, "unfair", "**It does not count**"),
    ],
)
def test_the_sentence_follows_from_both_comparisons(setting, rate, off, outcome, begins) -> None:
    found = made(setting, rate, off)
    assert found.outcome == outcome
    assert found.sentence().startswith(begins)
    assert found.margin == (0.75 if outcome == "broken" else 0.0)


def test_the_rate_counts_on_the_corrupted_picture_alone() -> None:
    assert made(-2.0, -0.75, clean_off=0.3).outcome == "broken"
    assert "−2.0% in rate" in made(-2.0, -0.75, off=-0.02).sentence()


def test_the_score_is_the_best_margin_of_those_that_count() -> None:
    assert best([made(2.0, 2.0), made(-9.0, -9.0, off=1.0)]) is None
    two = [made(-1.0, -2.0), made(-3.0, -1.5), made(-9.0, 0.0)]
    assert best(two) is two[1]


def test_what_is_missing_is_said() -> None:
    for wrong, said in ((None, "Choose a corruption"), (CorruptionSetting("spatter", 2), "none of them")):
        with pytest.raises(NicvizError, match=said):
            corruption_of(replace(VIEW, corruption=wrong))
    with pytest.raises(NicvizError, match="Choose a neural codec"):
        neural_of(replace(VIEW, codecs=(CodecSetting("jpeg", 30.0),)), CODECS)
    assert neural_of(VIEW, CODECS) == CodecSetting("compact-hyperprior", 3.0)
    assert "generalize" in claim_on(FOG)
    assert "denoise" in claim_on(CorruptionSetting("shot_noise", 1))


@pytest.mark.slow
def test_an_attempt_is_one_corruption_of_the_claims_and_its_link_reopens_it() -> None:
    original = VIEW.image.load()
    found = attempt(VIEW, original, CODECS, Signal())
    test, others = agreeing.Test(CODECS["jpeg2000"], 3, 2), [CorruptionSetting("shot_noise", 3, 2), FOG]
    both = under(original, CODECS["compact-hyperprior"], 3.0, test, others, Signal())
    assert found.advantages == tuple(each.generalization["fog"] for each in both.comparisons)
    assert both.rate.advantage("shot_noise") == both.rate.denoising["shot_noise"]
    query = parse_qs(urlsplit(link(found.view, Lessons(lesson="break"))).query)
    assert query["lesson"] == ["break"]
    view, said = view_from_query(query, Known(lambda: CODECS))
    assert said == []
    assert attempt(view, original, CODECS, Signal()) == found
