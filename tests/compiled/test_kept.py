"""Compiled code is kept where there is a place for it, and works where there is none or what lies there is damaged."""

import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest
from numba import int64

from nicviz.compiled.kept import kept

pytestmark = pytest.mark.slow  # LLVM is loaded, and compiles
SOURCE = """
from numba import int64
from nicviz.compiled.kept import kept

@kept(int64(int64), nogil=True)
def twice(x):
    return 2 * x
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "twice_in_a_file.py"
    file.write_text(SOURCE)
    return file


@pytest.fixture(autouse=True)
def no_module_is_left() -> Iterator[None]:
    yield
    sys.modules.pop("twice_in_a_file", None)


def load(file: Path) -> ModuleType:
    spec = util.spec_from_file_location("twice_in_a_file", file)
    module = util.module_from_spec(spec)
    sys.modules["twice_in_a_file"] = module
    spec.loader.exec_module(module)
    return module


def kept_files(file: Path) -> list[Path]:
    return sorted(each for each in file.parent.rglob("twice*.nb*") if each.stat().st_size)


def hits(module: ModuleType) -> int:
    return sum(module.twice.stats.cache_hits.values())


def test_the_second_process_takes_it_from_the_disk(file):
    assert hits(load(file)) == 0
    again = load(file)
    assert again.twice(21) == 42
    assert hits(again) == 1


@pytest.mark.parametrize("damage", [b"", b"\x80\x05broken", None], ids=["empty", "no pickle", "cut"])
@pytest.mark.parametrize("ending", [".nbi", ".nbc"])
def test_what_is_damaged_is_compiled_and_written_again(file, ending, damage):
    load(file)
    for each in kept_files(file):
        if each.suffix == ending:
            each.write_bytes(each.read_bytes()[:-40] if damage is None else damage)
    assert load(file).twice(21) == 42
    assert hits(load(file)) == 1, "the next one finds it whole"


def test_without_a_place_it_is_compiled_for_this_process():
    known: dict = {}
    exec("def twice(x): return 2 * x", known)  # of no file, so that there is no place beside it
    assert kept(int64(int64))(known["twice"])(21) == 42


def test_a_place_that_cannot_be_written_is_none(file, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile._open_for_write", full)
    assert load(file).twice(21) == 42
    assert not kept_files(file)


def test_what_cannot_be_compiled_is_told():
    with pytest.raises(Exception, match="unknown_to_all"):
        kept(int64(int64))(lambda x: x + unknown_to_all)  # noqa: F821
