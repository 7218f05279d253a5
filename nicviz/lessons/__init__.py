"""Lessons: what to look at, what to predict, what is measured and what follows, as data.

Every number that a lesson says is measured live; the texts hold none. A lesson is a file of records here, and its
measurements are functions in `measure`.
"""

from nicviz.lessons import break_it, lost, noise, red, wins
from nicviz.lessons.base import Lesson
from nicviz.registry import Registry

LESSONS: Registry[Lesson] = Registry("lesson", [each.LESSON for each in (lost, noise, red, wins, break_it)])
__all__ = ["LESSONS", "Lesson"]
