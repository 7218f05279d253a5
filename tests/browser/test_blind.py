"""The blind comparison in a real browser: votes by key, and nothing on the page that tells which is which."""

import numpy as np
import pytest
from playwright.sync_api import expect

from nicviz.images import encode_png
from nicviz.samples import find_sample
from tests.browser.driver import APP, NARROW_PIXELS, box_of, main_width, settled, wait_for

QUERY = "show=blind&rounds=5&blind_over=images&codec=jpegxl&codec=webp&codec=avif&match=bpp:0.9"
ALL_TEXT = """() => {
    const texts = [];
    const walk = node => {
        if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
        for (const {value} of node.attributes ?? []) texts.push(value);
        for (const each of node.childNodes) walk(each);
        if (node.shadowRoot) walk(node.shadowRoot);
    };
    walk(document.querySelector("[data-testid=stMain]"));
    return texts.join(" ");
}"""


@pytest.fixture(scope="module")
def url(serve, tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("pictures")
    photograph = find_sample("coffee").load().pixels
    for number in range(6):
        part = np.ascontiguousarray(photograph[50 * number : 50 * number + 128, 70 * number : 70 * number + 160])
        (folder / f"part-{number}.png").write_bytes(encode_png(part))
    return f"{serve(APP, {'NICVIZ_IMAGES': str(folder)})}/?{QUERY}"


def begin(page, url: str):
    page.goto(url)
    button = page.locator(".st-key-blind-begin button:enabled")
    button.wait_for()
    if page.viewport_size["width"] < NARROW_PIXELS:  # before it is laid out for one, what is tapped on moves
        expect(page.get_by_text("Rounds, pictures and rate")).to_be_visible()
    settled(page, 60_000)
    button.click()
    return in_round(page, 1)


def in_round(page, number: int):
    """Wait for a round and return its viewer, with all pictures drawn."""
    expect(page.get_by_text(f"Round {number} of 5")).to_be_visible()
    root = page.locator(".viewer")
    wait_for(root, "state => state.panes.length > 2 && state.panes.every(pane => pane.current)")
    return root


def test_votes_by_key_on_pictures_without_names(page, url):
    begin(page, url)
    for number, key in enumerate(("a", "c", "n", "b"), start=1):
        in_round(page, number)
        text = page.evaluate(ALL_TEXT)
        assert "Prefer A" in text, "or nothing was looked at"
        for name in ("JPEG", "jpegxl", "WebP", "webp", "AVIF", "avif", "bpp", " dB"):
            assert name not in text
        page.locator(".stage").hover()  # the keys of the viewer are others
        page.keyboard.press(key)
    in_round(page, 5)
    page.keyboard.press("u")
    in_round(page, 4)
    page.get_by_label("Bits per pixel").click()
    page.keyboard.press("a")  # into a field
    page.get_by_role("heading", name="Compare").click()
    in_round(page, 4)
    page.keyboard.press("b")
    in_round(page, 5)
    page.keyboard.press("a")
    page.get_by_role("button", name="Show the result").click()
    expect(page.get_by_text("In 5 rounds one person preferred")).to_contain_text("no difference once")
    votes = page.locator(".nv-blind tbody td:nth-child(6)")
    expect(votes).to_have_text(["A", "C", "no difference", "B", "A"])
    assert "vote" not in page.url
    with page.context.expect_page() as opened:
        page.locator(".nv-blind a").first.click()
    assert "image=images%2Fpart-" in opened.value.url
    expect(page.get_by_text("In 5 rounds one person preferred")).to_be_visible()


def test_on_a_phone_all_pictures_are_there_and_the_votes_at_hand(narrow_page, url):
    page = narrow_page
    root = begin(page, url)
    assert root.evaluate("root => root.nicviz.state.visible") == ["A", "B", "C"]
    assert main_width(page) <= 390
    prefer = page.get_by_role("button", name="Prefer C")
    box = box_of(prefer)
    assert box["y"] + box["height"] <= 844, "in sight without scrolling"
    prefer.tap()
    in_round(page, 2)
    assert main_width(page) <= 390
