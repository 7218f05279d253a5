"""The Lessons page in a real browser: a step by keyboard, a link for the class, a phone, paper."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import APP, box_of, main_width

pytestmark = pytest.mark.usefixtures("own_address")
SLOW = 150_000  # milliseconds, on a machine that is busy with other things


def open_lesson(page: Page, serve, query: str) -> None:
    page.goto(f"{serve(APP)}/lessons?{query}")
    expect(page.get_by_role("heading", level=1, name="Lessons")).to_be_visible(timeout=SLOW)


def test_a_step_by_keyboard_and_its_link_opens_the_page_it_names(page: Page, serve) -> None:
    open_lesson(page, serve, "lesson=lost&step=3")
    page.locator("[data-testid=stRadio] input").first.focus(timeout=SLOW)
    page.keyboard.press("Space")
    button = page.get_by_role("button", name="This is my prediction")
    expect(button).to_be_enabled(timeout=SLOW)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Measured:", exact=True)).to_be_visible(timeout=SLOW)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile("lesson=lost&step=3"))
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open this on the Spectra page").click()
    expect(opened.value).to_have_url(re.compile(r"/spectra\?image=chelsea.*codec=jpeg2000"), timeout=SLOW)
    expect(opened.value.get_by_role("heading", level=1, name="Spectra")).to_be_visible(timeout=SLOW)
    opened.value.close()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="4. Where is the error?")).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile("step=4"))


def test_the_teachers_view_is_printed_without_controls(page: Page, serve) -> None:
    open_lesson(page, serve, "lesson=red&teacher=True")
    expect(page.get_by_text("Solution:")).to_have_count(6, timeout=SLOW)
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_role("link", name=re.compile("Open this on"))).to_have_count(0)
    expect(page.get_by_text("Teacher's view", exact=True).first).to_be_hidden()
    tops = [box_of(page.locator(f".st-key-solution-{number}"))["y"] for number in range(1, 7)]
    assert tops == sorted(tops)
    assert page.get_by_test_id("stMain").evaluate("main => getComputedStyle(main).overflow") == "visible"


def test_a_step_fits_a_phone(narrow_page: Page, serve) -> None:
    open_lesson(narrow_page, serve, "lesson=noise&step=1")
    question = narrow_page.get_by_text("Which share of the noise's power")
    expect(question).to_be_visible(timeout=SLOW)
    viewer = narrow_page.locator(".viewer").first
    expect(viewer).to_be_visible(timeout=SLOW)
    assert box_of(viewer)["y"] < box_of(question)["y"], "look before you predict"
    narrow_page.get_by_role("button", name="This is my prediction").tap()
    expect(narrow_page.get_by_text("Measured:", exact=True)).to_be_visible(timeout=SLOW)
    assert main_width(narrow_page) == 390
