"""The README's recipes for a metric, a codec and a page, carried out in a copy of the tree as they stand there."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
RECIPES = README.partition("## Adding to it")[2].partition("\n## ")[0]
FILE = re.compile(r"`([\w/]+\.py)`,?\n\n```python\n(.*?)```", re.DOTALL)
LINE = re.compile(r"one line in `([\w/.]+)`.*?```diff\n-(.*?)\n\+(.*?)\n```", re.DOTALL)


def recipe(name: str) -> str:
    return RECIPES.partition(f"**A {name}**")[2].partition("\n**A ")[0]


def carry_out(text: str, tree: Path) -> None:
    files = FILE.findall(text)
    assert files
    for name, content in files:
        assert not (tree / name).exists(), name
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text(content, "utf-8")
    ((name, before, after),) = LINE.findall(text)
    old = (tree / name).read_text("utf-8")
    assert old.count(before + "\n") == 1, f"{name} has not the line that the README changes"
    (tree / name).write_text(old.replace(before + "\n", after + "\n"), "utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy without the weights, which nothing here needs."""
    for name in ("nicviz", "pages", ".streamlit"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.safetensors", "__pycache__"))
    shutil.copy(ROOT / "app.py", tmp_path)
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "test_layers.py", tmp_path / "tests")
    return tmp_path


def run(tree: Path, *words: str) -> str:
    environment = {"PATH": "/usr/bin:/bin", "NICVIZ_CACHE": str(tree / "cache"), "HOME": str(tree)}
    done = subprocess.run(
        [sys.executable, *words], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def analyze(tree: Path, codec: str) -> dict[str, object]:
    words = ("-m", "nicviz", "analyze", "zone-plate@176", "--codec", codec, "--json")
    return json.loads(run(tree, *words))["results"][0]


def keeps_the_layers(tree: Path) -> None:
    run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_layers.py", "-k", "a_file_imports or heavy")


def test_a_metric_is_one_file_and_one_line(tree: Path) -> None:
    carry_out(recipe("metric"), tree)
    row = analyze(tree, "jpeg:30")
    assert 0 < row["mean_error"] < 50
    words = (
        "-m",
        "nicviz",
        "rd",
        "zone-plate@176",
        "--codec",
        "jpeg:10,40,70,90",
        "--codec",
        "webp:5,30,60,85",
        "--json",
    )
    record = json.loads(run(tree, *words))
    assert record["curves"][0]["points"][0]["mean_error"] > record["curves"][0]["points"][-1]["mean_error"]
    assert "mean_error" in {entry["metric"] for entry in record["bd_rate"]}
    assert "mean_error" in run(tree, "-c", "from nicviz.metrics import AXES; print(*AXES)")
    keeps_the_layers(tree)


def test_a_codec_is_one_file_and_one_line(tree: Path) -> None:
    carry_out(recipe("codec"), tree)
    assert analyze(tree, "qoi")["psnr_db"] is None, "infinite"
    assert "qoi" in {row["name"] for row in json.loads(run(tree, "-m", "nicviz", "codecs", "--json"))}
    keeps_the_layers(tree)


def test_a_page_is_a_folder_a_file_and_a_line(tree: Path) -> None:
    carry_out(recipe("page"), tree)
    script = (
        "from streamlit.testing.v1 import AppTest\n"
        f"app = AppTest.from_file({str(tree / 'app.py')!r}, default_timeout=60).run()\n"
        "app.switch_page('pages/colors.py').run()\n"
        "assert not app.exception, app.exception\n"
        "print(app.title[0].value, app.metric[0].value)\n"
    )
    title, count = run(tree, "-c", script).split()
    assert title == "Colors"
    assert int(count) > 100
    keeps_the_layers(tree)
