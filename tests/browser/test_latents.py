"""The Latents page in a real browser: a click in the mosaic, in the picture and in the gallery chooses."""

import re

import pytest
from playwright.sync_api import Page, expect

from nicviz.ui.latents.controls import VIEWS
from tests.browser.driver import APP, box_of, main_width, settled

pytestmark = pytest.mark.usefixtures("own_address")
QUERY = "image=chelsea&crop=100%2C60%2C192%2C128&codec=compact-hyperprior:4&match=off"
SLOW = 90_000  # milliseconds: the first neural codec of a server loads its libraries


def open_page(page: Page, serve, query: str = "") -> None:
    page.goto(f"{serve(APP)}/latents?{QUERY}{query}")
    page.locator(".viewer canvas").first.wait_for(timeout=SLOW)
    settled(page, SLOW)


def click_in(page: Page, pane: str, across: float, down: float) -> None:
    """Click at a share of the width and height of a pane's canvas."""
    canvas = page.locator(f"figure[data-cell='{pane}'] canvas")
    canvas.scroll_into_view_if_needed()
    box = box_of(canvas)
    assert box is not None
    canvas.click(position={"x": across * box["width"], "y": down * box["height"]})


def test_a_click_in_the_mosaic_chooses_a_channel_and_the_link_has_it(page: Page, serve) -> None:
    open_page(page, serve)
    heading = page.get_by_role("heading", name=re.compile("beside its model"))
    before = heading.text_content(timeout=SLOW)
    click_in(page, "mosaic", 0.5, 0.5)
    expect(heading).not_to_have_text(before or "", timeout=SLOW)
    expect(page).to_have_url(re.compile(r"latent_channel=\d+"))
    now = heading.text_content()
    page.reload()
    expect(heading).to_have_text(now or "", timeout=SLOW)


def test_a_click_in_the_picture_chooses_a_place_and_one_in_the_gallery_a_channel(page: Page, serve) -> None:
    open_page(page, serve, "&latents=basis&latent_at=1%2C1")
    click_in(page, "place", 0.5, 0.5)
    expect(page).to_have_url(re.compile(r"latent_at=[3-5]%2C[5-6]"), timeout=SLOW)
    settled(page, SLOW)
    click_in(page, "gallery", 0.9, 0.8)
    expect(page).to_have_url(re.compile(r"latent_channel=\d+"), timeout=SLOW)


def test_every_view_fits_a_narrow_screen(narrow_page: Page, serve) -> None:
    narrow_page.goto(f"{serve(APP)}/latents?{QUERY}")
    narrow_page.get_by_role("heading", name="Take it with you").wait_for(timeout=SLOW)
    for view, title in VIEWS.items():
        narrow_page.get_by_role("radio", name=title).click()
        expect(narrow_page.get_by_role("radio", name=title)).to_be_checked(timeout=SLOW)
        if view != "channels":
            expect(narrow_page).to_have_url(re.compile(f"latents={view}"), timeout=SLOW)
        settled(narrow_page, SLOW)
        assert main_width(narrow_page) <= 390, view
