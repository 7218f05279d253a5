"""Make the pictures of the README: `make screenshots`, or some of them by name. Needs chromium on the PATH.

Each is taken when its work is done, and what is open after LONGEST as it is then: a heatmap is a picture before it is
finished. The exit code says whether all were.
"""

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

from tests.browser.server import CHROMIUM_ARGS, ROOT, free_port, stop, wait_until_healthy

FOLDER = ROOT / "docs"
LONGEST = 65.0  # seconds, from the start of the browser
AT_ONCE = 2
PATIENCE = 10_000  # milliseconds for a single step of the browser
MOST_BYTES = 300_000
NOISY = "image=coffee&corruption=gaussian_noise:2&seed=1&codec=jpeg2000&codec=compact-hyperprior&match=bpp:0.6"
SHOTS = {  # name to path, color scheme and height
    "compare": ("", "light", 900),
    "compare-noise-dark": (f"?{NOISY}", "dark", 900),
    "spectra": ("spectra?image=motorcycle&codec=jpeg2000&codec=compact-hyperprior&match=psnr:29", "light", 900),
    "color": ("color?image=coffee&codec=jpeg&codec=compact-hyperprior&match=bpp:0.5", "dark", 1200),
    "rate-distortion": ("rd?image=chelsea&codec=jpeg2000:50&codec=compact-hyperprior:3&match=off", "light", 900),
    "latents": (
        "latents?image=astronaut&codec=compact-hyperprior:4&match=off&latents=basis&latent_channel=63",
        "light",
        900,
    ),
    "theory": (
        "theory?theory=codec&trained=brown&image=astronaut&codec=compact-hyperprior&match=bpp:0.46",
        "light",
        1100,
    ),
    "robustness": ("robustness?robust=claims", "light", 1200),
    "heatmap": ("heatmap?image=coffee&codec=jpeg:40&codec=compact-hyperprior:3&match=off", "light", 900),
}


class Shot:
    """A page that is opened, looked at until its work is done, and taken."""

    def __init__(self, browser: Browser, url: str, name: str) -> None:
        path, scheme, height = SHOTS[name]
        self.name = name
        self.calm_since: float | None = None
        self.page: Page = browser.new_page(viewport={"width": 1440, "height": height}, color_scheme=scheme)
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(f"{url}/{path}", wait_until="commit")

    def is_calm(self) -> bool:
        """Return whether something is drawn and nothing has been running for two seconds."""
        drawn = self.page.locator(".viewer, .js-plotly-plot, .planes, .cells, .nv-claims").count()
        busy = self.page.get_by_role("button", name="Cancel").count()
        busy += self.page.locator("[data-testid=stStatusWidget], [data-stale=true]").count()
        self.calm_since = None if busy or not drawn else self.calm_since or time.monotonic()
        return self.calm_since is not None and time.monotonic() - self.calm_since > 2

    def take(self) -> Path:
        """Write the picture, in as many colors as fit into MOST_BYTES, and close the page."""
        image = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        self.page.close()
        file = FOLDER / f"{self.name}.png"
        for colors in (256, 192, 128, 64):
            palette = image.quantize(colors, method=Image.Quantize.MEDIANCUT)
            image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(file, optimize=True)
            if file.stat().st_size <= MOST_BYTES:
                break
        return file


def main() -> int:
    executable = shutil.which("chromium")
    if executable is None:
        sys.exit("needs chromium on the PATH")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server is stopped too
    names = sys.argv[1:] or list(SHOTS)
    if unknown := set(names) - set(SHOTS):
        sys.exit(f"knows {', '.join(SHOTS)}; not {', '.join(unknown)}")
    url = f"http://127.0.0.1:{(port := free_port())}"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        log = Path(folder) / "log.txt"
        command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
        with log.open("wb") as out:
            environment = {**os.environ, "NICVIZ_CACHE": f"{folder}/cache"}
            server = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
            )
        try:
            wait_until_healthy(url, server, log)
            browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS)
            unfinished = take_all(browser, url, names)
            browser.close()
        finally:
            stop(server)
    return 1 if unfinished else 0


def take_all(browser: Browser, url: str, names: list[str]) -> list[str]:
    """Take each page when it is calm, all of them at the end; return the names of those that were not."""
    end = time.monotonic() + LONGEST
    coming, opened, unfinished = list(names), [], []
    while opened or (coming and time.monotonic() < end):
        over = time.monotonic() > end
        while coming and not over and len(opened) < AT_ONCE:
            opened.append(Shot(browser, url, coming.pop(0)))
        for shot in [each for each in opened if over or each.is_calm()]:
            opened.remove(shot)
            try:
                note = "" if shot.calm_since else ", not finished"
                sys.stdout.write(f"{shot.take().relative_to(ROOT)}{note}\n")
            except TimeoutError:
                shot.calm_since = None
            if shot.calm_since is None:
                unfinished.append(shot.name)
            sys.stdout.flush()
        time.sleep(0.3)
    return unfinished + coming


if __name__ == "__main__":
    sys.exit(main())
