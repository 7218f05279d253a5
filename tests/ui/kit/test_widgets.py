"""Values of widgets: the browser gets each one, and gets it once."""

from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from nicviz.ui.kit import widgets
from nicviz.ui.shell import controls
from tests.pages.driver import new_app

PAGES = ["pages/compare.py", "pages/spectra.py", "pages/heatmap.py"]


def two_codecs() -> AppTest:
    return new_app(codec=["jpeg:30", "jpegxl:4"], match="off")


def drawn(app: AppTest) -> dict[str, Any]:
    """Return the widgets with keys that hold a value, which a run has drawn."""
    kinds = [app.slider, app.select_slider, app.selectbox, app.number_input, app.button_group]
    return {widget.key: widget for kind in kinds for widget in kind if widget.key}


def sent(app: AppTest) -> set[str]:
    return {key for key, widget in drawn(app).items() if widget.proto.set_value}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.slow  # a page may start worker processes
def test_a_run_sends_no_value_back_to_a_widget_that_a_user_may_be_moving(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(widgets, "_ON_THE_WAY", 0.0)  # here, what is drawn has arrived
    app = two_codecs().run().switch_page(page).run().run()
    assert len(drawn(app)) >= 4
    assert not sent(app)


@pytest.mark.parametrize("page", PAGES)
def test_values_of_a_run_that_was_interrupted_are_sent_by_the_next_one(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click on another page's link, just after the first page began to draw itself, left controls without values."""
    monkeypatch.setattr(widgets, "_ON_THE_WAY", 0.0)
    app = two_codecs()
    with monkeypatch.context() as patch:
        patch.setattr(controls, "quality_control", lambda codec, key: st.stop())
        app.run()
    assert {"match", "codec-0"} <= sent(app)
    app.switch_page(page).run()
    assert {"match", "codec-0", "codec-1", "quality-0-jpeg", "quality-1-jpegxl"} <= sent(app)
    app.run()
    assert not sent(app)


def test_values_are_sent_again_while_they_may_be_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [0.0]
    monkeypatch.setattr(widgets, "time", SimpleNamespace(monotonic=lambda: seconds[0]))
    app = two_codecs().run().run()
    assert "match" in sent(app)
    seconds[0] = 1.0
    assert not sent(app.run())
