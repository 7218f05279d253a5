"""The Theory page in a real browser: views, the training set by keys, a link, a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import APP, main_width

pytestmark = pytest.mark.usefixtures("own_address")
QUERY = "image=chelsea&crop=100%2C60%2C160%2C144&codec=jpeg%3A40&match=off"
SLOW = 60_000


def open_page(page: Page, serve, query: str = "") -> None:
    page.goto(f"{serve(APP)}/theory?{QUERY}{query}")
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SLOW)


def test_views_and_training_sets_change_by_keys_and_stand_in_the_link(page, serve) -> None:
    open_page(page, serve)
    expect(page.get_by_text("95 % interval", exact=False).first).to_be_visible()
    page.get_by_role("radio", name="Principal components").press("Space")
    expect(page.locator(".nv-components figure")).to_have_count(32, timeout=SLOW)
    assert page.locator(".nv-components img").first.evaluate("image => image.naturalWidth") == 16
    page.get_by_role("radio", name="The linear codec").press("Space")
    expect(page.get_by_text("Trained on photographs", exact=False)).to_be_visible(timeout=SLOW)
    page.get_by_role("radio", name="1/f² noise").press("Space")
    expect(page.get_by_text("Trained on 1/f² noise", exact=False)).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile(r"trained=brown"))
    expect(page.locator("figure[data-cell=linear] figcaption")).to_contain_text("1/f² noise")


def test_a_phone_shows_the_whole_width(narrow_page, serve) -> None:
    page = narrow_page
    open_page(page, serve, "&theory=codec")
    expect(page.locator(".nv-table").first).to_be_visible(timeout=SLOW)
    assert main_width(page) <= 390
    expect(page.get_by_test_id("stException")).to_have_count(0)
