"""The dashboard in a real browser: cold start, time from a changed quality to the new picture, memory, many users.

    python -m tests.benchmarks.bench_app [--views 200] [--sessions 8] [--only tabs]

Times are from the user's action to the new picture in the viewer, so that they hold the way through the browser too.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from tests.browser.server import CHROMIUM_ARGS, ROOT, free_port, stop

MEGABYTE = 2**20


@contextmanager
def server(cache: str) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    flags = [f"--server.port={port}", "--server.address=127.0.0.1"]
    command = [sys.executable, "-m", "nicviz.ui.shell.launch", *flags]  # as `make run` does
    environment = {**os.environ, "NICVIZ_CACHE": cache, **({"NICVIZ_IMAGES": str(SHARED)} if KODAK else {})}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while True:
            with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                break
            time.sleep(0.02)
        yield url, psutil.Process(process.pid)
    finally:
        stop(process)


def memory(process: psutil.Process) -> float:
    """Resident megabytes of the server and its workers."""
    total = 0
    for each in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            total += each.memory_info().rss
    return total / MEGABYTE


def wait_for_pane(page: Page, name: str, other_than: str | None = None) -> None:
    """Wait until the viewer shows a picture in a pane, and not the one with the hash `other_than`."""
    root = page.locator(".viewer")  # in a shadow root, which locators see through and documents do not
    root.wait_for()
    page.wait_for_function(
        """([root, name, old]) => root.nicviz?.state.panes.some(
            pane => pane.name === name && pane.current && pane.hash && pane.hash !== old)""",
        arg=[root.element_handle(), name, other_than],
        timeout=60_000,
    )


def pane_hash(page: Page, name: str) -> str:
    return str(
        page.locator(".viewer").evaluate(
            "(root, name) => root.nicviz.state.panes.find(p => p.name === name).hash", name
        )
    )


def cold_start(browser) -> None:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch, compressai, streamlit"], check=True, stderr=subprocess.DEVNULL)
    importing = time.perf_counter() - start
    cache = tempfile.mkdtemp()
    start = time.perf_counter()
    with server(cache) as (url, _):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        wait_for_pane(page, "codec-1")
        classical = time.perf_counter() - start
        wait_for_pane(page, "codec-2")
        neural = time.perf_counter() - start
        page.close()
    shutil.rmtree(cache, ignore_errors=True)
    print(f"import torch, compressai, streamlit    {importing:6.2f} s")
    print(f"cold start to original and JPEG 2000   {classical:6.2f} s   (bar 3)")
    ratio = (neural - classical) / importing
    print(f"from there to the neural codec         {neural - classical:6.2f} s   {ratio:.2f}× the import (bar 1.3)")


SHARED = Path(os.environ.get("NICVIZ_SHARED", ROOT.parent / "shared"))
KODAK = (SHARED / "kodak").is_dir()
PICTURE = "kodak/kodim05" if KODAK else "motorcycle"  # 768×512, or 741×500
SLIDERS = {"jpeg": 0.3, "jpeg2000": 0.6, "compact-hyperprior": 1.0}


def press(page: Page, key: str, pane: str) -> float:
    """Press a key on the focused slider and return the seconds until the new picture is there."""
    before = pane_hash(page, pane)
    start = time.perf_counter()
    page.keyboard.press(key)
    wait_for_pane(page, pane, before)
    return time.perf_counter() - start


def changed_quality(browser, folder: str) -> None:
    """From the key to the picture in the browser; Streamlit's slider itself holds a change back for a moment."""
    with server(folder) as (url, _):
        for codec in SLIDERS:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{url}/?image={PICTURE}&codec={codec}&match=off")
            wait_for_pane(page, "codec-1")
            page.locator("[data-testid=stSidebar] input[type=range]").last.focus()
            time.sleep(3)
            new = [press(page, "ArrowLeft", "codec-1") for _ in range(3) if not time.sleep(1.5)]
            seen = [press(page, "ArrowRight", "codec-1") for _ in range(3) if not time.sleep(1.5)]
            medians = statistics.median(new), statistics.median(seen)
            print(f"{codec:20} in the browser: changed {medians[0]:5.2f} s   seen before {medians[1]:5.2f} s")
            page.close()


def server_time(folder: str) -> None:
    """From the start of the script's run to the call that sends the viewer its pictures, in this process."""
    from streamlit.testing.v1 import AppTest

    import nicviz.ui.viewer as module

    os.environ["NICVIZ_CACHE"] = folder
    if KODAK:
        os.environ["NICVIZ_IMAGES"] = str(SHARED)
    drawn: list[tuple[float, bool]] = []
    show = module.viewer

    def watched(panes, **options):
        drawn.append((time.perf_counter(), all(pane.png for pane in panes)))
        return show(panes, **options)

    module.viewer = watched
    for codec, bar in SLIDERS.items():
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        app.query_params.update({"image": PICTURE, "codec": codec, "match": "off"})
        app.run()

        def change(steps: int, app=app, codec=codec) -> float:
            kind = app.select_slider if codec == "jpeg2000" else app.slider
            slider = kind(key=f"quality-0-{codec}")
            if codec == "jpeg2000":
                options = slider.options
                slider.set_value(float(options[options.index(f"{slider.value:.4g}") + steps]))
            else:
                slider.set_value(slider.value + steps)
            drawn.clear()
            start = time.perf_counter()
            app.run()
            return next(at for at, whole in drawn if whole) - start

        new = statistics.median(change(-1) for _ in range(3))
        seen = statistics.median(change(1) for _ in range(3))
        print(f"{codec:20} server: changed {new:5.2f} s (bar {bar})   seen before {seen:5.2f} s (bar 0.15)")
    module.viewer = show


def many_views(browser, views: int) -> None:
    with tempfile.TemporaryDirectory() as cache, server(cache) as (url, process):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(
            f"{url}/?image=coffee&codec=jpeg:10&codec=compact-hyperprior:3&corruption=gaussian_noise:2&seed=0&match=off"
        )
        wait_for_pane(page, "codec-2")
        samples = []
        for number in range(views):
            key = "ArrowRight" if (number // 80) % 2 == 0 else "ArrowLeft"
            if number % 20 == 0:
                page.locator("[data-testid=stSidebar] input[type=range]").nth(0).focus()  # the severity
                before = pane_hash(page, "codec-2")
                page.keyboard.press("ArrowRight" if (number // 20) % 4 < 2 else "ArrowLeft")
                wait_for_pane(page, "codec-2", before)
                page.locator("[data-testid=stSidebar] input[type=range]").nth(1).focus()
            press(page, key, "codec-1")
            samples.append(memory(process))
        half = samples[len(samples) // 2 :]
        page.close()
    print(
        f"{views} views: {max(samples):.0f} MB at most (bar 3000), second half from {half[0]:.0f} to {half[-1]:.0f} MB"
    )


def many_sessions(browser, sessions: int) -> None:
    with tempfile.TemporaryDirectory() as cache, server(cache) as (url, process):
        pages = [browser.new_page(viewport={"width": 1440, "height": 900}) for _ in range(sessions)]
        for page in pages:
            page.goto(f"{url}/?image=chelsea&codec=jpeg:50&codec=compact-hyperprior:3&match=off")
        for page in pages:
            wait_for_pane(page, "codec-2")
        times = []
        for _ in range(6):
            befores = [pane_hash(page, "codec-1") for page in pages]
            start = time.perf_counter()
            for page in pages:
                page.locator("[data-testid=stSidebar] input[type=range]").first.focus()
                page.keyboard.press("ArrowRight")
            for page, before in zip(pages, befores, strict=True):
                wait_for_pane(page, "codec-1", before)
                times.append(time.perf_counter() - start)
        errors = sum(page.locator("[data-testid=stException], [data-testid=stAlert]").count() for page in pages)
        print(f"{sessions} sessions: {errors} errors, round of clicks: median {statistics.median(times):.2f} s, "
              f"slowest {max(times):.2f} s, {memory(process):.0f} MB")  # fmt: skip


SAMPLES = ("astronaut", "coffee", "chelsea", "rocket", "motorcycle", "retina", "hubble_deep_field", "camera")
PAGES = ("", "color", "rd", "spectra", "heatmap")


def three_tabs(browser) -> None:
    """A new picture on Compare while a heatmap and curves over all photographs are in the making; and alone."""
    asked = "codec=jpeg2000&codec=compact-hyperprior&match=bpp:0.46"
    for busy in (False, True):
        with tempfile.TemporaryDirectory() as cache, server(cache) as (url, _):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{url}/?image=chelsea&{asked}")
            wait_for_pane(page, "codec-2")
            others = [browser.new_page() for _ in range(2 * busy)]
            for other, path in zip(
                others, ("heatmap?image=chelsea&norm=5&", "rd?image=chelsea&over=photographs&"), strict=False
            ):
                other.goto(f"{url}/{path}{asked}")
            time.sleep(12 * busy)
            times = []
            for title in ("Coffee", "Rocket", "Motorcycle", "Portrait"):
                before = [pane_hash(page, name) for name in ("codec-1", "codec-2")]
                page.get_by_label("Image", exact=True).first.click()
                page.keyboard.type(title)
                start = time.perf_counter()
                page.keyboard.press("Enter")
                for name, old in zip(("codec-1", "codec-2"), before, strict=True):
                    wait_for_pane(page, name, old)
                times.append(time.perf_counter() - start)
                time.sleep(3)
            for each in (page, *others):
                each.close()
        beside = "beside a heatmap and curves" if busy else "alone"
        print(f"new picture, matched, {beside}: " + ", ".join(f"{each:.1f}" for each in times) + " s")


def afternoon(browser, rounds: int) -> None:
    """Memory of the server over sessions that open every page on picture after picture, and leave."""
    with tempfile.TemporaryDirectory() as cache, server(cache) as (url, process):
        for number in range(rounds):
            image = SAMPLES[number % len(SAMPLES)]
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            for path in PAGES:
                query = f"image={image}&side=512&codec=jpeg:{20 + number}&codec=compact-hyperprior&match=off"
                page.goto(f"{url}/{path}?{query}&corruption=gaussian_noise:{1 + number % 5}")
                time.sleep(4)
            page.close()
            print(f"after {number + 1:3d} rounds of all pages: {memory(process):.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--views", type=int, default=200)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--only", choices=["start", "server", "quality", "views", "sessions", "tabs", "afternoon"])
    options = parser.parse_args()
    executable = shutil.which("chromium")
    if executable is None:
        sys.exit("needs chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS)
        if options.only in (None, "start"):
            cold_start(browser)
        if options.only in (None, "server"):
            with tempfile.TemporaryDirectory() as cache:
                server_time(cache)
        if options.only in (None, "quality"):
            with tempfile.TemporaryDirectory() as cache:
                changed_quality(browser, cache)
        if options.only in (None, "views"):
            many_views(browser, options.views)
        if options.only in (None, "sessions"):
            many_sessions(browser, options.sessions)
        if options.only in (None, "tabs"):
            three_tabs(browser)
        if options.only in (None, "afternoon"):
            afternoon(browser, 8 if options.only is None else 24)
        browser.close()


if __name__ == "__main__":
    main()
