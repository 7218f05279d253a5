"""The list of lessons, and the way between them."""

import streamlit as st

from nicviz.lessons import LESSONS, Lesson
from nicviz.requests.more_pages import LESSONS as NAMES
from nicviz.ui.kit.choices import choice, choose, chosen
from nicviz.ui.kit.screen import is_narrow
from nicviz.ui.lessons.working import predictions

OVERVIEW = "overview"
_PER_ROW = 3


def lesson_control() -> str:
    """Draw the choice of the lesson and return it; on a phone, where it would fill the screen, the way back."""
    if is_narrow():
        opened = str(chosen("lesson"))
        if opened != OVERVIEW:
            st.button("All lessons", icon=":material/arrow_back:", type="tertiary", key="lesson-all",
                      on_click=choose, args=("lesson", OVERVIEW))  # fmt: skip
        return opened
    titles = {OVERVIEW: "All lessons", **{name: lesson.title for name, lesson in LESSONS.items()}}
    key = choice("lesson")
    name = st.segmented_control("Lesson", list(NAMES), format_func=titles.__getitem__, required=True, key=key,
                                  label_visibility="collapsed", on_change=choose, args=("step", 1))  # fmt: skip
    return str(name or OVERVIEW)


def step_control(lesson: Lesson) -> int:
    """Draw where in a lesson one is, and return the step, from 1."""
    numbers = list(range(1, len(lesson.steps) + 1))
    key = choice("step", numbers)
    number = st.segmented_control("Step", numbers, required=True, key=key, label_visibility="collapsed",
                                  width="content")  # fmt: skip
    done = sum((lesson.name, each) in predictions() for each in numbers)
    st.caption(f"Step {number} of {len(numbers)} · {done} predicted · about {lesson.minutes} minutes in all",
               width="content")  # fmt: skip
    return int(number or 1)


def overview() -> None:
    """Draw a card for each lesson."""
    st.markdown(
        "Each step asks you to **look**, to **predict**, and then to **measure**: no number is written into the text, "
        "all are measured on this machine, and the sentence at the end follows from them. If the codecs change, so may "
        "the sentence."
    )
    lessons = list(LESSONS.values())
    for first in range(0, len(lessons), _PER_ROW):
        for place, lesson in zip(st.columns(_PER_ROW), lessons[first : first + _PER_ROW], strict=False):
            with place.container(border=True, height="stretch"):
                st.markdown(f"**{lesson.title}**\n\n{lesson.summary}")
                st.caption(f":material/schedule: about {lesson.minutes} minutes{_steps(lesson)}")
                st.button("Start" if not _begun(lesson) else "Go on", key=f"start-{lesson.name}", on_click=_open,
                          args=(lesson,), icon=":material/play_arrow:")  # fmt: skip


def sidebar_note() -> None:
    """Say what the sidebar is for while a lesson is open."""
    st.caption(
        ":material/info: A lesson brings its own picture and codecs; what the sidebar chooses is for the other pages. "
        "The address of this page is a link to this step, and holds nobody's predictions."
    )


def _steps(lesson: Lesson) -> str:
    return f" · {len(lesson.steps)} steps" if lesson.steps else " · a game"


def _begun(lesson: Lesson) -> bool:
    return any(name == lesson.name for name, _ in predictions())


def _open(lesson: Lesson) -> None:
    """Open a lesson at the first step without a prediction."""
    choose("lesson", lesson.name)
    open_steps = [n for n in range(1, len(lesson.steps) + 1) if (lesson.name, n) not in predictions()]
    choose("step", open_steps[0] if open_steps else 1)
