"""How the viewer is laid out: all pictures in sight, captions whole, a phone's own layout, text that can be read."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import open_scene, painted, press_mode, state, wait_for

# The contrast of every text that is seen: colors are drawn over one another on a canvas, from the root to the text.
CONTRASTS = """root => {
    const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const luminance = () => {
        const linear = [...context.getImageData(0, 0, 1, 1).data].map(level => level / 255)
            .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const fill = color => { context.fillStyle = color; context.fillRect(0, 0, 1, 1); return luminance(); };
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest(":disabled, option")) continue;
        const line = [];
        for (let at = node; at && root.contains(at); at = at.parentElement) line.unshift(at);
        context.globalAlpha = 1;
        let ground = fill("white");
        for (const each of line) {
            context.globalAlpha = Number(getComputedStyle(each).opacity);
            ground = fill(getComputedStyle(each).backgroundColor);
        }
        context.globalAlpha = line.reduce((alpha, each) => alpha * Number(getComputedStyle(each).opacity), 1);
        const ink = fill(getComputedStyle(node).color);
        const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
        found.push([walker.currentNode.data.trim(), ratio]);
    }
    return found;
}"""

FOCUSED = """root => {
    const node = root.getRootNode().activeElement;
    return root.contains(node) && [node.ariaLabel, getComputedStyle(node).outlineStyle, node.className];
}"""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720)])
@pytest.mark.parametrize("count", [5, 6])
def test_four_codecs_are_all_in_sight_with_the_original(tab, serve, width, height, count):
    page = tab({"width": width, "height": height})
    root = open_scene(page, serve, str(count))
    panes = root.locator("figure.pane")
    expect(panes).to_have_count(count)
    root.evaluate("root => root.scrollIntoView({block: 'center'})")
    boxes = [pane.bounding_box() for pane in panes.all()]
    assert len({box["x"] for box in boxes}) >= 2
    for box in boxes:
        assert box["width"] >= 200
        assert box["height"] >= 150
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
    scales = {(box["width"], box["height"]) for box in (c.bounding_box() for c in root.locator(".frame").all())}
    assert max(h for _, h in scales) - min(h for _, h in scales) <= 1


@pytest.mark.parametrize(("scene", "width"), [("long", 900), ("long", 1440), ("long", 390), ("6", 900)])
def test_titles_keep_their_captions(tab, serve, scene, width):
    page = tab({"width": width, "height": 720})
    root = open_scene(page, serve, scene)
    for caption in root.locator("figcaption .caption").all():
        assert caption.evaluate(
            "node => node.scrollWidth <= node.clientWidth && node.scrollHeight <= node.clientHeight + 2"
        )
        assert caption.evaluate("node => node.clientWidth > 0 || !node.textContent")


def test_titles_take_one_line_where_there_is_room(page, serve):
    root = open_scene(page, serve, "2")
    assert {title.bounding_box()["height"] for title in root.locator("figcaption").all()} == {27}
    page.set_viewport_size({"width": 900, "height": 720})
    root = open_scene(page, serve, "long")
    assert {title.bounding_box()["height"] for title in root.locator("figcaption").all()} == {44}


def pressed(root) -> list[str]:
    return [chip.get_attribute("data-chip") for chip in root.locator("[data-chip][aria-pressed=true]").all()]


def test_a_phone_begins_with_the_first_two_codecs_and_its_chips_swap_them(narrow_page, serve):
    root = open_scene(narrow_page, serve, "5")
    assert state(root)["visible"] == pressed(root) == ["pane-2", "pane-3"]
    root.locator("[data-chip=pane-4]").tap()
    assert state(root)["visible"] == pressed(root) == ["pane-3", "pane-4"]
    root.locator("[data-chip=original]").tap()
    assert state(root)["visible"] == pressed(root) == ["original", "pane-4"]
    root.locator("[data-chip=pane-4]").tap()
    assert state(root)["visible"] == pressed(root) == ["original"]
    root.locator("[data-chip=original]").tap()
    assert state(root)["visible"] == pressed(root) == ["original"]  # one stays


def test_a_phone_shows_the_original_and_the_result_of_one_codec(narrow_page, serve):
    root = open_scene(narrow_page, serve, "3")
    assert state(root)["visible"] == pressed(root) == ["original", "pane-2"]


def test_a_phone_shows_pictures_before_buttons_and_every_chip(narrow_page, serve):
    root = open_scene(narrow_page, serve, "6")
    stage = root.locator(".stage").bounding_box()
    limit = root.bounding_box()
    for button in root.locator(".bar button:visible").all():
        box = button.bounding_box()
        assert box["y"] >= stage["y"] + stage["height"]
        assert limit["x"] - 1 <= box["x"] <= box["x"] + box["width"] <= limit["x"] + limit["width"] + 1
    expect(root.locator("[data-chip]:visible")).to_have_count(6)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_text_has_a_contrast_of_at_least_4_5(tab, serve, theme, width):
    page = tab({"width": width, "height": 844}, theme)
    root = open_scene(page, serve, "pending")
    root.locator("[data-do=help]").click()
    for mode in ("side", "split", "flicker", "difference"):
        press_mode(root, mode)
        wait_for(root, f"state => state.mode === '{mode}'")
        page.mouse.move(5, 5)
        painted(page)
        found = root.evaluate(CONTRASTS)
        assert len(found) > 20
        assert [(text, round(ratio, 2)) for text, ratio in found if ratio < 4.5] == []


def test_every_control_has_a_name_and_shows_its_focus(page, serve):
    root = open_scene(page, serve, "4")
    names = set()
    for mode in ("side", "split", "flicker", "difference"):
        press_mode(root, mode)
        for _ in range(root.locator("button:enabled:visible, select:visible, input:visible").count() + 2):
            page.keyboard.press("Shift+Tab")  # from the pictures to the first button
            focused = root.evaluate(FOCUSED)
            if not focused:
                break
            name, outline, kind = focused
            assert name
            assert outline == "solid" or kind == "divider"  # whose handle shows it
            names.add(name)
    assert {"Flicker", "Picture on the right", "Changes per second", "Amplification", "JPEG 2000"} <= names
