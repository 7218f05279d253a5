"""The tree of tests mirrors the package, so that one knows where a test is; what tests share has a file of its own."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "nicviz"
OF_THEIR_OWN = {
    "pages",
    "browser",
    "benchmarks",
}
ABOUT_THE_WHOLE = {"test_docs", "test_layers", "test_recipes", "test_tree"}
SHARED = {
    "served.py", "shared_data.py", "screenshots.py", "codecs/hostile.py", "codecs/pictures.py", "codecs/programs.py",
    "analysis/theory/fields.py",
    "codecs/neural/small.py",
    "corruptions/draws.py", "corruptions/pictures.py", "corruptions/reference.py", "images/mutated.py",
    "images/png_writer.py", "images/tiff_writer.py", "run/odd_worker.py", "lessons/steps.py", "requests/links.py",
    "robustness/cubes.py", "sweeps/small_run.py", "tasks/made_up.py",
    "training/picture_folder.py", "pages/driver.py", "browser/driver.py", "browser/server.py", "browser/viewer_app.py",
}  # fmt: skip
AT_THE_TOP = {
    ".ci", ".gitignore", ".streamlit", "LICENSE", "Makefile", "README.md", "app.py", "docs", "nicviz", "pages",
    "pyproject.toml", "requirements.txt", "tests",
}  # fmt: skip
FILES = [file.relative_to(TESTS) for file in TESTS.rglob("*.py") if file.name not in {"__init__.py", "conftest.py"}]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_file_has_its_place(file: Path) -> None:
    own = file.parts[0] in OF_THEIR_OWN
    assert own or (PACKAGE / file.parent).is_dir(), f"nicviz has no {file.parent}"
    if str(file) in SHARED or file.parts[0] == "benchmarks":
        return
    assert file.stem.startswith("test_"), "what is no test is listed in SHARED"
    if len(file.parts) == 1:
        subject = PACKAGE / f"{file.stem.removeprefix('test_')}.py"
        assert subject.is_file() or file.stem in ABOUT_THE_WHOLE, f"nicviz has no {subject.name}"


@pytest.mark.parametrize("file", FILES, ids=str)
def test_nothing_is_imported_from_a_file_of_tests(file: Path) -> None:
    """A file may import itself, as scripts do that Streamlit's driver takes out of it."""
    found = re.findall(
        r"^ *(?:from|import) (tests\S*\.(?:test_|conftest)\w*)", (TESTS / file).read_text(), re.MULTILINE
    )
    assert set(found) <= {".".join(["tests", *file.with_suffix("").parts])}


def test_every_shared_file_is_there() -> None:
    assert [name for name in sorted(SHARED) if not (TESTS / name).is_file()] == []


def test_nothing_that_a_run_saved_is_committed() -> None:
    if shutil.which("git") is None or not (TESTS.parent / ".git").exists():
        pytest.skip("needs git and a checkout")
    listed = subprocess.run(["git", "ls-files"], cwd=TESTS.parent, capture_output=True, text=True, check=True).stdout
    assert {line.split("/")[0] for line in listed.splitlines()} == AT_THE_TOP
