"""The work behind lessons, in the background; what a session predicted stays in it."""

import sys
from collections.abc import Mapping, Sequence

import streamlit as st

from nicviz.codecs import Codec, NeuralCodec
from nicviz.lessons import Lesson
from nicviz.lessons.base import Bench, Measured, Step
from nicviz.lessons.questions import Prediction
from nicviz.run.live import Live
from nicviz.run.work import Signal, Work
from nicviz.ui.kit.waiting import PATIENCE, compute

LANE = "lesson"
BYTES = 8 << 20  # about what the pictures of a measurement hold
_PREDICTIONS = "lesson-predictions"


def predictions() -> dict[tuple[str, int], Prediction]:
    """Return what this session has predicted, by lesson and step; it is nowhere else."""
    found: dict[tuple[str, int], Prediction] = st.session_state.setdefault(_PREDICTIONS, {})
    return found


def predict(lesson: str, number: int, prediction: Prediction) -> None:
    """Keep a prediction for this session."""
    predictions()[lesson, number] = prediction


def forget(lesson: str, number: int) -> None:
    """Take a prediction back."""
    predictions().pop((lesson, number), None)


def measure_steps(
    lesson: Lesson, numbers: Sequence[int], codecs: Mapping[str, Codec], patience: float = PATIENCE
) -> list[Live[Measured]]:
    """Return how the measurements of some steps stand; all sessions share them.

    Args:
        lesson: whose steps they are.
        numbers: of the steps, from 1.
        codecs: by name.
        patience: seconds to wait; 0 only starts them.
    """
    works = [_work(lesson, number, lesson.steps[number - 1], codecs) for number in numbers]
    return compute(LANE, works, patience)


def _work(lesson: Lesson, number: int, step: Step, codecs: Mapping[str, Codec]) -> Work[Measured]:
    def run(signal: Signal) -> Measured:
        return step.measurement.run(step.view, Bench(codecs, signal))

    references = tuple(codecs[each.codec].reference for each in step.view.codecs)
    return Work((lesson.name, number, step.view, references), step.title, run, BYTES, after_drawing=cold(codecs, step))


def cold(codecs: Mapping[str, Codec], step: Step) -> bool:
    """Return whether a step's work will load torch first."""
    neural = any(isinstance(codecs[each.codec], NeuralCodec) for each in step.view.codecs)
    return neural and "compressai" not in sys.modules
