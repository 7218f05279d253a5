"""Checkpoints of the user's own, uploaded or in a folder, in the pages' controls."""

from pathlib import Path
from typing import Any, BinaryIO

import pytest
from streamlit.testing.v1 import AppTest

from nicviz.codecs import Codec
from nicviz.ui.shell import checkpoints
from nicviz.ui.shell.checkpoints import codec_of_upload
from tests.codecs.neural.small import saved, small_network
from tests.pages.driver import open_app, page_text, settle


def upload(app: AppTest, seed: int) -> str:
    """Upload a checkpoint of the name mine.pth and return the name of the codec that it becomes."""
    data = saved(small_network("bmshj2018-factorized", seed).state_dict())
    box = next(box for box in app.file_uploader if box.label == "Checkpoint")
    box.set_value([("mine.pth", data, "application/octet-stream")]).run()
    assert not app.exception
    options = next(box for box in app.selectbox if box.label == "Codec").options
    return f"user-{options[-1].rpartition(' · ')[0]}"


def test_checkpoints_of_one_file_name_are_told_apart() -> None:
    first, second = open_app(), open_app()
    names = [upload(first, 1), upload(second, 2)]
    assert names[0] != names[1], "sessions share results by name"
    assert upload(first, 2) == names[1]
    settle(first)
    assert not first.exception


def test_a_run_of_the_page_does_not_take_an_upload_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    def count(content: BinaryIO, name: str, *rest: Any) -> Codec:
        taken.append(name)
        return codec_of_upload(content, name, *rest)

    monkeypatch.setattr(checkpoints, "codec_of_upload", count)
    app = open_app(codec=["jpeg:40"], match="off")
    name = upload(app, 3).removeprefix("user-")
    for _ in range(2):
        settle(app.run())
        assert any(f"{name}: choose it" in message.value for message in app.success)
    assert taken == ["mine.pth"]


def test_an_upload_that_is_no_checkpoint_says_so_by_its_name_and_the_page_stands() -> None:
    app = open_app(codec=["jpeg:40"], match="off")
    box = next(box for box in app.file_uploader if box.label == "Checkpoint")
    app = settle(box.set_value([("notes.pth", b"no checkpoint", "application/octet-stream")]).run())
    assert not app.exception
    assert ["notes.pth" in error.value for error in app.error] == [True]
    assert "nicviz analyze astronaut --codec jpeg:40" in page_text(app)


def test_a_folder_of_checkpoints_that_cannot_be_read_leaves_the_other_codecs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NICVIZ_WEIGHTS", str(tmp_path / "missing"))
    app = settle(open_app(codec=["jpeg:40"], match="off"))
    assert not app.error
    assert any("NICVIZ_WEIGHTS" in warning.value for warning in app.warning)
    assert "nicviz analyze astronaut --codec jpeg:40" in page_text(app)


def test_a_link_opens_an_uploaded_checkpoint_in_another_session_and_says_when_it_is_gone(tmp_path: Path) -> None:
    first = open_app(codec=["jpeg:40"], match="off")
    name = upload(first, 5)
    held = first.session_state["checkpoints"]
    ((codec, digest),) = held.digests.items()
    assert name.removeprefix("user-") in held.codecs[codec].title
    link = {"codec": [codec], "match": "off", "image": "astronaut", "crop": "0,0,64,64"}
    second = settle(open_app(weights=digest, **link))
    assert not second.exception
    assert second.query_params["codec"] in (codec, [codec])
    assert second.query_params["weights"] in (digest, [digest])
    gone = settle(open_app(weights="0" * 64, **link))
    assert any("not on this server any more" in toast.value for toast in gone.toast)
