"""The About page: what is here, what is missing, and a download that fails without a network."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.driver import html_of, open_page


@pytest.fixture
def about(monkeypatch, tmp_path) -> AppTest:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("NICVIZ_WEIGHTS_URL", "http://127.0.0.1:9/models")  # nothing listens there
    return open_page("about", codec=["jpeg:50"], match="off")


def test_every_codec_is_listed_with_its_name(about) -> None:
    from nicviz.codecs import CODECS

    page = html_of(about)
    assert not about.exception
    assert all(f"<code>{name}</code>" in page for name in CODECS)


def test_codecs_that_lack_the_same_thing_share_one_line(about, tmp_path) -> None:
    page = html_of(about)
    assert page.count("weights are not here") == 1
    assert "Download them below" in page
    assert str(tmp_path) in page


def test_the_compact_family_is_shown_with_its_cards_and_told_from_the_state_of_the_art(about) -> None:
    from nicviz.codecs.neural.family.compact import manifest

    told = " ".join(markdown.value for markdown in about.markdown)
    assert "not the state of the art" in told
    assert re.search(r"takes \d+ % fewer bits than JPEG, and \d+ % (more|fewer) than the published full-size", told)
    labels = [expander.label for expander in about.expander]
    commands = " ".join(code.value for code in about.code)
    for described in manifest().values():
        assert f"Model card: {described.title}" in labels
        for card in described.cards:
            assert card.sha256 in commands
            assert all(command in commands for command in card.training.commands)
    figure = json.loads(about.get("plotly_chart")[0].proto.spec)
    names = [trace["name"] for trace in figure["data"]]
    assert names[: len(manifest())] == [described.title for described in manifest().values()]
    assert {"JPEG, published", "Full-size hyperprior, published"} <= set(names)


def test_the_family_is_compared_by_ms_ssim_too_and_then_with_the_model_that_was_trained_for_it(about) -> None:
    group = next(group for group in about.get("button_group") if group.key == "choice-family_quality")
    group.set_value("ms_ssim")
    about.run()
    assert not about.exception
    assert "Full-size hyperprior, MS-SSIM" in html_of(about)


def test_without_a_network_a_download_names_the_file_and_the_folder_and_the_page_works(about, tmp_path) -> None:
    about.selectbox(key="weights-codec").set_value("mbt2018-mean")
    about.run()
    qualities = about.get("button_group")
    pills = next(group for group in qualities if group.key == "weights-mbt2018-mean")
    pills.set_value([2.0])
    about.run()
    next(button for button in about.button if button.label == "Download").click()
    about.run()
    for _ in range(20):
        if about.error:
            break
        about.run()
    assert not about.exception
    message = about.error[0].value
    assert "mbt2018-mean-2-e54a039d.pth.tar" in message
    assert str(tmp_path) in message
    assert "mbt2018-mean" in html_of(about), "the page still stands"
    assert not list(tmp_path.rglob("*.partial")), "nothing half-downloaded is left"
