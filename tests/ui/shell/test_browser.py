"""What the browser tells of itself: the value under the pointer while a slider is dragged, and nothing else."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from nicviz.ui.shell.browser import is_dragging, previewed

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML) Mobile/15E148 Safari/604.1"
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


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


@pytest.mark.parametrize(
    ("headers", "found"), [({"User-Agent": PHONE}, True), ({"User-Agent": DESKTOP}, False), ({}, False)]
)
def test_a_phone_is_drawn_for_before_its_width_is_told(monkeypatch, headers, found) -> None:
    def page() -> None:
        import streamlit as st

        from nicviz.ui.kit.screen import is_narrow
        from nicviz.ui.shell.browser import in_the_browser

        in_the_browser()
        st.text(str(is_narrow()))

    monkeypatch.setattr(type(st.context), "headers", headers)
    drawn = AppTest.from_function(page).run()
    assert not drawn.exception
    assert drawn.text[0].value == str(found)
