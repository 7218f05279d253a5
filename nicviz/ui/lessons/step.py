"""One step of a lesson: look, predict, measure, compare."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nicviz.codecs import Codec
from nicviz.lessons import Lesson
from nicviz.lessons.base import Measured, Step
from nicviz.lessons.links import link, place_title
from nicviz.lessons.questions import Prediction, Slider, compared, number_text
from nicviz.run.live import Live
from nicviz.samples import find_sample
from nicviz.tasks.compress import corrupted
from nicviz.ui.kit.choices import choose
from nicviz.ui.kit.plain import plain_text
from nicviz.ui.kit.screen import is_narrow
from nicviz.ui.kit.waiting import PATIENCE, progress_line
from nicviz.ui.lessons.figures import show_chart, show_inputs, show_pictures
from nicviz.ui.lessons.working import LANE, forget, measure_steps, predict, predictions
from nicviz.ui.shell.picture import load_picture

MARKS = {True: ":material/check_circle:", False: ":material/cancel:", None: ":material/info:"}


def show_step(lesson: Lesson, number: int, codecs: Mapping[str, Codec]) -> None:
    """Draw a step: its text and pictures, the question, and after the prediction what was measured."""
    step = lesson.steps[number - 1]
    prediction = predictions().get((lesson.name, number))
    waits = prediction is not None or step.before == "blind"
    (live,) = measure_steps(lesson, [number], codecs, PATIENCE if waits else 0.0)  # begun while people think
    text, pictures, question, chart, further = _places()
    with text:
        st.subheader(f"{number}. {step.title}", anchor=False)
        st.markdown(step.text)
    with pictures:
        _show_pictures(lesson, step, live, codecs, revealed=prediction is not None)
    with question:
        if prediction is None:
            _ask(lesson, number, step)
        else:
            st.markdown(f"**{step.question.question}**")
            _reveal(lesson, number, step, prediction, live)
    if prediction is not None and live.done:
        with chart:
            show_chart(live.value, codecs, f"lesson-{lesson.name}-{number}")
    with further:
        _move_on(lesson, number, told=prediction is not None)


def _places() -> tuple[DeltaGenerator, ...]:
    """Return where text, pictures, question, chart and buttons go: side by side or, on a phone, in the order of use."""
    if is_narrow():
        return tuple(st.container() for _ in range(5))
    left, right = st.columns([4, 6], gap="medium")  # two pictures find place side by side, on a projector too
    return left.container(), right.container(), left.container(), right.container(), left.container()


def _show_pictures(
    lesson: Lesson, step: Step, live: Live[Measured], codecs: Mapping[str, Codec], revealed: bool
) -> None:
    key = f"lesson-{lesson.name}"
    blind = step.before == "blind"
    if live.done and live.value.compared and (revealed or blind):
        show_pictures(live.value, codecs, key, blind)
        return
    original = load_picture(step.view.image)
    source = corrupted(original, step.view.corruption) if step.view.corruption else original
    show_inputs(step.view, original, source, key)
    if blind and not revealed:
        _state(live)


def _ask(lesson: Lesson, number: int, step: Step) -> None:
    """Draw the question, and the button that fixes the answer."""
    asked, key = step.question, f"answer-{lesson.name}-{number}"
    answer: Prediction | None
    if isinstance(asked, Slider):
        middle = asked.low + asked.step * round((asked.high - asked.low) / asked.step / 2)
        whole = float(asked.step).is_integer()
        numbers = (asked.low, asked.high, middle, asked.step)
        low, high, middle, by = (int(each) if whole else float(each) for each in numbers)
        form = f"%g{asked.unit.replace('%', '%%')}"
        answer = float(st.slider(f"**{asked.question}**", low, high, middle, by, key=key, format=form))
    else:
        options = [option.key for option in asked.options]
        answer = st.radio(f"**{asked.question}**", options, index=None, format_func=asked.text, key=key)
    opinion = not isinstance(asked, Slider) and asked.opinion
    label = "This is my choice" if opinion else "This is my prediction: measure"
    st.button(label, type="primary", disabled=answer is None, icon=":material/science:",
              on_click=predict, args=(lesson.name, number, answer), key=f"predict-{lesson.name}-{number}")  # fmt: skip
    st.caption("Your prediction stays in this browser session: it is neither stored nor in the link.")


def _reveal(lesson: Lesson, number: int, step: Step, prediction: Prediction, live: Live[Measured]) -> None:
    """Draw what was measured, beside the prediction."""
    if not live.done:
        _state(live)
        return
    numbers = live.value.numbers
    came_true, said = compared(step.question, step.rule, numbers, prediction)
    with st.container(border=True):
        st.markdown(f"{MARKS[came_true]} {said}")
        st.markdown(f"**Measured:** {step.rule.sentence(numbers)}")
    st.markdown(step.why)
    st.caption(_measured_on(step, live.value))
    with st.container(horizontal=True, vertical_alignment="center"):
        if step.before != "blind":  # the page would name them
            st.link_button(f"Open this on the {place_title(step.page)} page", link(live.value.view, step.page),
                           icon=":material/open_in_new:", key=f"open-{lesson.name}-{number}")  # fmt: skip
        st.button("Predict again", type="tertiary", icon=":material/undo:", on_click=forget,
                  args=(lesson.name, number), key=f"again-{lesson.name}-{number}")  # fmt: skip


def _state(live: Live[Measured]) -> None:
    if live.state == "failed":
        st.error(plain_text(live.message), icon=":material/error:")
    progress_line(LANE, narrow=True)


def _measured_on(step: Step, measured: Measured) -> str:
    height, width = measured.original.pixels.shape[:2]
    name = plain_text(find_sample(measured.view.image.source).title)
    what = plain_text(step.measurement.what)
    return (
        f"{what} Measured live; the picture is “{name}”, {width} × {height} pixels. One picture is one sample: it can "
        "suggest, not prove."
    )


def _move_on(lesson: Lesson, number: int, told: bool) -> None:
    last = len(lesson.steps)
    kind: Literal["primary", "secondary"] = "primary" if told else "secondary"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Back", icon=":material/arrow_back:", on_click=choose, args=("step", number - 1),
                  disabled=number == 1, key="lesson-back")  # fmt: skip
        if number < last:
            st.button("Next", icon=":material/arrow_forward:", on_click=choose, args=("step", number + 1),
                      type=kind, key="lesson-next")  # fmt: skip
        else:
            st.button("All lessons", icon=":material/school:", on_click=choose, args=("lesson", "overview"),
                      type=kind, key="lesson-next")  # fmt: skip
    if number == last:
        st.success(f"**You should now be able to say:** {plain_text(lesson.goal)}", icon=":material/flag:")


def solution(step: Step, numbers: Mapping[str, float]) -> str:
    """Return the answer to a step's question, without a prediction, in Markdown."""
    asked = step.question
    if isinstance(asked, Slider):
        value = numbers.get(asked.answer, float("nan"))
        return number_text(asked, value * asked.scale) if value == value else "no number"  # noqa: PLR0124  NaN
    if asked.opinion:
        return "a matter of taste"
    right = step.rule.right.get(step.rule.outcome(numbers), ())
    return " or ".join(f"“{asked.text(key)}”" for key in right) or "not decided by this measurement"
