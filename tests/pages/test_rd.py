"""The rate–distortion page through Streamlit's own test driver."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from nicviz.__main__ import main
from nicviz.requests.marked import Point
from tests.pages.driver import command_of, html_of, open_page, page_text, settle

QUERY = {"image": "page", "codec": ["jpeg:40", "webp:60"], "match": "off", "also": "jpeg-444"}


def open_rd(**query: str | list[str]) -> AppTest:
    return settle(open_page("rd", **{**QUERY, **query}))


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
    assert command_of(app, "rd") == (
        "python -m nicviz rd page --codec jpeg --codec webp --codec jpeg-444 --json"
    )  # fmt: skip


def test_the_pages_command_gives_the_pages_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    app = open_rd(also="")
    assert main(command_of(app, "rd").split()[3:]) == 0
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
    assert "--corruption gaussian_noise:5" in command_of(app, "rd")


def test_points_can_be_chosen_by_name_and_set_their_quality() -> None:
    app = open_rd(also="")
    app.multiselect(key="rd-pick-names").select("JPEG q 18").run()
    assert not app.exception
    assert app.session_state["quality-0-jpeg"] == 18
    assert "opens here beside the original" not in page_text(app)
    app.multiselect(key="rd-pick-names").set_value([]).run()
    assert "opens here beside the original" in page_text(app)


def test_a_point_switches_the_match_off_says_so_and_undoes_it() -> None:
    app = open_rd(also="", match="bpp:0.5", codec=["jpeg", "webp"])
    app.multiselect(key="rd-pick-names").select("JPEG q 18").run()
    assert app.session_state["match"] == "off"
    assert "match at 0.5 bpp was switched off" in page_text(app)
    app.button(key="rd-undo").click().run()
    assert (app.session_state["match"], app.session_state["match_bpp"]) == ("bpp", 0.5)
    assert "was switched off" not in page_text(app)


def test_a_click_opens_the_picture_of_the_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kodak").mkdir()
    for number in (1, 2, 3):  # the more stripes, the worse
        pixels = np.full((48, 48, 3), 128, np.uint8)
        pixels[:, : 12 * number] += np.random.default_rng(number).integers(0, 90, (48, 12 * number, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "kodak" / f"kodim0{number}.png")
    monkeypatch.setenv("NICVIZ_IMAGES", str(tmp_path))
    app = open_rd(over="kodak", codec=["jpeg:40"], also="", rd_singles="True")
    single = next(trace for trace in chart_of(app)["data"] if trace.get("customdata", [["", 0, ""]])[0][2])
    codec, quality, picture = single["customdata"][2]
    for clicked, opened in ((picture, f"kodak/{Path(picture).stem}"), ("", "rank:worst")):
        app.session_state["page-choices"]["rd_points"] = (Point(codec, quality, clicked),)
        app.session_state["rd-picture-clicked"] = clicked
        app = settle(app.run())
        assert app.selectbox(key="rd-picture").value == opened
    options = app.selectbox(key="rd-picture").options
    assert options[:3] == ["Worst: kodak/kodim03", "Median: kodak/kodim02", "Best: kodak/kodim01"]


def test_a_large_sweep_is_asked_for() -> None:
    app = open_page("rd", **{**QUERY, "rd_show": "corruption", "rd_bdrates": "True", "rd_sweep": "corruptions"})
    button = app.button(key="rd-measure-sweep")
    count = int(re.search(r"\d+", button.label).group())
    assert count > 200
    assert not app.get("plotly_chart")
    button.click().run()
    assert not any(each.key == "rd-measure-sweep" for each in app.button)
    app.button(key="cancel-rd").click().run()


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
    clean, loop = command_of(app, "rd").splitlines()
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


def test_the_speed_view_times_each_codec_alone_and_names_the_device() -> None:
    app = settle(open_rd(rd_show="speed", codec=["jpeg:40"], also="webp"))
    assert len(app.get("plotly_chart")) == 2
    assert "On the CPU" in page_text(app)
    assert "nothing else of this server ran" in page_text(app)


def test_times_that_take_long_are_asked_for() -> None:
    app = open_rd(rd_show="speed", image="zone-plate", size="2048", codec=["jpegxl:4", "avif:40"], also="jpeg")
    assert "min, in which other work here waits" in page_text(app)
    assert any(button.label == "Measure the times" for button in app.button)


def test_a_run_shows_its_count_and_is_canceled_and_taken_up_again() -> None:
    app = open_page("rd", image="page", codec=["jpeg:40", "avif:60"], match="off", over="photographs")
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
