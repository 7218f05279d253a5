"""The Latents page through Streamlit's test driver."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.driver import ROOT, command_of, html_of, messages_of, open_page, page_text, settle

PART = {"image": "chelsea", "crop": "100,40,192,128", "match": "off"}


def opened(**query: str | list[str]) -> AppTest:
    app = settle(open_page("latents", **{**PART, "codec": ["compact-hyperprior:4"], **query}))
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        ("channels", "were its elements drawn from the model"),
        ("bits", "Bitstream beyond the estimate"),
        ("redundancy", "The hyper-latent removes"),
        ("basis", "One unit more of this element"),
        ("surgery", "Rate, estimated (bpp)"),
    ],
)
def test_each_view_draws_itself_and_tells_its_numbers(view: str, sentence: str) -> None:
    app = opened(latents=view)
    assert sentence in page_text(app)
    assert not messages_of(app)


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        ("channels", "A code of bits"),
        ("redundancy", "all of this correlation stays and is paid for"),
        ("surgery", "A bit has no zero and no size"),
    ],
)
def test_a_code_of_bits_is_shown_and_told_for_what_it_is(view: str, sentence: str) -> None:
    app = opened(latents=view, crop="100,40,64,48", codec=["compact-toderici2017:2"])
    assert sentence in page_text(app)
    assert not messages_of(app)


def test_the_command_gives_the_numbers_of_the_surgery(tmp_path: Path) -> None:
    app = opened(latents="surgery", keep="8", latent_step="2", scaled="3=0.5", zero="5", hyper_of="astronaut")
    command = command_of(app, "latents")
    assert command == (
        "python -m nicviz latents chelsea --crop 100,40,192,128 --codec compact-hyperprior:4 --keep 8 --zero 5 "
        "--scale 3=0.5 --step 2 --hyper-latent-of astronaut --json"
    )
    done = subprocess.run(
        [sys.executable, *shlex.split(command)[1:]], cwd=tmp_path, check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    edited = json.loads(done.stdout)["edited"]
    assert f"{edited['bits']['y']:,.0f}" in html_of(app)
    assert f"{edited['bpp_estimated']:.4f}" in html_of(app)
    app.button(key="surgery-undo").click().run()
    settle(app)
    assert command_of(app, "latents").endswith("--codec compact-hyperprior:4 --json")


def test_a_jpeg_s_bits_are_counted_and_others_are_said_to_have_no_count() -> None:
    app = opened(
        latents="bits", codec=["compact-vbr:3", "jpeg:40", "jpeg:80", "webp:30"], corruption="gaussian_noise:3"
    )
    assert "Header and tables (bits)" in html_of(app)
    assert html_of(app).count("+0 bytes") == 2, "a JPEG's count is its length"
    assert "JPEG q 40" in html_of(app)
    assert "JPEG q 80" in html_of(app)
    assert "WebP: there is no true count" in page_text(app)
    assert "The corruption costs" in page_text(app)


def test_of_a_coarse_to_fine_model_all_three_latents_can_be_looked_at_with_the_bits_of_each() -> None:
    app = opened(codec=["compact-coarse2fine:3"], latent="z2")
    assert "Coarse z₂" in html_of(app)
    assert html_of(app).count(" bits, ") == 3
    assert "one learned distribution" in page_text(app), "the coarse one has no prediction"
    app = opened(codec=["compact-coarse2fine:3"], latents="redundancy", latent="z")
    assert "The coarse hyper-latent removes" in page_text(app)
    app = opened(codec=["compact-coarse2fine:3"], latents="bits")
    assert "Fine side information (bits)" in html_of(app)
    assert "Coarse side information (bits)" in html_of(app)


def test_without_a_neural_codec_one_is_taken_and_that_is_said() -> None:
    app = opened(codec=["jpeg:30"])
    assert "No neural codec is chosen at the left" in page_text(app)
    assert "--codec compact-hyperprior" in command_of(app, "latents")


@pytest.mark.slow
def test_an_importance_map_is_drawn_with_what_it_keeps_and_saves() -> None:
    codec = ["compact-mentzer2018:1"]
    app = opened(codec=codec, latents="bits")
    assert "What the encoder keeps: the importance map" in [each.value for each in app.subheader]
    assert "Saved (estimated)" in html_of(app)
    assert "The map is the encoder's alone" in page_text(app)
    assert "one distribution for all its elements" in page_text(opened(codec=codec, latents="channels"))
    app = opened(codec=codec, latents="redundancy")
    assert "Explained by context" in html_of(app)
    assert "has no hyper-latent" not in page_text(app)
    assert not [each for each in opened(latents="bits").subheader if "importance" in each.value], "others have none"


def test_a_factorized_prior_has_no_hyper_latent() -> None:
    app = opened(codec=["compact-factorized:3"], latents="redundancy")
    assert "has no hyper-latent" in page_text(app)
    app = opened(codec=["compact-factorized:3"], latent="z", latents="channels")
    assert "one learned distribution for the whole channel" in page_text(app)


def test_channel_and_place_are_in_the_link_and_off_ones_are_replaced() -> None:
    app = opened(latents="basis", latent_channel="7", latent_at="2,3")
    assert app.number_input(key="channel-number-7-95").value == 7
    app.button(key="channel-after").click().run()
    settle(app)
    assert app.query_params["latent_channel"] != ["7"]
    app = opened(latents="basis", latent_channel="4000", latent_at="99,99", keep="x")
    assert "keep=x was replaced" in " ".join(toast.value for toast in app.toast)


def test_several_neural_codecs_can_be_looked_into() -> None:
    app = opened(codec=["compact-hyperprior:2", "compact-vbr:3"])
    control = next(each for each in app.get("button_group") if each.label == "Look into")
    assert len(control.options) == 2


def test_no_choice_is_lost_on_the_way_over_other_views_and_another_page() -> None:
    app = opened(latents="surgery")
    app.select_slider(key="choice-latent_step").set_value(2.0).run()
    app.slider(key="surgery-keep").set_value(9).run()
    for view in ("channels", "redundancy", "basis"):
        next(each for each in app.button_group if each.key == "choice-latents").set_value(view)
        settle(app.run())
    order = next(each for each in app.button_group if each.key == "choice-latent_order")
    order.set_value("energy")
    settle(app.run())
    app.switch_page("pages/about.py").run()
    settle(app.switch_page("pages/latents.py").run())
    assert next(each for each in app.button_group if each.key == "choice-latent_order").value == "energy"
    next(each for each in app.button_group if each.key == "choice-latents").set_value("surgery")
    settle(app.run())
    assert app.select_slider(key="choice-latent_step").value == 2.0
    assert app.slider(key="surgery-keep").value == 9
    assert not app.exception


def test_a_place_can_be_chosen_by_numbers_and_is_in_the_link() -> None:
    app = opened(latents="basis", latent_at="1,2")
    row, column = (next(each for each in app.number_input if each.label == name) for name in ("Row", "Column"))
    assert (row.value, column.value) == (1, 2)
    settle(row.set_value(4).run())
    assert app.query_params["latent_at"] in ("4,2", ["4,2"])


def test_a_latent_of_one_element_is_no_error() -> None:
    app = opened(codec=["compact-factorized:3"], crop="100,40,16,16", latents="redundancy")
    assert "too small" in page_text(app)
    app = opened(codec=["compact-factorized:3"], crop="100,40,16,16", latents="basis")
    assert "One unit more of this element" in page_text(app)


def test_a_match_that_fails_says_why() -> None:
    app = settle(open_page("latents", image="chelsea", crop="100,40,64,64", codec=["bmshj2018-hyperprior"],
                           match="bpp:0.5"))  # fmt: skip
    assert "weights" in messages_of(app)
    assert "nothing to look into" in page_text(app)


def test_what_is_coded_of_the_padding_is_told() -> None:
    assert "pads the picture to 128 × 64 pixels" in page_text(opened(crop="100,40,100,40", latents="bits"))
    assert "pads the picture" not in page_text(opened(crop="100,40,128,64", latents="bits"))


def test_what_lies_in_the_padding_is_no_place() -> None:
    app = opened(
        latents="basis", crop="100,40,100,40", latent_at="3,7"
    )  # rows to 2 and columns to 6 are in the picture
    row, column = (next(each for each in app.number_input if each.label == name) for name in ("Row", "Column"))
    assert row.value <= 2
    assert column.value <= 6
    assert (row.max, column.max) == (2, 6)
