"""The rate–distortion page in a real browser: a click leads from a curve to what it means for the eye."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from nicviz.codecs import CODECS
from nicviz.samples import find_sample
from tests.browser.driver import APP, box_of, main_width, pixels, wait_for

pytestmark = pytest.mark.usefixtures("own_address")
QUERY = "image=page&codec=jpeg:40&codec=webp:60&match=off"
PLACE = """([codec, quality]) => {
    const plot = document.querySelector(".js-plotly-plot");
    for (const trace of plot._fullData) {
        const index = (trace.customdata || []).findIndex(ids => ids[0] === codec && ids[1] === quality);
        if (index < 0 || trace.mode !== "lines+markers") continue;
        const box = plot.getBoundingClientRect();
        const {xaxis, yaxis} = plot._fullLayout;
        return [box.x + xaxis._offset + xaxis.c2p(trace.x[index]), box.y + yaxis._offset + yaxis.c2p(trace.y[index])];
    }
}"""


def open_rd(page: Page, serve, query: str = QUERY) -> None:
    page.goto(f"{serve(APP)}/rd?{query}")
    wait_for_curves(page)


def wait_for_curves(page: Page) -> None:
    page.locator(".js-plotly-plot .point").nth(15).wait_for(timeout=60_000)
    expect(page.get_by_text(re.compile(r"\d+ of \d+ points"))).to_have_count(0, timeout=60_000)


def click_point(page: Page, codec: str, quality: float) -> None:
    page.locator(".js-plotly-plot").first.scroll_into_view_if_needed()
    x, y = page.evaluate(PLACE, [codec, quality])
    page.mouse.move(x, y)
    page.locator(".hoverlayer .hovertext").first.wait_for()
    page.mouse.click(x, y)


@pytest.mark.timeout(180)
def test_a_click_opens_the_reconstruction_and_sets_the_quality_and_two_are_compared(page: Page, serve) -> None:
    open_rd(page, serve)
    click_point(page, "jpeg", 18)
    root = page.locator(".viewer")
    root.wait_for(timeout=30_000)
    wait_for(root, "state => state.panes.length === 2 && state.panes.every(pane => pane.current)")
    page.wait_for_function("new URL(location).searchParams.getAll('codec').includes('jpeg:18')")
    original = find_sample("page").load().pixels
    expected = CODECS["jpeg"].decode(CODECS["jpeg"].encode(original, 18))
    assert np.array_equal(pixels(root, "codec-1")[..., :3], expected), "exact pixels of the point that was clicked"

    click_point(page, "webp", 10)
    wait_for(root, "state => state.panes.length === 3 && state.panes.every(pane => pane.current)")
    page.wait_for_function("new URL(location).searchParams.getAll('codec').includes('webp:10')")
    expected = CODECS["webp"].decode(CODECS["webp"].encode(original, 10))
    assert np.array_equal(pixels(root, "codec-2")[..., :3], expected)
    assert parse_qs(urlsplit(page.url).query)["match"] == ["off"]


def test_the_choices_of_the_page_live_in_the_url(page: Page, serve) -> None:
    open_rd(page, serve, f"{QUERY}&rd_quality=delta_e00")
    page.get_by_role("radio", name="Log").click()
    page.wait_for_url(re.compile("(?=.*rd_quality=delta_e00)(?=.*rd_rate=log)"))
    page.reload()
    page.locator(".js-plotly-plot .ytitle", has_text="ΔE00").wait_for()
    assert page.evaluate("document.querySelector('.js-plotly-plot')._fullLayout.xaxis.type") == "log"


def test_the_page_works_on_a_narrow_screen(narrow_page: Page, serve) -> None:
    open_rd(narrow_page, serve)
    assert main_width(narrow_page) <= 390
    box = box_of(narrow_page.locator(".js-plotly-plot").first)
    assert box is not None
    assert box["width"] > 300
