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
expect.set_options(timeout=15_000)  # a browser that paints without a GPU shares two cores with a server


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


OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def context(browser: Browser, no_console_errors: Watch) -> Iterator[OpenContext]:
    """context(**options) opens a watched browser context; options are Playwright's, such as color_scheme="dark"."""
    opened: list[BrowserContext] = []

    def start(**options: object) -> BrowserContext:
        context = browser.new_context(**{"color_scheme": "light", **options})
        context.set_default_timeout(20_000)
        context.on("page", no_console_errors.attach)
        opened.append(context)
        return context

    yield start
    for each in opened:
        each.close()


@pytest.fixture
def page(context: OpenContext) -> Page:
    return context(viewport=WIDE).new_page()


@pytest.fixture
def narrow_page(context: OpenContext) -> Page:
    return context(viewport=NARROW, has_touch=True, is_mobile=True, device_scale_factor=2).new_page()
