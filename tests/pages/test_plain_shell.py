"""The commands that pages show run as printed: in a shell with nothing set, from any folder."""

import subprocess

import pytest

from nicviz.images import encode_png
from nicviz.ui.kit.plain_shell import in_plain_shell
from tests.codecs.pictures import photograph
from tests.pages.driver import ROOT, open_page, settle

PAGES = {
    "compare": {"image": "own/house", "codec": ["jpeg:30", "twice:5"]},
    "color": {"image": "own/house", "codec": ["jpeg:30"], "color": "ladder"},
    "rd": {"image": "own/house", "codec": ["jpeg:30", "webp:30"]},
    "spectra": {"image": "own/house", "codec": ["jpeg:30"], "corruption": "gaussian_noise:2"},
    "theory": {"image": "own/house", "codec": ["jpeg:30"]},
    "heatmap": {"image": "slanted-edges@64", "codec": ["jpeg:30"], "grid": "nyquist"},
}


@pytest.fixture
def own_things(monkeypatch, tmp_path):
    """A picture and a codec that only environment variables lead to."""
    folder = tmp_path / "my pictures" / "own"
    folder.mkdir(parents=True)
    (folder / "house.png").write_bytes(encode_png(photograph(64)))
    table = tmp_path / "codecs.toml"
    copy = ["{python}", "-c", "import shutil, sys; shutil.copy(*sys.argv[1:])"]
    scale = 'scale = { label = "q", low = 1, high = 9, default = 5, step = 1, higher_is_better = true }'
    commands = f"encode = {[*copy, '{input}', '{bitstream}']}\ndecode = {[*copy, '{bitstream}', '{output}']}\n"
    table.write_text("[twice]\n" + commands.replace("'", '"') + scale + "\n")
    monkeypatch.setenv("NICVIZ_IMAGES", str(folder.parent))
    monkeypatch.setenv("NICVIZ_CODECS", str(table))
    monkeypatch.chdir(tmp_path)  # what the commands save goes here


@pytest.mark.parametrize("page", PAGES)
def test_a_command_runs_as_printed_in_a_shell_with_nothing_set(page, own_things, tmp_path) -> None:
    app = settle(open_page(page, match="off", **PAGES[page]))
    assert not app.exception
    (shown,) = [code.value for code in app.code if "-m nicviz" in code.value]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C"}
    done = subprocess.run(
        ["/bin/sh", "-c", shown], cwd="/", env=environment, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout


def test_a_server_that_was_started_elsewhere_tells_where_nicviz_is(monkeypatch, tmp_path) -> None:
    elsewhere = tmp_path / "it's elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    shown = in_plain_shell("python -m nicviz codecs --json")
    assert str(ROOT) in shown
    done = subprocess.run(
        ["/bin/sh", "-c", shown], cwd="/", env={"PATH": "/bin"}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "jpeg2000" in done.stdout
