"""Lessons: look, predict, measure; what follows is said by a rule from the numbers."""

import streamlit as st

from nicviz.lessons import LESSONS
from nicviz.requests.more_pages import Lessons
from nicviz.ui.kit.choices import choice
from nicviz.ui.kit.screen import is_narrow
from nicviz.ui.lessons.game import show_game
from nicviz.ui.lessons.overview import OVERVIEW, lesson_control, overview, sidebar_note, step_control
from nicviz.ui.lessons.step import show_step
from nicviz.ui.lessons.teach import teach
from nicviz.ui.lessons.teacher import teacher_view
from nicviz.ui.shell.frame import enter_page, page_title
from nicviz.ui.shell.session import session_codecs

ABOUT_TEACHER = "All steps with their solutions, to print."

view = enter_page(Lessons)
codecs = session_codecs()
page_title("Lessons", "Look, predict, then measure: what codecs do to pictures, and how you know.")

name = lesson_control()
if name == OVERVIEW:
    overview()
elif not LESSONS[name].steps:
    show_game(LESSONS[name], view, codecs)
else:
    lesson = LESSONS[name]
    bar = st.container(horizontal=True, vertical_alignment="center", gap="medium")
    teacher = (st if is_narrow() else bar).toggle("Teacher's view", key=choice("teacher"), help=ABOUT_TEACHER)
    if teacher:
        teacher_view(lesson, codecs)
    else:
        with bar:
            number = step_control(lesson)
        show_step(lesson, number, codecs)
        sidebar_note()
teach()
