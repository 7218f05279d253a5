"""From a dot in the plane to the pixels that made it, and back, in a real browser."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from nicviz.analysis.color.plane import ab_plane, cells_in_polygons
from nicviz.codecs import CODECS
from nicviz.samples import find_sample
from tests.browser.driver import APP, box_of, hash_of, main_width, pane_canvas, pixels, wait_for

pytestmark = pytest.mark.usefixtures("own_address")
REGION = """gd => gd._fullData.filter(t => t.type === 'scatter' && t.mode === 'lines').map(
    t => Array.from(t.x, (x, k) => [x, t.y[k]]))"""


def pictures() -> tuple[np.ndarray, np.ndarray]:
    original = find_sample("astronaut").load().pixels
    return original, CODECS["jpeg"].decode(CODECS["jpeg"].encode(original, 20))


def open_page(page: Page, serve):
    page.goto(f"{serve(APP)}/color?image=astronaut&codec=jpeg:20&match=off")
    expect(page.get_by_role("heading", name="Color", exact=True)).to_be_visible()
    root = page.locator(".viewer")
    wait_for(root, "state => state.panes.length === 2 && state.panes.every(pane => pane.current)")
    expect(page.locator(".js-plotly-plot")).to_have_count(2, timeout=30_000)
    return root


def drag(page: Page, points: list[tuple[float, float]]) -> None:
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=5)
    page.mouse.up()


def on_screen(plot: Locator, colors: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """Where pairs (a*, b*) of a plane are on the screen."""
    plot.scroll_into_view_if_needed()
    box = box_of(plot.locator(".nsewdrag"))
    code = "(gd, ab) => ab.map(([a, b]) => [gd._fullLayout.xaxis.l2p(a), gd._fullLayout.yaxis.l2p(b)])"
    return [(box["x"] + x, box["y"] + y) for x, y in plot.evaluate(code, [[int(a), int(b)] for a, b in colors])]


def test_a_lasso_in_one_plane_marks_the_pixels_of_its_colors_in_every_picture(page, serve):
    root = open_page(page, serve)
    before = hash_of(root, "codec-1")
    plot = page.locator(".js-plotly-plot").first
    drag(page, on_screen(plot, [(20, 20), (50, 20), (60, 45), (30, 55), (20, 21)]))
    wait_for(root, f"state => state.panes.every(p => p.current) && state.panes[1].hash !== '{before}'")
    expect(page.locator(".gtitle").first).to_contain_text("marked", timeout=20_000)
    (region,) = page.locator(".js-plotly-plot").first.evaluate(REGION)
    cells = cells_in_polygons([np.array(region)])
    for name, picture in zip(("original", "codec-1"), pictures(), strict=True):
        mask = ab_plane(picture).mask(cells)
        shown = pixels(root, name)[..., :3]
        assert 0.01 < mask.mean() < 0.9
        assert np.array_equal(shown[mask], picture[mask])
        rest = shown[~mask]
        assert (rest == rest[:, :1]).all(), "pixels of other colors are gray"
        assert rest.max() <= 77
    page.get_by_role("button", name="Clear").click()
    wait_for(root, f"state => state.panes.every(p => p.current) && state.panes[1].hash === '{before}'")


def test_a_rectangle_in_the_picture_marks_its_colors_in_every_plane(page, serve):
    root = open_page(page, serve)
    box = box_of(pane_canvas(root, "original"))
    page.keyboard.down("Shift")
    drag(page, [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ((0.45, 0.7), (0.52, 0.8))])
    page.keyboard.up("Shift")
    said = page.get_by_text(re.compile(r"Marked: the colors of the \d+×\d+ pixels"))
    expect(said).to_be_visible(timeout=20_000)
    width, height, x, y = map(int, re.search(r"(\d+)×(\d+) pixels at \((\d+), (\d+)\)", said.inner_text()).groups())
    assert width * height > 100
    titles = page.locator(".gtitle")
    for number, picture in enumerate(pictures()):
        count = len(np.unique(ab_plane(picture).cells[y : y + height, x : x + width]))
        expect(titles.nth(number)).to_contain_text(f"{count:,} marked")


def test_the_pointer_tells_the_cell_its_pixels_and_its_color(page, serve):
    open_page(page, serve)
    plot = page.locator(".js-plotly-plot").first
    plane = ab_plane(pictures()[0])
    a, b = np.argwhere(plane.counts == plane.counts.max())[0] - 128
    page.mouse.move(*on_screen(plot, [(a, b)])[0])
    label = plot.locator(".hoverlayer")
    expect(label).to_contain_text(f"b* {b}".replace("-", "−"))
    expect(label).to_contain_text(re.compile(rf"{plane.counts.max()} #[0-9a-f]{{6}}"))


def test_the_page_fits_a_narrow_screen_in_every_view(narrow_page, serve):
    open_page(narrow_page, serve)
    for view in ("Lost and invented", "Color difference", "Quality transitions"):
        narrow_page.get_by_role("radio", name=view).click()
        expect(narrow_page.locator(".js-plotly-plot").first).to_be_visible(timeout=30_000)
        assert main_width(narrow_page) <= 391
