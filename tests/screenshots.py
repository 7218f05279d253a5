"""Make the pictures of the README: `make screenshots`. Needs chromium on the PATH."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGS, ROOT, free_port, stop

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
NOISY = "image=coffee&corruption=gaussian_noise:2&seed=1&codec=jpeg2000&codec=compact-hyperprior&match=bpp:0.6"
SHOTS = {
    "compare": ("", WIDE, "light"),
    "compare-noise-dark": ("?" + NOISY, WIDE, "dark"),
    "spectra": ("spectra?image=motorcycle&codec=jpeg2000&codec=compact-hyperprior&match=psnr:29", WIDE, "light"),
    "heatmap": ("heatmap?image=coffee&codec=jpeg:50&codec=jpeg2000:40&match=off", WIDE, "light"),
    "color": ("color?image=coffee&codec=jpeg&codec=compact-hyperprior&match=bpp:0.5", WIDE, "light"),
    "rate-distortion": ("rd?image=chelsea&codec=jpeg:50&codec=webp:50&match=off", WIDE, "dark"),
    "narrow": ("", NARROW, "light"),
}


def settle(page: Page) -> None:
    """Wait until nothing runs and nothing can be canceled any more."""
    page.locator(".viewer, .js-plotly-plot").first.wait_for(timeout=60_000)
    for _ in range(240):
        busy = page.get_by_role("button", name="Cancel").count() + page.locator("[data-testid=stStatusWidget]").count()
        if not busy:
            break
        time.sleep(0.5)
    time.sleep(2)


def main() -> None:
    executable = shutil.which("chromium")
    if executable is None:
        sys.exit("needs chromium on the PATH")
    wanted = sys.argv[1:] or list(SHOTS)
    port = free_port()
    with tempfile.TemporaryDirectory() as cache, sync_playwright() as playwright:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
        environment = {**os.environ, "NICVIZ_CACHE": cache}
        server = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        try:
            while True:
                with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                    break
                time.sleep(0.1)
            browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS)
            for name in wanted:
                path, size, scheme = SHOTS[name]
                page = browser.new_page(viewport=size, color_scheme=scheme)
                page.goto(f"http://127.0.0.1:{port}/{path}")
                settle(page)
                page.screenshot(path=ROOT / "docs" / f"{name}.png")
                page.close()
                sys.stdout.write(f"docs/{name}.png\n")
            browser.close()
        finally:
            stop(server)


if __name__ == "__main__":
    main()
