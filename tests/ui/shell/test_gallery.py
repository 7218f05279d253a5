"""Thumbnails and steps import pytest
from picture to picture."""

import io

import numpy as np
import pytest
from PIL import Image

from nicviz.samples import find_sample
from nicviz.ui.shell import gallery
from nicviz.ui.shell.gallery import SIDE, thumbnail
from tests.pages.driver import open_app, settle

pytestmark = pytest.mark.slow  # the controls ask whether the codecs work, and one is a program


def test_a_thumbnail_keeps_the_shape() -> None:
    image = Image.open(io.BytesIO(thumbnail(find_sample("chelsea"))))
    assert max(image.size) == SIDE
    assert abs(image.width / image.height - 451 / 300) < 0.02
    assert np.asarray(image).std() > 10


def test_steps_go_round() -> None:
    app = settle(open_app(image="astronaut", codec=["jpeg:40"], match="off"))
    options = next(box for box in app.selectbox if box.label == "Image").options
    app = settle(app.button(key="picture-after").click().run())
    assert app.session_state["image"] != "astronaut"
    app = settle(app.button(key="picture-before").click().run())
    assert app.session_state["image"] == "astronaut"
    app = settle(app.button(key="picture-before").click().run())
    assert not app.exception
    assert len(options) == len(set(options))


def test_thumbnails_are_made_when_they_are_asked_for(monkeypatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(gallery, "thumbnail", lambda sample: made.append(sample.key) or b"")
    settle(open_app(image="astronaut", codec=["jpeg:40"], match="off"))
    assert made == []
