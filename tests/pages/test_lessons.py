"""The Lessons page through Streamlit's test driver: a whole lesson, the teacher's view, the game."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from nicviz.codecs import CODECS
from nicviz.lessons import LESSONS
from nicviz.lessons.base import Bench
from nicviz.lessons.links import link
from nicviz.lessons.questions import Slider, compared
from nicviz.run.work import Signal
from tests.pages.driver import messages_of, open_page, page_text, panes_of, settle

PLAIN: dict[str, Any] = {"codec": ["png"], "match": "off", "crop": "0,0,64,64"}
GAME: dict[str, Any] = {"lesson": "break", "image": "chelsea", "crop": "60,60,96,96", "match": "off",
                        "codec": ["compact-hyperprior:3"]}  # fmt: skip


def open_lesson(**query: Any) -> AppTest:
    return open_page("lessons", **{**PLAIN, **query})


def urls_of(app: AppTest) -> list[str]:
    return [element.proto.url for element in app.get("link_button")]


def predict(app: AppTest, lesson: str, number: int) -> str:
    """Give the first answer, or the lowest number, and return it."""
    asked = LESSONS[lesson].steps[number - 1].question
    if isinstance(asked, Slider):
        app.slider(key=f"answer-{lesson}-{number}").set_value(int(asked.low)).run()
        answer: Any = asked.low
    else:
        assert app.button(key=f"predict-{lesson}-{number}").disabled
        answer = asked.options[0].key
        app.radio(key=f"answer-{lesson}-{number}").set_value(answer).run()
    app.button(key=f"predict-{lesson}-{number}").click().run()
    settle(app)
    return answer


def test_the_overview_offers_every_lesson_and_opens_it() -> None:
    app = open_lesson()
    text = page_text(app)
    for lesson in LESSONS.values():
        assert lesson.title in text
        assert f"about {lesson.minutes} minutes" in text
    app.button(key="start-noise").click().run()
    assert not app.exception
    assert "Step 1 of 6 · 0 predicted" in page_text(app)
    assert app.query_params["lesson"] == "noise"


def test_a_whole_lesson_look_predict_measure() -> None:
    lesson = LESSONS["red"]
    app = open_lesson(lesson="red")
    for number, step in enumerate(lesson.steps, start=1):
        assert f"Step {number} of 6 · {number - 1} predicted" in page_text(app)
        assert "Measured:" not in page_text(app)
        assert urls_of(app) == []
        answer = predict(app, "red", number)
        measured = step.measurement.run(step.view, Bench(CODECS, Signal()))  # it is in the store
        text = page_text(app)
        assert step.rule.sentence(measured.numbers) in text
        assert compared(step.question, step.rule, measured.numbers, answer)[1] in text
        assert urls_of(app) == [link(measured.view, step.page)]
        assert not app.exception
        assert not app.error
        app.button(key="lesson-next").click().run()
    assert "lesson" not in app.query_params
    assert "Go on" in [button.label for button in app.button]


def test_a_prediction_is_in_this_session_alone_and_can_be_taken_back() -> None:
    app = open_lesson(lesson="red", step="2")
    answer = predict(app, "red", 2)
    assert "You predicted" in page_text(app)
    assert set(app.query_params) == {"image", "crop", "codec", "match", "lesson", "step"}
    assert answer not in str(app.query_params)
    other = settle(open_lesson(lesson="red", step="2"))
    assert "You predicted" not in page_text(other)
    assert "Measured:" not in page_text(other)
    assert "Squeeze it" in " ".join(element.value for element in other.subheader)
    app.button(key="again-red-2").click().run()
    assert "You predicted" not in page_text(app)


def test_one_goes_back_and_on_and_another_lesson_begins_at_its_first_step() -> None:
    app = open_lesson(lesson="lost", step="3")
    assert not app.button(key="lesson-back").disabled
    app.button(key="lesson-back").click().run()
    assert app.query_params["step"] == "2"
    assert "2. What does JPEG 2000 keep?" in [element.value for element in app.subheader]
    app.button_group(key="choice-step").set_value(7).run()
    assert "7. Is it the cat?" in [element.value for element in app.subheader]
    app.button_group(key="choice-lesson").set_value("noise").run()
    assert "1. What noise is made of" in [element.value for element in app.subheader]
    assert app.button(key="lesson-back").disabled


def test_results_without_names_keep_them_to_themselves() -> None:
    app = settle(open_lesson(lesson="wins", step="1"))
    for _ in range(2):
        panes = panes_of(app)
        assert [panes[name]["title"] for name in ("codec-1", "codec-2")] == ["A", "B"]
        assert not any(panes[name]["caption"] for name in ("codec-1", "codec-2"))
        if "Measured:" not in page_text(app):
            predict(app, "wins", 1)
    assert "You chose “A”" in page_text(app)
    assert urls_of(app) == []


def test_the_teacher_sees_all_steps_with_solutions() -> None:
    app = settle(open_lesson(lesson="red", teacher="True"))
    assert not app.exception
    text = page_text(app)
    for step in LESSONS["red"].steps:
        assert step.title in text
        numbers = step.measurement.run(step.view, Bench(CODECS, Signal())).numbers
        assert step.rule.sentence(numbers) in text
    assert text.count("**Solution: ") == 6
    assert not app.radio
    assert not [slider for slider in app.slider if str(slider.key).startswith("answer-")]
    assert "@media print" in text


def test_the_sidebar_of_other_pages_stays_as_it_is() -> None:
    app = open_lesson(lesson="noise", step="2", codec=["jpeg:35"])
    predict(app, "noise", 2)
    assert app.query_params["codec"] == "jpeg:35"
    assert "corruption" not in app.query_params
    assert "what the sidebar chooses is for the other pages" in page_text(app)


@pytest.mark.parametrize(
    ("query", "said"),
    [({}, "Choose a corruption"), ({"corruption": "spatter:2"}, "none of them"),
     ({"corruption": "fog:2", "codec": ["jpeg:30"]}, "Choose a neural codec")],
)  # fmt: skip
def test_the_game_says_what_is_missing(query: dict[str, Any], said: str) -> None:
    app = open_page("lessons", **{**GAME, **query})
    assert not app.exception
    assert said in messages_of(app)


def test_the_game_keeps_the_score_and_its_links_reopen_attempts() -> None:
    app = settle(open_page("lessons", **GAME, corruption="fog:3", seed="2"))
    assert not app.exception
    assert "Your score" in [element.value for element in app.subheader]
    rows = [element.value for element in app.markdown if element.value.startswith("| Picture")]
    assert rows[0].count("compact-hyperprior:3") == 2, "one row, and its link"
    assert urls_of(app)[0].startswith("./lessons?image=chelsea&crop=60,60,96,96&corruption=fog:3&seed=2")
    assert "lesson=break" in urls_of(app)[0]
    assert urls_of(app)[0] in rows[0]
    app.slider(key="severity").set_value(1).run()
    settle(app)
    rows = [element.value for element in app.markdown if element.value.startswith("| Picture")]
    assert "fog 1" in rows[0]
    assert "fog 3" in rows[0]
    assert "Your score" not in [each.value for each in open_page("lessons", **GAME).subheader], "of one session"
