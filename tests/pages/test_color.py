"""The Color page through Streamlit's own test driver."""

import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from nicviz.__main__ import main
from nicviz.color import delta_e00, srgb_to_lab, unique_ab
from nicviz.samples import find_sample
from nicviz.ui.color.teach import swatches
from tests.pages.driver import command_of, open_page, page_text, settle

JPEG = {"image": "chelsea", "codec": ["jpeg:20", "jpeg:90"], "match": "off"}


def open_color(**query: str | list[str]) -> AppTest:
    return settled(open_page("color", **query))


def settled(app: AppTest) -> AppTest:
    settle(app)
    assert not app.exception
    return app


def figures(app: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def titles(app: AppTest) -> list[str]:
    return [figure["layout"]["title"].get("text", "") for figure in figures(app) if "title" in figure["layout"]]


def test_the_planes_of_all_pictures_stand_side_by_side_on_common_axes() -> None:
    app = open_color(**JPEG)
    count = unique_ab(find_sample("chelsea").load().pixels)
    assert [title.partition("<br>")[0] for title in titles(app)] == [
        "<b>Original</b>",
        "<b>JPEG q 20</b>",
        "<b>JPEG q 90</b>",
    ]
    assert f"{count:,} unique a*b*" in titles(app)[0]
    ranges = {(*figure["layout"]["xaxis"]["range"], *figure["layout"]["yaxis"]["range"]) for figure in figures(app)}
    assert len(ranges) == 1


def test_a_corrupted_picture_has_its_own_plane_and_is_what_colors_are_lost_from() -> None:
    app = open_color(**JPEG, corruption="gaussian_noise:3", color="change")
    assert [title.split("</b>")[1] for title in titles(app)] == [" against gaussian noise 3"] * 2
    app = settled(app.button_group(key="choice-against").set_value("original").run())
    assert [title.split("</b>")[1] for title in titles(app)] == [" against original"] * 3, "noise itself among them"
    app = settled(app.button_group(key="choice-color").set_value("plane").run())
    assert len(figures(app)) == 4


@pytest.mark.parametrize("view", ["plane", "change"])
def test_a_gray_picture_says_that_it_is_one_cell(view: str) -> None:
    app = open_color(image="zone-plate", size="64", codec=["png"], match="off", color=view)
    assert len(figures(app)) == (2 if view == "plane" else 3)
    if view == "plane":
        assert all("1 cell: all gray" in title for title in titles(app))


def test_the_difference_is_the_one_that_the_command_line_gives(capsys) -> None:
    app = open_color(**JPEG, color="difference")
    command = command_of(app, "analyze")
    capsys.readouterr()
    assert main(command.removeprefix("python -m nicviz ").split()) == 0
    rows = json.loads(capsys.readouterr().out)["results"]
    html = page_text(app)
    for row in rows:
        assert f">{row['delta_e00']:.3f}<" in html
    assert "95th percentile" in html


def test_quality_transitions_are_those_of_the_command_line(capsys) -> None:
    app = open_color(image="slanted-edges", size="64", codec=["jpeg", "png"], match="off", color="ladder")
    command = command_of(app, "color")
    assert command == "python -m nicviz color slanted-edges@64 --codec jpeg --codec png --json"
    capsys.readouterr()
    assert main(command.removeprefix("python -m nicviz ").split()) == 0
    record = json.loads(capsys.readouterr().out)
    change = next(figure for figure in figures(app) if "change" in figure["layout"]["yaxis"]["title"]["text"])
    expected = [rung["cumulative_change"]["mean"] for rung in record["codecs"][0]["ladder"]]
    assert change["data"][0]["y"] == expected
    assert len(figures(app)) == 4


def test_a_codec_that_fails_leaves_the_others_their_curves() -> None:
    app = open_color(image="slanted-edges", size="64", codec=["jpeg", "mbt2018"], match="off", color="ladder")
    assert len(app.error) == 1
    assert len(figures(app)) == 4


def test_the_fold_out_shows_that_noise_adds_colors_to_this_picture() -> None:
    app = open_color(**JPEG)
    table = next(element.value for element in app.markdown if "with Gaussian noise" in element.value)
    counts = [int(line.split("|")[2].replace(",", "")) for line in table.splitlines()[2:]]
    assert counts == sorted(counts)
    assert counts[0] == unique_ab(find_sample("chelsea").load().pixels)


def test_the_pairs_of_colors_differ_by_what_stands_above_them() -> None:
    found = np.array(re.findall(r"rgb\((\d+),(\d+),(\d+)\)", swatches()), dtype=np.uint8).reshape(-1, 5, 2, 3)
    lab = srgb_to_lab(found)
    difference = delta_e00(lab[:, :, 0], lab[:, :, 1])
    assert np.abs(difference - [0.5, 1, 2, 5, 10]).max() < 0.4
    assert (np.diff(difference, axis=1) > 0).all()


def test_bad_choices_in_a_link_are_replaced_and_said() -> None:
    app = open_color(**JPEG, color="rainbow", cells="dots")
    assert len(titles(app)) == 3
    said = " ".join(toast.value for toast in app.toast)
    assert "rainbow" in said or app.session_state["choice-color"] == "plane"


def test_a_transparent_upload_is_composited_and_its_colors_are_counted() -> None:
    rgba = np.zeros((32, 40, 4), np.uint8)
    rgba[:16] = (200, 30, 60, 255)
    file = io.BytesIO()
    Image.fromarray(rgba).save(file, "PNG")
    app = open_color(image="zone-plate", size="64", codec=["png"], match="off")
    app.file_uploader[0].set_value(("half.png", file.getvalue(), "image/png"))
    settled(app.run())
    assert "2 unique a*b*" in titles(app)[0]
    assert "white" in page_text(app)
