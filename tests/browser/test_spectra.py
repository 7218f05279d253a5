"""The Spectra page in a real browser: brush, click, values under the pointer, reload from the URL."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from nicviz.codecs import CODECS
from nicviz.samples import find_sample
from nicviz.spectra.part import Part, energy_in
from nicviz.spectra.power import difference, power_spectrum
from tests.browser.driver import APP, NARROW, box_of, main_width

pytestmark = pytest.mark.usefixtures("own_address")
SIDE = 96
QUERY = f"image=chelsea&crop=100%2C60%2C{SIDE}%2C{SIDE}&codec=jpeg%3A40&codec=webp%3A40&match=off"


@pytest.fixture
def error() -> np.ndarray:
    image = find_sample("chelsea").load().pixels[60 : 60 + SIDE, 100 : 100 + SIDE].copy()
    return difference(CODECS["jpeg"].decode(CODECS["jpeg"].encode(image, 40)), image)


def open_page(page: Page, serve, query: str = "") -> Locator:
    page.goto(f"{serve(APP)}/spectra?{QUERY}{query}")
    return ready(page)


def ready(page: Page) -> Locator:
    planes = page.locator(".planes")
    planes.wait_for()
    shown = "root => root.nicviz && root.nicviz.panes.length === 3 && root.nicviz.panes.every(pane => pane.shown)"
    page.wait_for_function(shown, arg=planes.element_handle())
    return planes


def drag(planes: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over the first codec's plane from one frequency (cycles/pixel) to another; equal ones are a click."""
    canvas = planes.locator("canvas[data-pane=codec-1]")
    box = box_of(canvas)
    side = box["width"] - 40  # margins of plane.js
    mouse = planes.page.mouse
    points = [(box["x"] + 34 + (x + 0.5) * side, box["y"] + 4 + (y + 0.5) * side) for x, y in (start, end)]
    mouse.move(*points[0])
    mouse.down()
    mouse.move(*points[1], steps=5)
    mouse.up()


def part_of(planes: Locator) -> Part:
    return Part(**planes.evaluate("root => root.nicviz.part"))


def test_the_values_under_the_pointer_are_those_of_the_spectrum(page, serve, error) -> None:
    planes = open_page(page, serve)
    power = power_spectrum(error)
    for row, column in ((48, 48), (48 + 5, 48 - 7), (10, 20), (95, 0), (0, 0)):
        at = [(column - 48) / SIDE, (row - 48) / SIDE]
        value = planes.evaluate("(root, [x, y]) => root.nicviz.value('codec-1', x, y)", at)
        assert value == pytest.approx(power[row, column], rel=2e-3)
    box = box_of(planes.locator("canvas[data-pane=codec-1]"))
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 60)
    expect(planes.locator(".readout")).to_contain_text(re.compile(r"\|f\| 0\.\d{3} cycles/pixel.*JPEG q 40"))


def test_a_ring_that_is_drawn_shows_that_part_of_the_error_and_survives_a_reload(page, serve, error) -> None:
    planes = open_page(page, serve)
    drag(planes, (0.1, 0.0), (0.3, 0.0))
    expect(page).to_have_url(re.compile(r"band=0\.(09|1)"))
    expect(page.get_by_text("The error in the chosen part of the plane")).to_be_visible()
    part = part_of(planes)
    assert (part.inner, part.outer) == (pytest.approx(0.1, abs=0.01), pytest.approx(0.3, abs=0.01))
    energy = f"{energy_in(power_spectrum(error), Part(round(part.inner, 4), round(part.outer, 4))):.4g}"
    expect(page.locator(".nv-table").first).to_contain_text(energy)
    page.reload()
    assert part_of(ready(page)) == part
    expect(page.locator(".nv-table").first).to_contain_text(energy)
    planes.get_by_role("button", name="Whole plane").click()
    expect(page.get_by_text("The whole error", exact=True)).to_be_visible()
    expect(page).not_to_have_url(re.compile("band="))


def test_a_wedge_is_drawn_and_a_click_takes_a_small_one(page, serve) -> None:
    planes = open_page(page, serve)
    planes.get_by_role("button", name="Wedge").click()
    drag(planes, (0.2, 0.0), (0.2, -0.2))
    part = part_of(planes)
    assert part.direction == pytest.approx(22.5, abs=2)
    assert part.width == pytest.approx(45, abs=4)
    expect(page).to_have_url(re.compile("band="))
    drag(planes, (0.0, -0.3), (0.0, -0.3))
    part = part_of(planes)
    assert (part.direction, part.width) == (pytest.approx(90, abs=2), 15)


def test_the_page_fits_a_narrow_screen(tab, serve):
    page = tab(NARROW)
    canvas = box_of(open_page(page, serve).locator("canvas[data-pane=codec-1]"))
    assert canvas["x"] + canvas["width"] <= 390
    assert main_width(page) <= 390


def test_band_edges_move_by_keys_and_stay_with_the_other_views(page, serve) -> None:
    page.goto(f"{serve(APP)}/spectra?{QUERY}&corruption=contrast%3A3")
    page.get_by_role("radio", name="Profiles and bands").click()
    edges = page.get_by_role("slider", name="Band edges")
    edges.first.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"edges=7%2C32"))
    page.get_by_role("radio", name="Severities").click()
    expect(edges.first).to_have_attribute("aria-valuetext", "0.1094")
    expect(edges.last).to_have_attribute("aria-valuetext", "0.5")
    page.get_by_role("radio", name="Profiles and bands").click()
    expect(page.get_by_text("low (< 0.1094)").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
