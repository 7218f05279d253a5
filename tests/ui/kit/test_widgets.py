"""Values of widgets: the browser gets each one, and gets it once."""

from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from nicviz.ui.shell import controls
from tests.pages.driver import new_app

PAGES = ["pages/compare.py", "pages/spectra.py", "pages/heatmap.py"]


def two_codecs() -> AppTest:
    return new_app(codec=["webp:30", "jpegxl:4"], match="off")


def drawn(app: AppTest) -> dict[str, Any]:
    """Return the widgets with keys that hold a value, which a run has drawn."""
    kinds = [app.slider, app.select_slider, app.selectbox, app.number_input, app.button_group]
    return {widget.key: widget for kind in kinds for widget in kind if widget.key}


def sent(app: AppTest) -> set[str]:
    return {key for key, widget in drawn(app).items() if widget.proto.set_value}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.slow  # a page may start worker processes
def test_a_run_sends_no_value_back_to_a_widget_that_a_user_may_be_moving(page: str) -> None:
    app = two_codecs().run().switch_page(page).run().run()
    assert len(drawn(app)) >= 4
    assert not sent(app)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_values_of_a_run_that_was_interrupted_are_sent_by_the_next_one(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click on another page's link, just after the first page began to draw itself, left controls without values."""
    app = two_codecs()
    with monkeypatch.context() as patch:
        patch.setattr(controls, "quality_control", lambda codec, key: st.stop())
        app.run()
    assert {"match", "codec-0"} <= sent(app)
    app.switch_page(page).run()
    assert {"codec-1", "quality-0-webp", "quality-1-jpegxl"} <= sent(app)
    assert not {"match", "codec-0"} & sent(app)  # of the same sidebar: the browser has told them
    app.run()
    assert not sent(app)


@pytest.mark.slow
def test_a_value_that_the_browser_tells_is_not_sent_back_however_soon_a_run_follows() -> None:
    """The first key on a slider began a run while the page was not drawn to its end; its value undid the next keys."""
    app = two_codecs().run()
    app.slider(key="quality-0-webp").set_value(31)
    app.run()
    assert "quality-0-webp" in drawn(app)
    assert not sent(app)
