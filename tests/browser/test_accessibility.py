"""axe-core over every page, in both themes, wide and narrow: nothing serious."""

from importlib.resources import files

import pytest

from tests.browser.driver import APP, NARROW, WIDE

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
RUN = """async rules => (await axe.run(document, {runOnly: rules})).violations
    .filter(each => ["serious", "critical"].includes(each.impact))
    .flatMap(each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))"""
READY = {
    "": ".viewer", "color": ".viewer", "rd": ".js-plotly-plot", "spectra": ".st-key-planes canvas",
    "heatmap": "canvas", "latents": "canvas", "theory": ".js-plotly-plot", "robustness": ".js-plotly-plot",
    "lessons": "h1", "about": "table",
}  # fmt: skip


@pytest.mark.parametrize("path", READY)
def test_axe_finds_nothing_serious(browser, serve, path):
    page = browser.new_page()  # unwatched: Streamlit's own start logs a 404 while it looks for its base path
    page.set_default_timeout(30_000)
    page.goto(f"{serve(APP)}/{path}?image=chelsea&codec=jpeg:30&codec=webp:50&match=off")
    page.locator(READY[path]).first.wait_for()
    page.get_by_text("Computing", exact=False).first.wait_for(state="hidden")
    page.evaluate(AXE)
    found = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        ground = "rgb(255, 255, 255)" if theme == "light" else "rgb(16, 20, 22)"
        page.wait_for_function(f"getComputedStyle(document.querySelector('.stApp')).backgroundColor === '{ground}'")
        for name, size in (("wide", WIDE), ("narrow", NARROW)):
            page.set_viewport_size(size)
            page.wait_for_timeout(500)  # what moves when the width changes
            page.wait_for_function("!document.querySelector('[data-stale=true]')")  # faded while the next run draws it
            if page.evaluate(RUN, RULES):  # what was fading is solid a moment later; a fault stays
                page.wait_for_timeout(1500)
                page.wait_for_function("!document.querySelector('[data-stale=true]')")
                if faults := page.evaluate(RUN, RULES):
                    found[theme, name] = faults
    page.close()
    assert not found
