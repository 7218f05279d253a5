"""The Fourier heatmap page in a real browser: it draws itself, a cell can be clicked, a link brings it back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import APP, box_of

pytestmark = pytest.mark.usefixtures("own_address")
QUERY = "image=chelsea&codec=jpeg:30&match=off&signs=%2B%2B%2B"
SMALL = "&crop=100%2C60%2C96%2C96"  # its map is done in a moment
SLOW = 150_000  # milliseconds, on a machine that is busy with other things


def open_page(page: Page, serve, query: str = "") -> None:
    page.goto(f"{serve(APP)}/heatmap?{QUERY}{query}")
    page.locator(".cells canvas").first.wait_for(timeout=SLOW)


def click_cell(page: Page, u: int, v: int) -> None:
    """Click a cell, (u, v) cells from the center."""
    place = page.locator(".cells").evaluate(f"root => root.nicviz.place('map-0', {u}, {v})")
    page.mouse.click(place["x"], place["y"])


def test_a_click_on_a_cell_shows_it_below_and_a_reload_brings_it_back(page: Page, serve) -> None:
    open_page(page, serve, SMALL)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=SLOW)
    heading = page.get_by_role("heading", name=re.compile("One cell"))
    expect(heading).to_contain_text("u 0.1250, v 0.1250")
    click_cell(page, 8, 0)
    expect(heading).to_contain_text("u 0.2500, v 0.0000", timeout=SLOW)
    expect(page).to_have_url(re.compile("cell=128%2C0"))
    page.reload()
    expect(heading).to_contain_text("u 0.2500, v 0.0000", timeout=SLOW)
    expect(page.locator(".cells canvas").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=5_000)


def test_a_canceled_map_stays_on_the_screen(page: Page, serve) -> None:
    open_page(page, serve, "&grid=lowest&norm=5&codec=avif:50")  # minutes: it cannot be done before the click
    page.locator(".st-key-cancel-heatmap button").first.click(timeout=SLOW)
    expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=SLOW)
    expect(page.locator(".cells canvas").first).to_be_visible(timeout=SLOW)


def test_keys_move_over_the_cells_and_choose_one_and_all_maps_are_read_there(page: Page, serve) -> None:
    open_page(page, serve, f"{SMALL}&codec=webp:40")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=SLOW)
    page.locator(".cells canvas").nth(1).focus()
    for key in ("Home", "ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    readout = page.locator(".cells .readout")
    expect(readout).to_contain_text("u 0.0312 v 0.1250")
    expect(readout).to_contain_text(re.compile(r"JPEG q 30 −?\d+\.\d{3}.*WebP q 40 −?\d+\.\d{3}.*dB"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("One cell"))).to_contain_text("u 0.0312, v 0.1250", timeout=SLOW)
    expect(page).to_have_url(re.compile("cell=16%2C64"))


def test_a_growing_map_is_drawn_in_place(page: Page, serve) -> None:
    open_page(page, serve, "&norm=6&codec=avif:50")
    page.locator(".cells canvas").first.evaluate("canvas => { canvas.marked = true; }")
    count = page.get_by_text(re.compile("of 1,028 cells"))
    before = count.first.text_content(timeout=SLOW)
    expect(count.first).not_to_have_text(before or "", timeout=SLOW)
    assert page.locator(".cells canvas").first.evaluate("canvas => canvas.marked === true")


def test_the_maps_fit_a_narrow_screen(page: Page, serve) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, serve)
    expect(page.get_by_text("Pictures, value and frequencies")).to_be_visible()
    figure = page.locator(".cells figure").first
    figure.locator("canvas").wait_for()
    canvas = box_of(figure.locator("canvas"))
    assert canvas["width"] <= 390
    assert box_of(figure)["height"] < canvas["height"] + 80, "nothing but its heading and a note around a map"
