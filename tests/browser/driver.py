"""Drives the app and its viewer in a real browser."""

import base64
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from tests.browser.server import ROOT

APP = ROOT / "app.py"
SCENES = ROOT / "tests" / "browser" / "viewer_app.py"
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
CALM = 400  # milliseconds between two looks at whether a page has settled
NARROW_PIXELS = 640  # below this the navigation is in the sidebar, which covers the page
TO_BASE64 = """pixels => {
    let text = "";
    for (let i = 0; i < pixels.data.length; i += 8192)
        text += String.fromCharCode(...pixels.data.subarray(i, i + 8192));
    return {width: pixels.width, height: pixels.height, data: btoa(text)};
}"""


class Watch:
    """Collects what a page must not do: errors in the console, uncaught exceptions, requests to other machines.

    Attributes:
        forgiven: texts; what has one of them in it is no fault.
    """

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.forgiven: list[str] = []

    @property
    def faults(self) -> list[str]:
        return [fault for fault in self.seen if not any(text in fault for text in self.forgiven)]

    def attach(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"uncaught: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.hostname not in {"127.0.0.1", "localhost"}:
            self.seen.append(f"request: {request.url}")


def follow(page: Page, link: str) -> None:
    """Click on another page's name; with the page's own address Streamlit first asks for files that are not there."""
    narrow = page.viewport_size["width"] < NARROW_PIXELS
    links = page.locator(".st-key-page-links") if narrow else page
    links.get_by_role("link", name=link).click()


def main_width(page: Page) -> int:
    """Return the width of what the page holds, in CSS pixels; more than the screen means scrolling sideways."""
    return page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth")


def settled(page: Page, timeout: int) -> None:
    """Wait, `timeout` milliseconds at most for each thing, until a page has been drawn whole and nothing is at work.

    Twice: just after a first look a run may begin, or an element be there beside the one that takes its place.
    """
    for _ in range(2):
        expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=timeout)
        expect(page.locator("[data-test-script-state=running]")).to_have_count(0, timeout=timeout)
        expect(page.locator("[data-stale=true]")).to_have_count(0, timeout=timeout)
        page.wait_for_timeout(CALM)


def painted(page: Page) -> None:
    """Wait until what has been asked for so far is on the screen."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def wait_for(root: Locator, condition: str) -> None:
    handle = root.element_handle()
    root.page.wait_for_function(f"root => root.nicviz && ({condition})(root.nicviz.state)", arg=handle)


def state(root: Locator) -> dict:
    return root.evaluate("root => root.nicviz.state")


def to_array(packed: dict) -> np.ndarray:
    flat = np.frombuffer(base64.b64decode(packed["data"]), np.uint8)
    return flat.reshape(packed["height"], packed["width"], 4)


def pixels(root: Locator, name: str) -> np.ndarray:
    """RGBA of the decoded picture."""
    return to_array(root.evaluate(f"async (root, name) => ({TO_BASE64})(await root.nicviz.pixels(name))", name))


def canvas_pixels(canvas: Locator) -> np.ndarray:
    """RGBA of what is drawn on the screen."""
    read = "canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
    return to_array(canvas.evaluate(f"canvas => ({TO_BASE64})({read})"))


def box_of(locator: Locator) -> dict[str, float]:
    """Return where an element is: between two looks Streamlit may put a new one in its place, which has none yet."""
    for _ in range(50):
        box = locator.bounding_box()
        if box is not None:
            return box
        locator.page.wait_for_timeout(100)
    raise AssertionError(f"{locator} has no box.")


def center(locator: Locator) -> tuple[float, float]:
    box = box_of(locator)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pane_canvas(root: Locator, name: str) -> Locator:
    return root.locator(f"figure[data-cell='{name}'] canvas")


def hash_of(root: Locator, name: str) -> str:
    """Return what tells the picture of a pane from others."""
    return root.evaluate("(root, name) => root.nicviz.state.panes.find(p => p.name === name).hash", name)


def open_scene(page: Page, serve: Callable[[Path], str], scene: str, query: str = "") -> Locator:
    """Open a scene of `viewer_app.py` and return its viewer, once all panes have their pictures."""
    page.goto(f"{serve(SCENES)}/?scene={scene}{query}")
    root = page.locator(".viewer")
    root.wait_for()
    wait_for(root, "state => state.panes.every(pane => pane.current || !pane.hash)")
    return root


def press_mode(root: Locator, mode: str) -> None:
    """Choose a mode of the viewer by its button."""
    root.locator(f"[data-mode={mode}]").click()
