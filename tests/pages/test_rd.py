"""The rate–distortion page through Streamlit's own test driver."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from nicviz.__main__ import main
from tests.pages.test_compare import html_of, open_app, page_text, settle

QUERY = {"image": "page", "codec": ["jpeg:40", "webp:60"], "match": "off", "also": "jpeg-444"}


def open_rd(**query: str | list[str]) -> AppTest:
    app = open_app(**{**QUERY, **query})
    return settle(app.switch_page("pages/rd.py").run())


def command_of(app: AppTest) -> str:
    return next(code.value for code in app.code if "nicviz rd" in code.value)


def chart_of(app: AppTest, number: int = 0) -> dict:
    return json.loads(app.get("plotly_chart")[number].proto.spec)


def curves_of(app: AppTest) -> dict[str, dict]:
    """Traces of the first chart that the legend names."""
    return {trace["name"]: trace for trace in chart_of(app)["data"] if trace.get("showlegend", True)}


def test_the_page_draws_a_curve_a_codec_and_its_bd_rates() -> None:
    app = open_rd()
    assert not app.exception
    assert not app.error
    curves = curves_of(app)
    assert len(curves) == 3
    assert all(len(curve["customdata"]) == 8 for curve in curves.values())
    assert "BD-rate of the mean curve" in html_of(app)
    assert command_of(app) == (
        "python -m nicviz rd page --codec jpeg --codec webp --codec jpeg-444 --json"
    )  # fmt: skip


def test_the_pages_command_gives_the_pages_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    app = open_rd(also="")
    assert main(command_of(app).split()[3:]) == 0
    record = json.loads(capsys.readouterr().out)
    curves = curves_of(app)
    first = record["curves"][0]["points"]
    drawn = next(curve for curve in curves.values() if curve["customdata"][0][0] == "jpeg")
    assert [point["bpp"] for point in first] == pytest.approx(drawn["x"])
    assert [point["psnr_db"] for point in first] == pytest.approx(drawn["y"])
    percent = next(row["percent"] for row in record["bd_rate"] if row["metric"] == "psnr_db")
    assert f"{percent:+.1f}".replace("-", "−") in html_of(app)


def test_the_operating_points_of_the_controls_are_marked() -> None:
    stars = [trace for trace in chart_of(open_rd())["data"] if trace.get("marker", {}).get("symbol") == "star"]
    assert [star["customdata"][0][:2] for star in stars] == [["jpeg", 40.0], ["webp", 60.0]]


def test_with_a_corruption_quality_is_shown_against_input_and_original() -> None:
    app = open_rd(corruption="gaussian_noise:5", against="original")
    assert "against the clean original" in json.dumps(chart_of(app)["layout"], ensure_ascii=False)
    given = open_rd(corruption="gaussian_noise:5", against="input")
    assert curves_of(app)["WebP"]["y"] != curves_of(given)["WebP"]["y"]
    assert "--corruption gaussian_noise:5" in command_of(app)


def test_points_can_be_chosen_by_name_and_set_their_quality() -> None:
    app = open_rd(also="")
    app.multiselect(key="rd-pick-names").select("JPEG 18").run()
    assert not app.exception
    assert app.session_state["quality-0-jpeg"] == 18
    assert "opens here beside the original" not in page_text(app)
    app.multiselect(key="rd-pick-names").set_value([]).run()
    assert "opens here beside the original" in page_text(app)


def test_published_curves_say_when_they_belong() -> None:
    assert "Published curves are means over the 24 Kodak images" in page_text(open_rd())


def test_a_sweep_over_severities_shows_what_codecs_pay() -> None:
    app = open_rd(rd_show="corruption", rd_sweep_of="gaussian_noise", also="")
    assert not app.exception
    rates = {trace["name"]: trace["y"] for trace in chart_of(app)["data"]}
    assert len(rates["WebP"]) == 6
    assert rates["WebP"][5] > rates["WebP"][0], "bits are spent on noise"


def test_a_sweep_gives_the_commands_that_measure_it(capsys: pytest.CaptureFixture[str]) -> None:
    app = open_rd(rd_show="corruption", rd_sweep_of="contrast", also="")
    clean, loop = command_of(app).splitlines()
    assert clean == "python -m nicviz rd page --codec jpeg:40 --codec webp:60 --json"
    names, one = re.fullmatch(r"for corruption in (.*); do (.*); done", loop).groups()
    assert sorted(names.split()) == [f"contrast:{severity}" for severity in range(1, 6)]
    assert main(one.replace('"$corruption"', "contrast:5").split()[3:]) == 0
    record = json.loads(capsys.readouterr().out)
    drawn = curves_of(app)["JPEG"]["y"]
    assert record["curves"][0]["points"][0]["bpp"] == pytest.approx(drawn[5])


def test_the_cross_metric_view_shows_published_networks_of_both_objectives() -> None:
    app = open_rd(rd_show="cross")
    names = [trace["name"] for trace in chart_of(app)["data"]]
    assert sum("trained for MSE" in name for name in names) == 1
    assert sum("trained for MS-SSIM" in name for name in names) == 1
    assert "weights are missing" in page_text(app)


def test_the_speed_view_names_the_device() -> None:
    app = open_rd(rd_show="speed")
    assert len(app.get("plotly_chart")) == 2
    assert "On the CPU" in page_text(app)


def test_a_run_shows_its_count_and_is_canceled_and_taken_up_again() -> None:
    app = open_app(image="page", codec=["jpeg:40", "avif:60"], match="off", over="photographs")
    app.switch_page("pages/rd.py").run()
    assert re.search(r"\d+ of \d+ points", str(app.get("progress")[0].proto.text))
    app.button(key="cancel-rd").click().run()
    assert not app.exception
    assert any("Canceled; what is there stays" in caption.value for caption in app.caption)
    again = next(button for button in app.button if button.label == "Go on")
    again.click().run()
    assert any(button.key == "cancel-rd" for button in app.button)
    app.button(key="cancel-rd").click().run()


def test_every_choice_of_axis_gives_a_chart() -> None:
    for quality, rate in (("ms_ssim", "log"), ("ms_ssim_db", "linear"), ("delta_e00", "linear")):
        app = open_rd(rd_quality=quality, rd_rate=rate, also="")
        assert not app.exception
        assert all(isinstance(value, float) for value in curves_of(app)["WebP"]["y"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    for name in ("b", "a"):
        pixels = rng.integers(0, 256, (24, 24, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    return tmp_path


def test_the_command_walks_a_folder_in_name_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rd", str(folder), "--codec", "jpeg:20,80", "--codec", "webp", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["images"] == ["a.png", "b.png"]
    assert [curve["codec"] for curve in record["curves"]] == ["jpeg", "webp"]
    assert [point["quality"] for point in record["curves"][0]["points"]] == [20, 80]
    assert all(point["num_images"] == 2 for curve in record["curves"] for point in curve["points"])
    (row,) = (row for row in record["bd_rate"] if row["metric"] == "psnr_db")
    assert row["percent"] is None, "two points are no curve"
    assert "fewer than 4" in row["note"]


def test_unreadable_files_are_named_and_skipped_with_exit_code_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "aa.png").write_bytes(b"\x89PNG not really")
    (folder / "notes.txt").write_text("hello")
    assert main(["rd", str(folder), "--codec", "jpeg:50", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["images"] == ["a.png", "b.png"]
    assert "aa.png" in err
    assert "notes.txt" in err


def test_numbers_that_do_not_exist_are_null(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (40, 30), "teal").save(folder / "small.png")
    assert main(["rd", str(folder / "small.png"), "--codec", "png", "--json"]) == 0
    (point,) = json.loads(capsys.readouterr().out)["curves"][0]["points"]
    assert point["psnr_db"] is None
    assert point["ms_ssim"] is None
    assert point["quality"] is None
    assert point["num_exact"] == 1


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["page", "--codec", "jpeg:10,x"], "x"),
        (["page", "--codec", "jpeg:900"], "900"),
        (["page", "--codec", "jpg"], "jpeg"),
        (["page", "--codec", "jpeg", "--codec", "jpeg:5"], "twice"),
        (["page", "--codec", "mbt2018"], "weights"),
        (["nowhere.png", "--codec", "jpeg"], "nowhere.png"),
    ],
)
def test_bad_input_costs_one_line_and_exit_code_two(
    words: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rd", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert named in err


def test_without_json_the_curves_are_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rd", str(folder / "a.png"), "--codec", "jpeg", "--codec", "webp"]) == 0
    out = capsys.readouterr().out
    assert len(re.findall(r"^jpeg:\d+ .* bpp .*psnr_db", out, re.MULTILINE)) == 8
    assert "BD-rate webp to jpeg, psnr_db" in out
