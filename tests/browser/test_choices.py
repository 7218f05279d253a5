"""Controls in a real browser: the segment of what is chosen stays highlighted, whatever way one takes."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.driver import APP
from tests.browser.server import START_SECONDS

LINK = "image=chelsea&crop=0,0,128,128&match=off&corruption=gaussian_noise:2&seed=3"


def open_page(page: Page, serve, name: str, codec: str = "jpeg:30") -> None:
    page.goto(f"{serve(APP)}/?{LINK}&codec={codec}")
    page.locator(".viewer").wait_for(timeout=START_SECONDS * 1000)  # a server's first page loads its libraries
    if name != "Compare":
        go(page, name)


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()
    heading = page.get_by_role("heading", level=1, name=name)
    expect(heading).to_be_visible(timeout=30_000)


def segments(page: Page, label: str) -> Locator:
    """Return the control of this name, on the page."""
    return page.get_by_test_id("stMain").get_by_role("radiogroup", name=label, exact=True).first


def expect_chosen(page: Page, label: str, option: str) -> None:
    expect(segments(page, label).get_by_role("radio", checked=True)).to_have_text(
        re.compile(re.escape(option)), timeout=30_000
    )


def choose(page: Page, label: str, option: str) -> None:
    segments(page, label).get_by_role("radio", name=option).click()
    expect_chosen(page, label, option)


def test_what_compare_shows_is_highlighted_after_two_other_pages(page, serve):
    open_page(page, serve, "Compare")
    choose(page, "Show", "ΔE00 map")
    for way in (("Color", "About"), ("Rate–distortion", "Spectra")):  # tests/pages/test_walk.py takes all ways
        for name in (*way, "Compare"):
            go(page, name)
        expect_chosen(page, "Show", "ΔE00 map")
        expect(page).to_have_url(re.compile("show=delta_e00"))


def test_typing_gauss_and_enter_takes_the_paper_s_noise(page, serve):
    page.goto(f"{serve(APP)}/?image=chelsea&crop=0,0,128,128&match=off&codec=jpeg:30")
    page.locator(".viewer").wait_for()
    box = page.get_by_role("combobox", name="Corruption")
    box.click()
    page.keyboard.type("gauss")
    expect(page.get_by_role("option").first).to_contain_text("Gaussian noise")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("corruption=gaussian_noise%3A3"))


def test_views_of_spectra_come_back_as_they_were_after_the_others(page, serve):
    open_page(page, serve, "Spectra")
    choose(page, "Color scale", "Linear")
    choose(page, "Show", "Profiles and bands")
    choose(page, "Over frequency", "Gain")
    choose(page, "Error", "R · the original")
    for view in ("Severities", "Does my picture agree?", "Profiles and bands"):
        choose(page, "Show", view)
    expect_chosen(page, "Error", "R")
    expect_chosen(page, "Over", "This picture")
    expect_chosen(page, "Over frequency", "Gain")
    choose(page, "Show", "Frequency plane")
    expect_chosen(page, "Color scale", "Linear")
    expect(page).to_have_url(re.compile("scale=linear"))


def test_the_heatmap_s_controls_come_back_while_it_works(page, serve):
    open_page(page, serve, "Fourier heatmap", "compact-hyperprior:4")
    choose(page, "Signs in R, G, B", "Mean of 4")
    choose(page, "Value", "Rate")
    for way in (("Compare",), ("Compare", "About"), ("Rate–distortion", "Compare")):
        for name in (*way, "Fourier heatmap"):
            go(page, name)
        expect_chosen(page, "Value", "Rate")
        expect_chosen(page, "Over", "This picture")
        expect_chosen(page, "Signs in R, G, B", "Mean of 4")
        expect_chosen(page, "Frequencies", "All (33×33)")
