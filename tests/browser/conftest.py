"""A real browser against a real server: fixtures for the tests in this folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.driver import NARROW, WIDE, Watch
from tests.browser.server import CHROMIUM_ARGS, ROOT, free_port, stop, wait_until_healthy

Serve = Callable[..., str]
PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari"
PATIENCE = 60_000  # milliseconds for a single step, on a machine that is busy with other things
expect.set_options(timeout=30_000)  # a browser that paints without a GPU shares two cores with a server


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """serve(script, env={...}) starts a server of its own (one for each script and environment) and gives its URL."""
    running: dict[tuple[object, ...], tuple[str, subprocess.Popen[bytes]]] = {}

    def start(script: str | Path, env: dict[str, str] | None = None) -> str:
        identity = (str(script), *sorted((env or {}).items()))
        if identity in running:
            return running[identity][0]
        folder = tmp_path_factory.mktemp("server")
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
        command += ["--server.address=127.0.0.1", "--server.headless=true", "--browser.gatherUsageStats=false"]
        command += ["--server.fileWatcherType=none"]
        paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "PYTHONPATH": paths, "NICVIZ_CACHE": str(folder / "cache"), **(env or {})}
        log = folder / "log.txt"
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        running[identity] = (url, process)
        wait_until_healthy(url, process, log)
        return url

    yield start
    for _, process in running.values():
        stop(process)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("needs chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def no_console_errors() -> Iterator[Watch]:
    """Fails the test at its end if a page logged an error or asked another machine for something."""
    watch = Watch()
    yield watch
    assert not watch.faults


@pytest.fixture
def own_address(no_console_errors: Watch) -> None:
    """For tests that open a page's own address: Streamlit first asks for its health below it, which is not there."""
    no_console_errors.forgiven.append("404")


OpenContext = Callable[..., BrowserContext]
OpenTab = Callable[..., Page]


@pytest.fixture
def context(browser: Browser, no_console_errors: Watch) -> Iterator[OpenContext]:
    """context(**options) opens a watched browser of its own, where what a test is about is another browser."""
    opened: list[BrowserContext] = []

    def start(**options: object) -> BrowserContext:
        context = browser.new_context(**{"color_scheme": "light", **options})
        context.set_default_timeout(PATIENCE)
        context.on("page", no_console_errors.attach)
        opened.append(context)
        return context

    yield start
    for each in opened:
        each.close()


@pytest.fixture(scope="session")
def lasting_context(browser: Browser) -> Iterator[OpenContext]:
    """lasting_context(**options) is one browser context for each set of options, for the whole session.

    Streamlit's scripts are read and compiled once in it and not for every test, half of what a page load costs: in one
    process for all tabs (`--process-per-site`), which an empty page of the same host keeps alive between tests.
    """
    opened: dict[str, BrowserContext] = {}

    def get(**options: object) -> BrowserContext:
        if repr(options) not in opened:
            context = opened[repr(options)] = browser.new_context(color_scheme="light", **options)
            keeper = context.new_page()
            keeper.route("**", lambda route: route.fulfill(body=""))
            keeper.goto("http://127.0.0.1/")
        return opened[repr(options)]

    yield get
    for each in opened.values():
        each.close()


@pytest.fixture
def tab(lasting_context: OpenContext, no_console_errors: Watch) -> Iterator[OpenTab]:
    """tab(size, scheme) opens a watched page in a browser that no test before has left anything in."""
    used: list[BrowserContext] = []

    def start(size: dict[str, int] = WIDE, scheme: str = "light", **options: object) -> Page:
        context = lasting_context(**{"viewport": WIDE, **options})
        if context not in used:
            context.set_default_timeout(PATIENCE)
            context.on("page", no_console_errors.attach)
            used.append(context)
        page = context.new_page()
        if page.viewport_size != size:
            page.set_viewport_size(size)
        if scheme != "light":
            page.emulate_media(color_scheme=scheme)
        return page

    yield start
    for context in used:
        context.remove_listener("page", no_console_errors.attach)
        for page in context.pages[1:]:
            if page.url.startswith("http"):
                page.evaluate("localStorage.clear()")
            page.close()
        context.clear_cookies()


@pytest.fixture
def page(tab: OpenTab) -> Page:
    return tab()


@pytest.fixture
def narrow_page(tab: OpenTab) -> Page:
    phone = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2, "user_agent": PHONE}
    return tab(NARROW, viewport=NARROW, **phone)
