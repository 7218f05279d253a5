"""Links that only the page can correct: a crop of its picture, a codec's own quality, what a view does not offer."""

from urllib.parse import urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from nicviz.ui.shell import frame
from tests.pages.driver import new_app, page_text
from tests.requests.links import LINKS, Link, query_of


def opened(link: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(frame, "await_work", lambda: None)  # what is chosen does not wait for what is computed
    parts = urlsplit(link)
    app = new_app(**query_of(parts.query))
    if parts.path != "/":
        app.switch_page(f"pages{parts.path}.py")
    return app.run()


@pytest.mark.parametrize("link", [link for link in LINKS if link.on_the_page], ids=lambda link: link.asked)
def test_a_link_opens_what_it_always_opened(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(link.asked, monkeypatch)
    assert not app.exception
    shown = {name: values if isinstance(values, list) else [values] for name, values in app.query_params.items()}
    assert shown == query_of(link.becomes)
    said = [toast.value for toast in app.toast]
    assert len(said) == len(link.said)
    assert all(name.replace("_", "\\_") in text or name in text for name, text in zip(link.said, said, strict=True))


def test_a_crop_that_had_to_be_clamped_is_said_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened("/?crop=400,400,300,300&codec=jpeg:50&match=off", monkeypatch)
    sentence = "The crop of 300×300 at (400, 400) reaches beyond the 512×512 picture; 112×112 at (400, 400) is shown."
    assert sentence in page_text(app)
    assert sentence in page_text(app.run())
    app.number_input(key="crop_width").set_value(100).run()
    assert "reaches beyond" not in page_text(app)
