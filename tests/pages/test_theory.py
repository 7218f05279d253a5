"""The Theory page through Streamlit's own test driver."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from nicviz.__main__ import main
from nicviz.images import encode_png
from nicviz.samples import find_sample
from tests.pages.driver import command_of, html_of, messages_of, open_page, page_text, settle

SMALL = {"image": "chelsea", "crop": "100,60,192,160", "match": "off", "codec": ["jpeg:40", "webp:40"]}


def open_theory(**query: str | list[str]) -> AppTest:
    app = settle(open_page("theory", **{**SMALL, **query}))
    assert not app.exception
    return app


def texts_of(app: AppTest) -> str:
    return f"{page_text(app)} {messages_of(app)}"


def test_the_page_opens_with_the_power_law_of_the_picture_and_its_command_gives_it(capsys) -> None:
    app = open_theory()
    assert main(command_of(app, "theory").split()[3:]) == 0
    fit = json.loads(capsys.readouterr().out)["spectrum"]["fit"]
    half = (fit["interval_95"][1] - fit["interval_95"][0]) / 2
    assert f"= {fit['exponent']:.2f} ± {half:.2f}" in texts_of(app)
    assert "α is of power" in texts_of(app)


def test_components_are_shown_with_their_shares_and_the_command_agrees(capsys) -> None:
    app = open_theory(theory="components", patch="8", patch_channel="rgb")
    assert html_of(app).count("<figure>") == 32
    assert main(command_of(app, "theory").split()[3:]) == 0
    share = json.loads(capsys.readouterr().out)["components"]["share_of_first"]["16"]
    assert f"{share['pca']:.3%}" in html_of(app)
    assert f"{share['dct']:.3%}" in html_of(app)


def test_components_come_in_order_of_variance_or_of_frequency() -> None:
    def ranks(**query: str) -> list[int]:
        captions = re.findall(r"<figcaption>(\d+) ·", html_of(open_theory(theory="components", patch="8", **query)))
        return [int(rank) for rank in captions]

    assert ranks() == list(range(1, 33))
    by_frequency = ranks(patch_order="frequency")
    assert sorted(by_frequency) == list(range(1, 33))
    assert by_frequency != list(range(1, 33))
    assert by_frequency[0] == 1, "the mean is the lowest of frequencies"


def test_the_linear_codec_has_the_rate_of_the_codec_beside_it_and_the_command_its_gain(capsys) -> None:
    app = open_theory(theory="codec", trained="brown", codec=["webp:40"])
    assert not app.error
    assert "theory and WebP q 40" in texts_of(app)
    assert main(command_of(app, "theory").split()[3:]) == 0
    done = json.loads(capsys.readouterr().out)["linear_codec"][0]
    assert done["trained_on"] == "brown"
    assert f"{done['bpp']:.3f}" in html_of(app)
    assert f"{done['psnr_db']:.2f}" in html_of(app)


def test_every_training_set_stands_in_the_table_and_the_chosen_one_in_the_sentence() -> None:
    app = open_theory(theory="codec", trained="text", linear_at="mse", linear_mse="200")
    for title in ("Photographs", "1/f⁰ noise", "1/f noise", "1/f² noise", "Text", "This picture"):
        assert title in html_of(app)
    assert "Trained on *text*" in texts_of(app)
    assert "--trained-on text --mse 200" in command_of(app, "theory")


def test_the_neural_codec_is_the_one_that_theory_is_compared_with() -> None:
    app = open_theory(theory="codec", codec=["jpeg:40", "compact-hyperprior:3"])
    assert "Theory and Compact hyperprior q 3: RMS difference of gain" in html_of(app)


def test_the_bound_says_that_it_is_none_for_the_picture_and_leads_to_the_curves() -> None:
    app = open_theory(theory="rd")
    assert "For the picture itself it is **none**" in texts_of(app)
    app.button(key="to-rd").click().run()
    assert app.title[0].value == "Rate–distortion"
    toggles = {toggle.key: toggle.value for toggle in settle(app).toggle}
    assert toggles["choice-rd_gaussian"] is True


def test_on_rate_distortion_it_is_offered_for_psnr_against_the_input_alone() -> None:
    def offered(**query: str) -> bool:
        app = settle(open_page("rd", **{**SMALL, "codec": ["jpeg:40"], "also": "", **query}))
        assert not app.exception
        return "choice-rd_gaussian" in {toggle.key for toggle in app.toggle}

    assert offered()
    assert not offered(rd_quality="ms_ssim")
    assert not offered(corruption="gaussian_noise:2", against="original")


def test_a_set_says_how_its_pictures_differ_and_what_was_left_out(monkeypatch, tmp_path) -> None:
    pixels = find_sample("chelsea").load().pixels
    (tmp_path / "set").mkdir()
    for name, (height, width) in {"a": (148, 164), "b": (164, 148), "c": (20, 20)}.items():
        (tmp_path / "set" / f"{name}.png").write_bytes(encode_png(pixels[:height, :width].copy()))
    monkeypatch.setenv("NICVIZ_IMAGES", str(tmp_path))
    app = open_theory(over="set")
    assert "Picture by picture α is" in texts_of(app)
    assert "set/c is 20×20" in texts_of(app)
    assert command_of(app, "theory") == "python -m nicviz theory set --json"


@pytest.mark.parametrize("shown", ["spectrum", "components", "codec", "rd"])
@pytest.mark.parametrize("crop", ["0,0,1,1", "0,0,20,20"])
def test_a_tiny_picture_gets_a_sentence(shown: str, crop: str) -> None:
    app = open_theory(theory=shown, crop=crop)
    assert any(word in messages_of(app) for word in ("pixels a side", "patches", "no variance")) or crop != "0,0,1,1"


def test_a_constant_picture_is_no_trouble() -> None:
    for shown in ("spectrum", "components", "codec", "rd"):
        assert not open_theory(image="impulse", size="400", crop="0,0,150,150", theory=shown).exception


@pytest.mark.parametrize(
    "query",
    [{"theory": "nothing"}, {"patch": "9", "theory": "components"}, {"trained": "x", "theory": "codec"},
     {"linear_mse": "0"}, {"linear_bpp": "99"}],
    ids=str,
)  # fmt: skip
def test_bad_values_in_a_link_are_replaced_and_said(query) -> None:
    app = open_theory(**query)
    assert any(next(iter(query.values())) in toast.value for toast in app.toast)
    assert not app.error


def test_two_settings_of_one_codec_are_told_apart_and_a_rate_out_of_reach_is_said() -> None:
    app = open_theory(theory="codec", codec=["png", "jpeg:20", "jpeg:80"])
    assert "Theory and PNG: RMS difference of gain" in html_of(app)
    assert "cannot be set to this rate" in texts_of(app)
    assert not app.error
