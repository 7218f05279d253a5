"""Pictures of the user's own, uploaded under any name, or in a folder under names that are no UTF-8."""

import os
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from nicviz.images import encode_png
from tests.pages.driver import open_app, page_text, settle

PNG = encode_png(np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8))


def upload(app: AppTest, name: str, data: bytes = PNG) -> AppTest:
    box = next(box for box in app.file_uploader if box.label == "Your own picture")
    box.set_value([(name, data, "application/octet-stream")]).run()
    return settle(app)


def image_box(app: AppTest) -> list[str]:
    return next(box for box in app.selectbox if box.label == "Image").options


@pytest.mark.parametrize("name", ["scan.jfif", "picture", "a.apng", "x" * 4000 + ".png", "\x07\x1b<b>*bold*</b>.png"])
def test_an_upload_is_taken_by_its_content_and_its_name_is_text(name: str) -> None:
    app = upload(open_app(codec=["jpeg:40"], match="off"), name)
    assert not app.exception
    label = image_box(app)[0]
    assert label.startswith("Uploaded: ")
    assert label.isprintable()
    assert len(label) < 140
    assert "50×40" in page_text(app)


def test_an_upload_that_is_no_picture_is_refused_with_what_is_accepted() -> None:
    app = upload(open_app(codec=["jpeg:40"], match="off"), "notes.txt", b"hello")
    assert not app.exception
    assert any("notes.txt is no image" in error.value and "JPEG XL" in error.value for error in app.error)


def test_a_folder_with_names_that_are_no_utf_8_leaves_every_page_usable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.png")).write_bytes(PNG)
    except OSError as error:
        pytest.skip(f"this file system takes no such names: {error}")
    monkeypatch.setenv("NICVIZ_IMAGES", str(tmp_path))
    app = settle(open_app(image="images/caf\ufffd", codec=["jpeg:40"], match="off"))
    assert not app.exception
    assert any("caf\ufffd" in option for option in image_box(app))
    assert "50×40" in page_text(app)
