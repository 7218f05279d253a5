"""The keys of the viewer: they work without a click, mean the same in every mode, and never scroll the page."""

from itertools import product

import pytest
from playwright.sync_api import expect

from tests.browser.driver import center, open_scene, press_mode, state

MODES = ["side", "split", "flicker", "difference"]
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def point_at(page, root) -> None:
    page.mouse.move(*center(root.locator(".frame").first))


def test_numbers_and_space_flicker_in_every_mode_without_a_click(page, serve):
    root = open_scene(page, serve, "4")
    point_at(page, root)
    for mode, key in zip(MODES, "swfd", strict=True):
        page.keyboard.press(key)
        assert state(root)["mode"] == mode
        page.keyboard.press("3")
        assert (state(root)["mode"], state(root)["visible"]) == ("flicker", ["pane-2"])
        page.keyboard.press("4")
        page.keyboard.press("Space")
        assert state(root)["visible"] == ["pane-2"]
        page.keyboard.press("Space")
        assert state(root)["visible"] == ["pane-3"]


@pytest.mark.parametrize(("scene", "modes"), [("1", ["side"]), ("4", MODES)])
def test_space_never_scrolls_the_page(tab, serve, scene, modes):
    page = tab({"width": 1440, "height": 400})
    root = open_scene(page, serve, scene)
    for mode, how in product(modes, ("pointer", "focus")):
        press_mode(root, mode)
        root.locator(".stage").evaluate("node => node.blur()")  # what is scrolled by keys stays the page around it
        if how == "focus":
            page.mouse.move(2, 2)
            root.locator(".stage").focus()
        else:
            box = root.bounding_box()
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 15)
        before = page.evaluate(SCROLLED)
        assert page.evaluate("(() => { const main = document.querySelector('[data-testid=stMain]');"
                             "return main.scrollHeight > main.clientHeight + main.scrollTop + 100; })()")  # fmt: skip
        for _ in range(3):
            page.keyboard.press("Space")
        page.wait_for_timeout(300)  # a scroll is animated
        assert page.evaluate(SCROLLED) == before, (mode, how)


def test_keys_under_the_pointer_need_no_click_after_a_control_of_the_page_was_used(page, serve):
    root = open_scene(page, serve, "changing")
    switch = page.get_by_role("switch", name="Other size").or_(page.get_by_role("checkbox", name="Other size"))
    switch.focus()
    point_at(page, root)
    page.keyboard.press("Space")
    assert state(root)["mode"] == "flicker"
    expect(switch).not_to_be_checked()
    page.get_by_role("slider", name="Quality").focus()
    page.keyboard.press("s")
    assert state(root)["mode"] == "side"


def test_a_closed_list_leaves_the_keys_to_the_viewer_and_an_open_one_keeps_them(page, serve):
    root = open_scene(page, serve, "4")
    box = page.get_by_role("combobox", name="Codec")
    box.click()
    point_at(page, root)
    page.keyboard.press("f")
    assert state(root)["mode"] == "side"
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("f")
    page.keyboard.press("2")
    assert (state(root)["mode"], state(root)["visible"]) == ("flicker", ["pane-1"])


def test_a_list_of_the_viewer_gives_the_keys_back_after_a_choice(page, serve):
    root = open_scene(page, serve, "4")
    press_mode(root, "split")
    right = root.locator("select.right")
    right.dispatch_event("pointerdown", {"bubbles": True})
    right.focus()
    right.select_option("pane-2")
    page.keyboard.press("x")
    assert state(root)["visible"] == ["pane-2", "original"]
    page.keyboard.press("Shift+4")
    assert state(root)["visible"] == ["pane-2", "pane-3"]
    page.keyboard.press("Shift+3")
    assert state(root)["visible"] == ["pane-3", "pane-2"]


def test_keys_work_while_a_slider_of_the_viewer_has_the_focus(page, serve):
    root = open_scene(page, serve, "3")
    press_mode(root, "difference")
    gain = root.locator(".gain")
    gain.click(position={"x": 46, "y": 14})
    before = state(root)["gain"]
    gain.press("ArrowRight")
    assert state(root)["gain"] == 2 * before
    page.keyboard.press("w")
    assert state(root)["mode"] == "split"


def test_the_question_mark_shows_the_keys_in_every_mode(page, serve):
    root = open_scene(page, serve, "4")
    for mode in MODES:
        press_mode(root, mode)
        root.locator(".stage").evaluate("node => node.blur()")
        point_at(page, root)
        page.keyboard.press("?")
        expect(root.locator(".help")).to_contain_text("flicker to this picture")
        page.keyboard.press("Escape")
        expect(root.locator(".help")).to_be_hidden()
