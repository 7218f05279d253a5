"""Links and the history: what one sees comes back elsewhere, and Back goes one step for each thing that was done."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from nicviz.images import encode_png
from tests.browser.driver import APP, box_of, center, follow, hash_of, pane_canvas, pixels, press_mode, state, wait_for

CAT = "image=chelsea&codec=jpeg:30&codec=webp:50&match=off"


def open_app(page: Page, address: str):
    page.goto(address)
    root = page.locator(".viewer")
    root.wait_for()
    wait_for(root, "state => state.panes.length > 1 && state.panes.every(p => p.hash && p.current)")
    return root


def test_one_back_leaves_a_page_and_each_choice_is_a_step(page, serve):
    open_app(page, f"{serve(APP)}/?{CAT}")
    for name in ("Color", "Spectra"):
        follow(page, name)
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page).to_have_url(re.compile(f"/{name.lower()}.*image=chelsea"))
    for name in ("Color", "Compare"):
        page.go_back()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page).to_have_url(re.compile("image=chelsea"))
    for title, text in (("ΔE00 map", "show=delta_e00"), ("Error map", "show=absolute")):
        page.get_by_text(title, exact=True).click()
        expect(page).to_have_url(re.compile(text))
    page.go_back()
    expect(page).to_have_url(re.compile("show=delta_e00"))
    expect(page.get_by_role("radio", name="ΔE00 map")).to_be_checked()
    page.go_back()
    expect(page).not_to_have_url(re.compile("show="))
    page.go_forward()
    expect(page.get_by_role("radio", name="ΔE00 map")).to_be_checked()


def test_a_link_brings_mode_zoom_center_and_pictures_to_another_browser(page, context, serve):
    root = open_app(page, f"{serve(APP)}/?{CAT}")
    page.locator("[data-do='200']").click()
    page.mouse.move(*center(pane_canvas(root, "codec-1")))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Digit1")
    press_mode(root, "difference")
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile("viewer=difference_zoom-2_at-.*show-codec-1.codec-2.*gain-16"))
    before = state(root)
    other = context(viewport={"width": 1440, "height": 900}).new_page()
    after = state(open_app(other, page.url))
    assert [after[name] for name in ("mode", "visible", "gain")] == [
        before[name] for name in ("mode", "visible", "gain")
    ]
    assert after["view"] == pytest.approx(before["view"], abs=0.01), "pixels of the picture"
    page.reload()
    root = page.locator(".viewer")
    root.wait_for()
    wait_for(root, "state => state.mode === 'difference' && state.gain === 16 && state.view.scale === 2")


def test_a_damaged_viewer_in_a_link_is_a_fresh_one(page, serve):
    root = open_app(page, f"{serve(APP)}/?{CAT}&viewer=nothing_zoom-x_at-1_show-_gain--3_split-9")
    now = state(root)
    assert (now["mode"], now["view"]["fit"], now["gain"]) == ("side", True, 1)
    assert now["visible"] == ["original", "codec-1", "codec-2"]


def test_a_crop_is_drawn_in_the_picture_and_back_takes_it_away(page, serve):
    root = open_app(page, f"{serve(APP)}/?{CAT}")
    whole = hash_of(root, "original")
    page.get_by_role("button", name="Crop by dragging").click()
    canvas = box_of(pane_canvas(root, "original"))
    view = state(root)["view"]
    left = canvas["x"] + (canvas["width"] - 451 * view["scale"]) / 2
    top = canvas["y"] + (canvas["height"] - 300 * view["scale"]) / 2
    page.mouse.move(left + 100 * view["scale"], top + 50 * view["scale"])
    page.mouse.down()
    page.mouse.move(left + 180 * view["scale"], top + 110 * view["scale"], steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("crop="))
    wait_for(root, f"state => state.panes.every(p => p.hash && p.current) && state.panes[0].hash !== '{whole}'")
    x, y, width, height = map(int, re.search(r"crop=(\d+)%2C(\d+)%2C(\d+)%2C(\d+)", page.url).groups())
    assert max(abs(x - 100), abs(y - 50), abs(width - 81), abs(height - 61)) <= 2
    assert pixels(root, "original").shape[:2] == (height, width)
    page.locator("[data-do='zoom-in']").click()
    page.locator("[data-do='zoom-in']").click()
    page.locator("[data-do='zoom-in']").click()
    page.get_by_role("button", name="Crop to what is seen").click()
    expect(page).not_to_have_url(re.compile(f"crop={x}%2C{y}%2C{width}%2C{height}"))
    page.go_back()
    page.go_back()
    expect(page).not_to_have_url(re.compile("crop="))
    wait_for(root, f"state => state.panes[0].hash === '{whole}'")


def test_switching_the_crop_on_leaves_its_controls_open(page, serve):
    open_app(page, f"{serve(APP)}/?{CAT}")
    page.get_by_text("Crop or downscale").click()
    page.locator("[data-testid=stSidebar]").get_by_text("Crop", exact=True).click()
    expect(page.get_by_label("Left", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("crop="))
    expect(page.get_by_label("Left", exact=True)).to_be_visible()
    page.get_by_role("button", name="Show the whole picture").click()
    expect(page).not_to_have_url(re.compile("crop="))


def test_an_upload_survives_a_reload_and_opens_from_its_link(page, context, serve, tmp_path):
    root = open_app(page, f"{serve(APP)}/?image=chelsea&codec=png&match=off")
    picture = np.random.default_rng(5).integers(0, 256, (60, 80, 3), np.uint8)
    file = tmp_path / "my house.png"
    file.write_bytes(encode_png(picture))
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page).to_have_url(re.compile("image=upload-[0-9a-f]{64}"))
    page.reload()
    other = context(viewport={"width": 1440, "height": 900}).new_page()
    for each in (page, other):
        root = open_app(each, page.url)
        assert np.array_equal(pixels(root, "original")[..., :3], picture)
        expect(each.get_by_role("combobox", name="Image", exact=True)).to_have_value("Uploaded: my house.png")
    gone = re.sub("upload-[0-9a-f]{64}", "upload-" + "0" * 64, page.url)
    open_app(other, gone)
    expect(other.get_by_text("not on this server any more").first).to_be_visible()


def test_the_presenter_s_view_leaves_pictures_and_figures(page, serve):
    root = open_app(page, f"{serve(APP)}/?{CAT}")
    page.get_by_role("button", name="Share this view").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Presenter's view").click()
    expect(dialog.locator("code").first).to_contain_text("present=1")
    root = open_app(page, dialog.locator("code").first.inner_text())
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_role("radio", name="ΔE00 map")).to_be_hidden()
    expect(page.locator(".nv-table")).to_be_visible()
    page.mouse.move(*center(pane_canvas(root, "codec-1")))
    page.keyboard.press("f")
    wait_for(root, "state => state.mode === 'flicker'")
    page.get_by_role("button", name="Leave the presentation").click()
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    expect(page).not_to_have_url(re.compile("present"))


def test_a_phone_has_the_pages_at_hand_and_the_controls_folded(narrow_page, serve):
    page = narrow_page
    open_app(page, f"{serve(APP)}/?{CAT}&corruption=gaussian_noise:2")
    follow(page, "Spectra")
    expect(page.get_by_text("Error, channel and pictures")).to_be_visible()
    canvas = page.locator(".st-key-planes canvas").first
    canvas.wait_for()
    assert box_of(canvas)["y"] < 560, "a picture is on the first screen"
    page.get_by_text("Error, channel and pictures").click()
    expect(page.get_by_text("Cb", exact=True)).to_be_visible()


def test_a_page_chosen_in_the_sidebar_of_a_phone_closes_it(narrow_page, serve):
    page = narrow_page
    open_app(page, f"{serve(APP)}/?{CAT}")
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Color").click()
    expect(page.get_by_role("heading", name="Color", exact=True)).to_be_in_viewport()
    expect(page.get_by_test_id("stSidebarNavLink").first).not_to_be_in_viewport()
