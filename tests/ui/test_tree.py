"""The rooms of the interface: shell, kit, viewer and plane for all, and a folder a page, which no other page enters."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = {"shell", "kit", "viewer", "plane"}
FOLDERS = {folder.name for folder in (ROOT / "nicviz" / "ui").iterdir() if (folder / "__init__.py").exists()}
PAGES = sorted((ROOT / "pages").glob("*.py"))
FILES = [*sorted((ROOT / "nicviz" / "ui").rglob("*.py")), *PAGES]


@pytest.mark.parametrize("room", ["kit", "viewer", "plane"])
def test_what_the_shell_stands_on_does_not_know_it(room: str) -> None:
    files = [file for file in FILES if file.parent.name == room]
    assert files
    assert [file.name for file in files if "nicviz.ui.shell" in file.read_text()] == []


def test_there_is_a_folder_for_each_page() -> None:
    assert {page.stem for page in PAGES} == FOLDERS - SHARED


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_page_imports_what_is_shared_and_its_own_folder(file: Path) -> None:
    page = file.stem if file.parent.name == "pages" else file.parent.name
    used = set(re.findall(r"nicviz\.ui\.(\w+)", file.read_text()))
    assert used <= SHARED | ({page} - SHARED), file


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_one_thin_file(page: Path) -> None:
    assert len(page.read_text().splitlines()) <= 80
