"""The viewer in a real browser: what it shows is exact, what users choose stays, nobody's keys are stolen."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.driver import (
    TO_BASE64,
    canvas_pixels,
    center,
    open_scene,
    painted,
    pane_canvas,
    pixels,
    press_mode,
    state,
    to_array,
    wait_for,
)
from tests.browser.viewer_app import noise


def test_the_decoded_pixels_of_all_panes_are_those_of_the_array(page, serve):
    root = open_scene(page, serve, "6")
    for index in range(6):
        name = "original" if index == 0 else f"pane-{index}"
        got = pixels(root, name)
        np.testing.assert_array_equal(got[..., :3], noise(60, 80, index))
        assert (got[..., 3] == 255).all()


def test_gray_single_pixel_and_odd_pictures_are_exact(page, serve):
    root = open_scene(page, serve, "shapes")
    gray = noise(33, 47, 1)[..., 0]
    expected = [noise(31, 47, 0), np.stack([gray] * 3, axis=-1), noise(1, 1, 2), noise(1, 29, 3)]
    for name, array in zip(("original", "pane-1", "pane-2", "pane-3"), expected, strict=True):
        np.testing.assert_array_equal(pixels(root, name)[..., :3], array)


@pytest.mark.parametrize("ratio", [1, 2])
def test_the_screen_shows_every_image_pixel_as_a_block_of_equal_device_pixels(tab, serve, ratio):
    page = tab(device_scale_factor=ratio)
    root = open_scene(page, serve, "4")
    canvas = pane_canvas(root, "pane-1")
    for button, zoom in (("100", 1), ("200", 2)):
        root.locator(f"[data-do='{button}']").click()
        wait_for(root, f"state => state.view.scale === {zoom}")
        painted(page)
        expected = noise(60, 80, 1).repeat(zoom, axis=0).repeat(zoom, axis=1)
        shown = canvas_pixels(canvas)
        assert shown.shape[1] == pytest.approx(canvas.bounding_box()["width"] * ratio, abs=1)
        rows, columns = np.nonzero(shown[..., 3])
        picture = shown[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1, :3]
        np.testing.assert_array_equal(picture, expected)


def test_zoom_and_pan_stay_when_a_pane_changes_and_reset_with_the_size(page, serve):
    root = open_scene(page, serve, "changing")
    page.mouse.move(*center(root.locator(".frame").first))
    for _ in range(6):
        page.mouse.wheel(0, -200)
    page.mouse.down()
    page.mouse.move(*(value - 60 for value in center(root.locator(".frame").first)), steps=4)
    page.mouse.up()
    before = state(root)
    assert before["view"]["scale"] > 10
    assert before["view"]["x"] > 40.5
    page.get_by_role("slider", name="Quality").press("ArrowRight")
    wait_for(root, f"state => state.panes[1].current && state.panes[1].hash !== '{before['panes'][1]['hash']}'")
    after = state(root)
    assert after["view"] == before["view"]
    assert after["panes"][0] == before["panes"][0]
    assert after["decoded"] == 2
    np.testing.assert_array_equal(pixels(root, "pane-1")[..., :3], noise(60, 80, 104))
    page.get_by_text("Other size").click()
    wait_for(root, "state => state.view.fit")
    np.testing.assert_array_equal(pixels(root, "original")[..., :3], noise(40, 90, 0))


def test_the_wheel_zooms_at_the_pointer_and_scrolls_the_page_when_nothing_gets_smaller(page, serve):
    root = open_scene(page, serve, "2")
    canvas = pane_canvas(root, "original")
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.4)
    wait_for(root, "state => state.mark")
    before = state(root)["mark"]
    for _ in range(4):
        page.mouse.wheel(0, -150)
    wait_for(root, "state => state.view.scale > 15")
    page.mouse.move(box["x"] + box["width"] * 0.6 + 1, box["y"] + box["height"] * 0.4)
    after = state(root)["mark"]
    assert abs(after["x"] - before["x"]) <= 1
    assert abs(after["y"] - before["y"]) <= 1


def test_number_keys_and_space_choose_the_flickering_picture(page, serve):
    root = open_scene(page, serve, "4")
    press_mode(root, "flicker")
    names = ["original", "pane-1", "pane-2", "pane-3"]
    for index in (3, 1, 0, 2):
        page.keyboard.press(str(index + 1))
        assert state(root)["visible"] == [names[index]]
    page.keyboard.press("Space")
    assert state(root)["visible"] == ["original"]
    page.keyboard.press("Space")
    assert state(root)["visible"] == ["pane-2"]
    expect(root.locator("figure .name")).to_have_text("JPEG 2000")


def test_auto_flicker_alternates_the_last_two_and_stops(page, serve):
    root = open_scene(page, serve, "3")
    press_mode(root, "flicker")
    page.keyboard.press("2")
    root.locator(".rate").fill("6")
    root.locator(".auto").click()
    wait_for(root, "state => state.visible[0] === 'original'")
    wait_for(root, "state => state.visible[0] === 'pane-1'")
    root.locator(".auto").click()
    shown = state(root)["visible"]
    page.wait_for_timeout(500)
    assert state(root)["visible"] == shown


def test_chips_and_numbers_with_shift_choose_what_is_side_by_side(page, serve):
    root = open_scene(page, serve, "6")
    assert state(root)["visible"] == ["original", "pane-1", "pane-2", "pane-3", "pane-4", "pane-5"]
    root.locator("[data-chip=pane-1]").click()
    page.keyboard.press("Shift+6")
    assert state(root)["visible"] == ["original", "pane-2", "pane-3", "pane-4"]
    page.keyboard.press("Shift+2")
    assert state(root)["visible"] == ["original", "pane-1", "pane-2", "pane-3", "pane-4"]
    expect(root.locator("figure")).to_have_count(5)


def test_the_split_follows_the_pointer_and_the_arrow_keys(page, serve):
    root = open_scene(page, serve, "2")
    press_mode(root, "split")
    box = root.locator(".frame").bounding_box()
    divider = root.locator(".divider")
    page.mouse.move(*center(divider))
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 40, steps=5)
    page.mouse.up()
    assert state(root)["split"] == pytest.approx(0.4, abs=0.01)
    divider.press("ArrowRight")
    assert state(root)["split"] == pytest.approx(0.41, abs=0.01)
    assert state(root)["view"]["fit"]
    painted(page)
    shown = canvas_pixels(root.locator(".frame canvas"))
    scale = int(state(root)["view"]["scale"])
    edge = round(state(root)["split"] * shown.shape[1])
    left, top = (shown.shape[1] - 80 * scale) // 2, (shown.shape[0] - 60 * scale) // 2
    for x, seed in ((edge + 20, 1), (left + 3 * scale, 0 if left + 3 * scale < edge else 1)):
        column, row = (x - left) // scale, 30
        sample = shown[top + row * scale + scale // 2, left + column * scale + scale // 2, :3]
        np.testing.assert_array_equal(sample, noise(60, 80, seed)[row, column])


def test_the_difference_is_that_of_the_arrays(page, serve):
    root = open_scene(page, serve, "3")
    press_mode(root, "difference")
    for _ in range(2):
        page.keyboard.press("[")
    signed = noise(60, 80, 2).astype(int) - noise(60, 80, 0)
    for absolute, amplified in (("false", 128 + 2 * signed), ("true", 2 * np.abs(signed))):
        root.locator(f"[data-absolute={absolute}]").click()
        expect(root.locator("figure[data-cell='pane-2'] .caption")).to_contain_text("max")
        packed = root.evaluate(f"root => ({TO_BASE64})(root.nicviz.difference('pane-2'))")
        np.testing.assert_array_equal(to_array(packed)[..., :3], np.clip(amplified, 0, 255))
        caption = root.locator("figure[data-cell='pane-2'] .caption").inner_text()
        assert caption == f"max {np.abs(signed).max()} · mean {np.abs(signed).mean():.2f} levels"


def test_the_difference_takes_the_chosen_reference_and_reads_signed_values(page, serve):
    root = open_scene(page, serve, "3")
    press_mode(root, "difference")
    root.locator(".reference").select_option("pane-1")
    page.mouse.move(*center(pane_canvas(root, "pane-2")))
    wait_for(root, "state => state.mark")
    now = state(root)
    x, y = now["mark"]["x"], now["mark"]["y"]
    values = dict(now["values"])
    expected = noise(60, 80, 2)[y, x].astype(int) - noise(60, 80, 1)[y, x]
    assert values["pane-2"] == expected.tolist()
    assert values["pane-1"] == noise(60, 80, 1)[y, x].tolist()
    readout = root.locator(".readout [data-pane=pane-2] b").inner_text()
    assert [int(number.replace("−", "-")) for number in readout.split()] == expected.tolist()


def test_the_readout_gives_the_values_of_every_visible_pane(page, serve):
    root = open_scene(page, serve, "4")
    page.mouse.move(*center(pane_canvas(root, "pane-3")))
    wait_for(root, "state => state.mark")
    now = state(root)
    x, y = now["mark"]["x"], now["mark"]["y"]
    for index, (_, levels) in enumerate(now["values"]):
        assert levels == noise(60, 80, index)[y, x].tolist()
    expect(root.locator(".readout [data-pane]")).to_have_count(4)


def test_a_picture_of_another_size_is_shown_but_not_subtracted(page, serve):
    root = open_scene(page, serve, "shapes")
    press_mode(root, "difference")
    cover = root.locator("figure[data-cell='pane-2'] .cover")
    expect(cover).to_have_text("No difference: 1 × 1 pixels here, 47 × 31 in Original.")


def test_a_pending_pane_says_so_and_then_shows_its_picture(page, serve):
    root = open_scene(page, serve, "pending")
    pending = root.locator("figure[data-cell='pane-1']")
    expect(pending.locator(".cover")).to_have_text("compressing…")
    expect(root.locator("figure[data-cell='pane-2'] .cover.failed")).to_contain_text("choose a smaller crop")
    expect(pending.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_text("Arrived").click()
    wait_for(root, "state => state.panes[1].current")
    expect(pending.locator(".cover")).to_be_hidden()
    np.testing.assert_array_equal(pixels(root, "pane-1")[..., :3], noise(60, 80, 1))
    page.get_by_text("Arrived").click()
    expect(pending.locator(".cover")).to_have_text("compressing…")
    assert root.evaluate("root => root.nicviz.pixels('pane-1')") is None


def test_the_split_starts_with_a_picture_that_did_not_fail(page, serve):
    root = open_scene(page, serve, "pending")
    press_mode(root, "split")
    assert state(root)["visible"] == ["original", "pane-1"]
    root.locator("select.right").select_option("pane-2")
    expect(root.locator(".cover.failed")).to_contain_text("Out of memory")
    root.locator("[data-do=swap]").click()
    assert state(root)["visible"] == ["pane-2", "original"]


def test_no_panes_are_an_empty_state(page, serve):
    root = open_scene(page, serve, "empty")
    expect(root.locator(".empty")).to_have_text("No pictures yet.")
    expect(root.locator("[data-mode=split]")).to_be_disabled()


def test_keys_typed_into_a_text_field_stay_there(page, serve):
    root = open_scene(page, serve, "4")
    before = state(root)
    field = page.get_by_role("textbox", name="Name")
    field.click()
    page.mouse.move(*center(root.locator(".frame").first))
    page.keyboard.type("fwd 12+-0 ")
    assert field.input_value() == "fwd 12+-0 "
    after = state(root)
    assert (after["mode"], after["view"], after["visible"]) == (before["mode"], before["view"], before["visible"])


def test_keys_work_under_the_pointer_and_not_elsewhere(page, serve):
    root = open_scene(page, serve, "4")
    page.mouse.move(5, 5)
    page.keyboard.press("f")
    assert state(root)["mode"] == "side"
    page.mouse.move(*center(root.locator(".frame").first))
    page.keyboard.press("f")
    assert state(root)["mode"] == "flicker"
    page.keyboard.press("+")
    assert not state(root)["view"]["fit"]
    page.keyboard.press("0")
    assert state(root)["view"]["fit"]


def test_looking_around_causes_no_rerun_and_a_click_is_reported_only_where_asked_for(page, serve):
    root = open_scene(page, serve, "2")
    x, y = center(root.locator(".frame").first)
    press_mode(root, "split")
    press_mode(root, "side")
    page.mouse.dblclick(x, y)
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(500)
    expect(page.get_by_text("run 1", exact=True)).to_be_visible()

    root = open_scene(page, serve, "2", "&event=click")
    x, y = center(pane_canvas(root, "pane-1"))
    page.mouse.click(x, y)
    mark = state(root)["mark"]
    expect(page.locator("code")).to_contain_text(
        f"ViewerEvent(type='click', pane='pane-1', x={mark['x']}, y={mark['y']}, width=1, height=1)"
    )


def test_a_rectangle_drawn_with_shift_is_reported(page, serve):
    root = open_scene(page, serve, "2", "&event=rectangle")
    x, y = center(pane_canvas(root, "original"))
    page.keyboard.down("Shift")
    page.mouse.move(x, y)
    start = state(root)["mark"]
    page.mouse.down()
    page.mouse.move(x + 50, y - 40, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    end = state(root)["mark"]
    width, height = end["x"] - start["x"] + 1, start["y"] - end["y"] + 1
    rectangle = f"x={start['x']}, y={end['y']}, width={width}, height={height}"
    expect(page.locator("code")).to_contain_text(f"ViewerEvent(type='rectangle', pane='original', {rectangle})")


def test_the_saved_file_is_the_png_as_sent(page, serve):
    from tests.browser.viewer_app import png

    root = open_scene(page, serve, "3")
    with page.expect_download() as download:
        root.get_by_role("button", name="Save JPEG 2000 as PNG").click()
    assert download.value.suggested_filename == "JPEG-2000.png"
    assert Path(download.value.path()).read_bytes() == png(noise(60, 80, 2))


def test_a_narrow_screen_has_no_horizontal_overflow_in_any_mode(narrow_page, serve):
    root = open_scene(narrow_page, serve, "6")
    assert state(root)["visible"] == ["pane-2", "pane-3"]  # the first two results
    for mode in ("side", "split", "flicker", "difference"):
        press_mode(root, mode)
        painted(narrow_page)
        assert narrow_page.evaluate("document.documentElement.scrollWidth <= innerWidth"), mode
        for part in root.locator(".bar:visible, .stage, .pane, .readout").all():
            assert part.evaluate("node => node.scrollWidth <= node.clientWidth + 1"), mode
        limit = root.bounding_box()
        for button in root.locator("button:visible:not([data-chip]), select:visible, input:visible").all():
            box = button.bounding_box()
            assert box["x"] >= limit["x"] - 1, mode
            assert box["x"] + box["width"] <= limit["x"] + limit["width"] + 1, mode


def test_fingers_pinch_and_pan(narrow_page, serve):
    root = open_scene(narrow_page, serve, "2")
    before = state(root)["view"]["scale"]
    x, y = center(pane_canvas(root, "original"))
    touch = narrow_page.context.new_cdp_session(narrow_page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": px, "y": py, "id": index} for index, (px, py) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    fingers("touchStart", (x - 20, y), (x + 20, y))
    for spread in (30, 45, 60):
        fingers("touchMove", (x - spread, y), (x + spread, y))
    fingers("touchEnd")
    zoomed = state(root)["view"]
    assert zoomed["scale"] == pytest.approx(3 * before, rel=0.1)
    fingers("touchStart", (x, y))
    for step in (10, 25, 40):
        fingers("touchMove", (x - step, y))
    fingers("touchEnd")
    panned = state(root)["view"]
    assert panned["scale"] == zoomed["scale"]
    assert panned["x"] - zoomed["x"] == pytest.approx(40 * 2 / zoomed["scale"], rel=0.3)


def test_every_button_has_a_name_and_the_pictures_are_images(page, serve):
    root = open_scene(page, serve, "4")
    for button in root.locator("button").all():
        assert button.get_attribute("aria-label")
    expect(root.get_by_role("img", name=re.compile("^Corrupted, 0.10 bpp"))).to_be_visible()
    root.locator("[data-do=help]").click()
    expect(root.locator(".help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(root.locator(".help")).to_be_hidden()


def test_a_viewer_that_is_left_frees_its_pictures_and_comes_back_as_it_was(page, serve):
    root = open_scene(page, serve, "3")
    press_mode(root, "flicker")
    root.locator("[data-do='200']").click()
    page.keyboard.press("3")
    before = state(root)
    left = root.element_handle()
    page.get_by_text("Viewer", exact=True).click()
    expect(root).to_have_count(0)
    page.wait_for_function("root => root.nicviz === undefined", arg=left)
    page.get_by_text("Viewer", exact=True).click()
    root.wait_for()
    wait_for(root, "state => state.panes.every(pane => pane.current)")
    after = state(root)
    assert (after["mode"], after["visible"], after["view"]) == (before["mode"], before["visible"], before["view"])


def test_full_screen_fills_the_window_and_keeps_the_pictures(page, serve):
    root = open_scene(page, serve, "2")
    root.locator("[data-do=full-screen]").click()
    page.wait_for_function("document.fullscreenElement !== null")
    page.wait_for_function("root => root.getBoundingClientRect().height >= innerHeight - 1", arg=root.element_handle())
    page.evaluate("document.exitFullscreen()")
    page.wait_for_function("document.fullscreenElement === null")


def test_the_toolbar_says_the_scale_that_is_drawn_in_every_mode(page, serve) -> None:
    root = open_scene(page, serve, "2")
    for mode in ("split", "difference", "side"):
        press_mode(root, "flicker")
        press_mode(root, mode)
        painted(page)
        scale = state(root)["view"]["scale"]
        assert root.locator(".scale").inner_text() == f"{round(100 * scale)} %", mode
