"""The Robustness page in a real browser: a click on a cell opens its pictures; the report opens without a network."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import APP, Watch, box_of, main_width, settled

pytestmark = pytest.mark.usefixtures("own_address")
SLOW = 90_000  # milliseconds: the first neural codec of a server loads its libraries


def open_page(page: Page, serve, query: str) -> None:
    page.goto(f"{serve(APP)}/robustness?{query}")
    page.get_by_role("heading", name="Take it with you").wait_for(timeout=SLOW)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=SLOW)


def test_a_click_on_a_cell_opens_its_pictures_and_the_link_has_it(page: Page, serve) -> None:
    open_page(page, serve, "robust=matrix&robust_at=0.5&robust_anchor=jpeg")
    cell = page.locator(".js-plotly-plot .scatterlayer .point").nth(7)
    cell.wait_for(state="attached", timeout=SLOW)
    box = box_of(cell)
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"robust_cell=\w+%2C[\w-]+"), timeout=SLOW)
    page.locator(".viewer canvas").first.wait_for(timeout=SLOW)


def test_the_report_opens_from_disk_and_draws_without_a_network(
    page: Page, serve, tab, no_console_errors: Watch, tmp_path: Path
) -> None:
    no_console_errors.forgiven.append("request: file:")
    open_page(page, serve, "robust=curves")
    with page.expect_download(timeout=SLOW) as download:
        page.get_by_role("button", name="Report (HTML)").click()
    file = tmp_path / "report.html"
    download.value.save_as(file)
    asked: list[str] = []
    report = tab()
    report.on("request", lambda request: asked.append(request.url))
    report.goto(file.as_uri())
    expect(report.locator(".js-plotly-plot .scatterlayer").first).to_be_attached(timeout=SLOW)
    assert report.locator("table").count() == 4
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_the_page_fits_a_narrow_screen(narrow_page: Page, serve) -> None:
    open_page(narrow_page, serve, "robust=matrix")
    assert main_width(narrow_page) <= 390
    for view, title in (("spectra", "Spectra"), ("claims", "Claims")):
        narrow_page.get_by_test_id("stMain").get_by_role("radio", name=title).click()
        expect(narrow_page).to_have_url(re.compile(f"robust={view}"), timeout=SLOW)
        settled(narrow_page, SLOW)
        assert main_width(narrow_page) <= 390, view
