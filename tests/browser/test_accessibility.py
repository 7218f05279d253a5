"""axe-core over every page, in both themes, wide and narrow: nothing serious."""

from importlib.resources import files

import pytest
from playwright.sync_api import Page

from tests.browser.driver import APP, NARROW, WIDE

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
TAGS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
OF_COLOR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # what else a theme can break
RUN = """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ["violations"]})).violations
    .filter(each => ["serious", "critical"].includes(each.impact))
    .flatMap(each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))"""
STILL = "*, *::before, *::after { transition: none !important; animation: none !important }"  # nothing half faded in
SETTLED = """() => {
    const main = document.querySelector("[data-testid=stMain]"), stale = document.querySelector("[data-stale=true]");
    const now = [main.scrollWidth, main.scrollHeight, main.querySelectorAll("*").length].join();
    window.calm = now === window.before && !stale ? window.calm + 1 : 0;
    window.before = now;
    return window.calm >= 5;
}"""
PICTURE = "image=chelsea&crop=100,60,96,96&codec=jpeg:30&codec=webp:50&match=off"
READY = {
    "": ".viewer", "color": ".viewer", "rd": ".js-plotly-plot", "spectra": ".st-key-planes canvas",
    "heatmap": "canvas", "latents": "canvas", "theory": ".js-plotly-plot", "robustness": ".js-plotly-plot",
    "lessons": "h1", "about": "table",
}  # fmt: skip


def faults_of(page: Page, rules: dict[str, object]) -> list[str]:
    """Return what axe finds once the page stands still, and finds again: what was being drawn is solid by then."""
    for _ in range(2):
        page.evaluate("window.calm = 0")
        page.wait_for_function(SETTLED, polling=100)
        faults = page.evaluate(RUN, rules)
        if not faults:
            break
        page.wait_for_timeout(1500)
    return faults


@pytest.mark.usefixtures("own_address")
@pytest.mark.parametrize("path", READY)
def test_axe_finds_nothing_serious(page, serve, path):
    page.set_default_timeout(90_000)  # the first neural codec of a server loads its libraries
    page.goto(f"{serve(APP)}/{path}?{PICTURE}")
    page.locator(READY[path]).first.wait_for()
    page.get_by_text("Computing", exact=False).first.wait_for(state="hidden")
    page.add_style_tag(content=STILL)
    page.evaluate(AXE)
    found = {"light, wide": faults_of(page, TAGS)}
    page.set_viewport_size(NARROW)
    found["light, narrow"] = faults_of(page, TAGS)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("getComputedStyle(document.querySelector('.stApp')).backgroundColor === 'rgb(16, 20, 22)'")
    found["dark, narrow"] = faults_of(page, OF_COLOR)
    page.set_viewport_size(WIDE)
    found["dark, wide"] = faults_of(page, OF_COLOR)
    assert not any(found.values()), found
