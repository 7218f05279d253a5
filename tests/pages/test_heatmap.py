"""The Fourier heatmap page through Streamlit's test driver."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.driver import ROOT, command_of, html_of, open_page, page_text, settle


def open_map(**query: str | list[str]) -> AppTest:
    return open_page("heatmap", **{"image": "chelsea", "codec": ["jpeg:30"], "match": "off", "signs": "+++", **query})


def commands_of(app: AppTest) -> list[str]:
    return command_of(app, "heatmap").splitlines()


@pytest.fixture(scope="module")
def finished() -> AppTest:
    return settle(open_map(value="psnr_clean"))


def test_the_page_draws_the_map_without_a_click(finished: AppTest) -> None:
    assert not finished.exception
    assert not finished.error
    assert "JPEG q 30" in html_of(finished)
    assert "dB" in html_of(finished)
    assert "keeps more than half of the wave up to" in page_text(finished)


def test_the_command_line_gives_the_numbers_of_the_page(finished: AppTest, tmp_path: Path) -> None:
    command = commands_of(finished)[0]
    assert command == (
        "python -m nicviz heatmap chelsea --codec jpeg:30 --grid nyquist --norm 4 --signs +++ "
        "--metric psnr_clean --save heatmap-jpeg-30"
    )
    words = [sys.executable, *shlex.split(command)[1:-1], str(tmp_path / "out"), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, env=environment)
    values = np.load(tmp_path / "out" / "heatmap.npy")
    assert values.shape == (33, 33)
    assert values.dtype == np.float64
    assert np.isfinite(values).all()
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        "heatmap.npy", "change.npy", "heatmap.png", "heatmap.json",
    }  # fmt: skip


def test_a_click_moves_the_cell_below_and_the_link_brings_it_back(finished: AppTest) -> None:
    app = open_map(cell="-48,16")
    headings = [element.value for element in app.subheader]
    assert "One cell: u −0.0938, v 0.0312 cycles/pixel" in headings
    off_grid = open_map(cell="3,5")
    assert "One cell: u 0.1250, v 0.1250 cycles/pixel" in [element.value for element in off_grid.subheader]


def test_the_cell_can_be_chosen_by_numbers(finished: AppTest) -> None:
    app = open_map()
    app.number_input(key="cell-u").set_value(-0.25).run()
    assert "One cell: u −0.2500, v 0.1250 cycles/pixel" in [element.value for element in app.subheader]
    app.number_input(key="cell-v").increment().run()
    assert "One cell: u −0.2500, v 0.1562 cycles/pixel" in [element.value for element in app.subheader]


def test_bad_values_in_a_link_are_replaced_and_said() -> None:
    app = open_map(grid="all", norm="1000", cell="a;b")
    said = " ".join(toast.value for toast in app.toast)
    assert "grid=all" in said
    assert "norm=1000" in said
    assert not app.exception
    assert "--grid nyquist" in commands_of(app)[0]
    assert "--norm 4 " in commands_of(app)[0]
    assert "One cell: u 0.1250, v 0.1250 cycles/pixel" in [element.value for element in app.subheader]


def test_a_picture_too_small_for_the_grid_is_a_message_that_says_what_would_do() -> None:
    app = open_map(image="zone-plate", size="48", grid="lowest")
    assert not app.exception
    assert "at least 64 pixels" in " ".join(error.value for error in app.error)


def test_cancel_keeps_what_is_there_and_going_on_finishes_it() -> None:
    app = open_map(image="coffee", codec=["webp:40"])
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert any(button.label == "Go on" for button in app.button)
    assert "what is there stays" in page_text(app)
    settle(next(button for button in app.button if button.label == "Go on").click().run())
    assert "WebP q 40" in html_of(app)
    assert not app.exception
