"""The Fourier heatmap page in a real browser: it draws itself, a cell can be clicked, a link brings it back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

APP = ROOT / "app.py"
QUERY = "image=chelsea&codec=jpeg:30&match=off&signs=%2B%2B%2B"
SLOW = 60_000


def open_page(page: Page, serve, query: str = "") -> None:
    url = serve(APP)
    page.goto(f"{url}/?{QUERY}")  # the first request of a server goes to the first page
    page.get_by_role("link", name="Compare").first.wait_for()
    page.goto(f"{url}/heatmap?{QUERY}{query}")
    page.locator(".js-plotly-plot .hm").first.wait_for(timeout=SLOW)


@pytest.fixture
def no_console_errors():
    """Streamlit asks for its health below a page's own path first, which is not there: that is no fault of ours."""
    from tests.browser.conftest import Watch

    watch = Watch()
    yield watch
    assert not [fault for fault in watch.faults if "404" not in fault]


def test_a_click_on_a_cell_shows_it_below_and_a_reload_brings_it_back(page: Page, serve) -> None:
    open_page(page, serve)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=SLOW)
    heading = page.get_by_role("heading", name=re.compile("One cell"))
    expect(heading).to_contain_text("u 0.1250, v 0.1250")
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * (16 + 8 + 0.5) / 33, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] * (16 + 8 + 0.5) / 33, box["y"] + box["height"] / 2)
    expect(heading).to_contain_text("u 0.2500, v 0.0000", timeout=SLOW)
    expect(page).to_have_url(re.compile("cell=128%2C0"))
    page.reload()
    expect(heading).to_contain_text("u 0.2500, v 0.0000", timeout=SLOW)
    expect(page.locator(".js-plotly-plot .hm").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=5_000)


def test_a_canceled_map_stays_on_the_screen(page: Page, serve) -> None:
    open_page(page, serve, "&grid=lowest&norm=5&codec=avif:50")  # minutes: it cannot be done before the click
    page.locator(".st-key-cancel-heatmap button").first.click(timeout=SLOW)
    expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=SLOW)
    expect(page.locator(".js-plotly-plot .hm").first).to_be_visible(timeout=SLOW)
