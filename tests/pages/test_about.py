"""The About page: what is here, what is missing, and a download that fails without a network."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_compare import html_of, open_app


@pytest.fixture
def about(monkeypatch, tmp_path) -> AppTest:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("NICVIZ_WEIGHTS_URL", "http://127.0.0.1:9/models")  # nothing listens there
    return open_app(codec=["jpeg:50"], match="off").switch_page("pages/about.py").run()


def test_every_codec_is_listed_with_its_name(about) -> None:
    from nicviz.codecs import CODECS

    page = html_of(about)
    assert not about.exception
    assert all(f"<code>{name}</code>" in page for name in CODECS)


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
