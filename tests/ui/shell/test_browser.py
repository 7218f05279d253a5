"""What the browser tells of itself: the value under the pointer while a slider is dragged, and nothing else."""

import pytest
import streamlit as st

from nicviz.ui.shell.browser import is_dragging, previewed


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"key": "quality-0-user-a-b", "from": 30, "value": 20}, 20.0),
        ({"key": "quality-0-user-a-b", "from": 30.001, "value": 20}, 20.0),
        ({"key": "quality-0-user-a-b", "from": 31, "value": 20}, 30.0),
        ({"key": "quality-1-user-a-b", "from": 30, "value": 20}, 30.0),
        ({"key": "quality-0-user-a-b", "from": 30, "value": "inf"}, 30.0),
        ({"key": "quality-0-user-a-b", "from": 30, "value": None}, 30.0),
        ({"key": "quality-0-user-a-b"}, 30.0),
        ("text", 30.0),
        (None, 30.0),
    ],
)  # fmt: skip
def test_a_preview_is_of_its_slider_and_of_the_drag_that_goes_on(monkeypatch, told, found) -> None:
    monkeypatch.setattr(st, "session_state", {"preview": told})
    assert previewed("quality-0-user.a.b", 30.0) == found
    assert is_dragging() == (told is not None)
