"""Programs on the pages: one that fails, one that takes long, tables that are wrong, and a second look."""

import shutil

import pytest

from tests.codecs.programs import GOOD, program, table
from tests.pages.driver import html_of, messages_of, open_app, open_page, page_text, panes_of, settle

SCALE = {"low": 1, "high": 9, "default": 5}
ENCODE = ["encode", "{input}", "{bitstream}", "{quality}"]


@pytest.fixture
def tables(monkeypatch, tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    monkeypatch.setenv("NICVIZ_CODECS", str(folder))
    return folder


def test_a_program_that_fails_is_told_and_the_other_codec_is_shown(tables) -> None:
    table(tables, program(tables, "raise SystemExit('no license found')\n"))
    app = settle(open_app(image="chelsea", codec=["mine", "jpeg:30"], match="off"))
    assert not app.exception
    mine, jpeg = panes_of(app)["codec-1"], panes_of(app)["codec-2"]
    assert (mine["failed"], jpeg["failed"]) == (True, False)
    assert "no license found" in mine["status"]


def test_a_program_is_a_codec_like_any_other(tables) -> None:
    table(tables, program(tables, GOOD))
    app = settle(open_app(image="chelsea@128", codec=["mine", "jpeg:30"], match="off"))
    assert not app.exception
    assert not app.error
    assert "mine" in html_of(app)


def test_a_map_that_takes_long_is_asked_about_and_made_when_wanted(tables) -> None:
    table(tables, program(tables, GOOD), cost=100)
    app = open_page("heatmap", image="chelsea", codec=["mine", "jpeg:30"], match="off", signs="+++")
    assert not app.exception
    assert "The map of **mine** takes about" in page_text(app)
    app.button(key="agree-map-mine").click().run()
    assert "takes about" not in page_text(app)
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert not app.exception


def test_curves_that_take_long_are_asked_about(tables) -> None:
    made = program(tables, GOOD)
    table(tables, made, encode=[str(made), *ENCODE], scale=SCALE, cost=200)
    app = open_page("rd", image="chelsea", codec=["mine:5", "jpeg:30"], match="off")
    assert not app.exception
    assert "The curve of **mine** takes about" in page_text(app)


def test_about_says_what_is_wrong_with_a_table_and_looks_again(tables) -> None:
    good, wrong = table(tables, program(tables, GOOD)), table(tables, "x", "wrong", seconds=0)
    app = open_page("about", codec=["jpeg:50"], match="off")
    assert f"{wrong}, table [wrong], key seconds" in messages_of(app).replace("\\", "")
    assert "<code>mine</code>" in html_of(app)
    wrong.write_text(wrong.read_text().replace("seconds = 0", "seconds = 5"))
    shutil.copy(good, tables / "other.toml")
    (tables / "other.toml").write_text(good.read_text().replace("[mine]", "[other]"))
    app.button(key="look-again").click().run()
    assert "key seconds" not in messages_of(app)
    assert "<code>other</code>" in html_of(app)


def test_about_tells_the_measured_figures_of_vvc_and_hevc(tables) -> None:
    app = open_page("about", codec=["jpeg:50"], match="off")
    assert not app.exception
    page = page_text(app)
    assert "BPG 4:4:4" in page
    assert "VTM" in page


@pytest.mark.parametrize(("page", "choices", "what"), [
    ("compare", {}, "compression"), ("compare", {"match": "bpp:0.5"}, "compression"), ("spectra", {}, "error spectrum"),
    ("spectra", {"corruption": "gaussian_noise:3", "spectra": "severities"}, "severity strip"),
    ("color", {"color": "ladder"}, "quality transition"), ("heatmap", {"match": "bpp:0.5"}, "match"),
])  # fmt: skip
def test_whatever_takes_long_is_asked_about(page, choices, what, tables) -> None:
    made = program(tables, GOOD)
    table(tables, made, encode=[str(made), *ENCODE], scale=SCALE, cost=2000)
    app = open_page(page, image="chelsea@128", codec=["mine", "jpeg:30"], **{"match": "off", **choices})
    assert not app.exception
    assert f"The {what} of **mine** takes about" in page_text(app)
    app.button(key=f"agree-{what}-mine").click().run()
    assert f"The {what} of **mine**" not in page_text(app)
    assert not app.exception


def test_a_sweep_under_corruptions_says_how_long_its_programs_take(tables) -> None:
    made = program(tables, GOOD)
    table(tables, made, encode=[str(made), *ENCODE], scale=SCALE, cost=2000)
    app = open_page("rd", image="chelsea@128", codec=["mine:5", "jpeg:30"], match="off", rd_show="corruption")
    assert not app.exception
    assert "That takes about" in page_text(app)
