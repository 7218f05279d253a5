"""Every fold-out of every page in a real browser: text and formulas come out, and nothing is marked as an error."""

from playwright.sync_api import Page, expect

from tests.browser.driver import APP, settled

LINK = "image=chelsea&crop=0,0,64,64&match=off&codec=jpeg:30&corruption=gaussian_noise:2"
PAGES = ("Compare", "Heatmap", "Spectra", "Color", "Rate–distortion", "Latents", "Theory", "Lessons", "About")
CLOSED = "[data-testid=stMain] [data-testid=stExpander] details:not([open]) > summary"

# KaTeX marks what it refuses with a class, and an unknown command with its error color; what is not taken for a formula
# stays as text, dollar signs and all. The source of a formula is kept in an annotation, which is not shown.
FAULTS = r"""main => {
    const faults = [...main.querySelectorAll('.katex-error, .stException')].map(mark => mark.textContent);
    for (const part of main.querySelectorAll('.katex [style*="cc0000"]')) faults.push(part.textContent);
    const shown = main.cloneNode(true);
    shown.querySelectorAll('annotation, code, pre, style, script').forEach(part => part.remove());
    for (const raw of shown.textContent.matchAll(/.{0,40}(\$\$|\\(frac|big|text|mathrm|Delta|lVert|qquad)).{0,40}/g))
        faults.push(raw[0]);
    return faults;
}"""


def open_all(page: Page) -> None:
    """Open what is folded up, until nothing is."""
    closed = page.locator(CLOSED)
    while closed.count():
        before = closed.count()
        closed.first.click()
        expect(closed).to_have_count(before - 1)


def faults_of(page: Page, name: str) -> list[str]:
    """Open all that is folded up on a page and return what is wrong with it."""
    fold_outs = page.locator("[data-testid=stMain] [data-testid=stExpander]")
    settled(page, 60_000)  # what the page before left is gone
    expect(fold_outs.last).to_be_visible(timeout=60_000)
    if name != "About":
        expect(fold_outs.filter(has_text="How to read this page")).to_be_visible(timeout=60_000)
    settled(page, 60_000)
    open_all(page)
    if name not in {"Compare", "About"}:
        expect(page.locator("[data-testid=stExpander] .katex").first).to_be_visible()
    return page.get_by_test_id("stMain").evaluate(FAULTS)


def test_no_fold_out_of_any_page_shows_an_error(page, serve):
    page.goto(f"{serve(APP)}/?{LINK}")
    page.locator(".viewer").wait_for(timeout=60_000)  # a server's first page loads its libraries
    found = {"Compare": faults_of(page, "Compare")}
    for name in PAGES[1:]:
        page.get_by_role("link", name=name).first.click()
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        found[name] = faults_of(page, name)
    assert not any(found.values()), found
