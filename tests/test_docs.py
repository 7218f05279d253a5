"""What the documents say of the tree is so."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
LONGEST = {
    "A picture through": 21,
    "A cell of": 19,
    "A rate–distortion point": 13,
    "A unit of a sweep": 15,
    "An uploaded checkpoint": 10,
}


def test_every_file_that_is_named_is_there() -> None:
    named = re.findall(r"`((?:nicviz|pages|tests)/[\w/]+\.\w+|app\.py)`", ARCHITECTURE)
    assert len(named) > 50
    assert [name for name in named if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("start", LONGEST)
def test_a_journey_is_no_longer_than_half_of_what_it_was(start: str) -> None:
    journey = ARCHITECTURE.partition(f"\n## {start}")[2].partition("\n## ")[0]
    stops = re.findall(r"^\d+\. `([\w/.]+)`", journey, re.MULTILINE)
    assert 0 < len(stops) <= LONGEST[start]
    assert len(set(stops)) == len(stops)


def test_the_readmes_tree_is_the_tree() -> None:
    tree = README.partition("## The tree")[2].partition("```")[2].partition("```")[0]
    named = set(re.findall(r"[\w.]+(?:/|\.py)", tree))
    floors = {f"{path.name}/" for path in (ROOT / "nicviz").iterdir() if path.is_dir() and path.name != "__pycache__"}
    files = {path.name for path in (ROOT / "nicviz").glob("*.py")} - {"__init__.py", "__main__.py"}
    assert (floors | files) - named == set()
