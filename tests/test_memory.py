"""Kept memory: fewer pages to clear while it is kept, and less of them afterwards."""

import subprocess
import sys
from contextlib import suppress

import pytest

from nicviz import memory
from nicviz.codecs.neural.network import models

SCRIPT = """
import resource
import numpy as np
from pathlib import Path
from nicviz.memory import kept_memory

def work():
    for _ in range(50):
        blocks = [np.ones(1_000_000) for _ in range(4)]

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1])

work()
usual = faults()
with kept_memory():
    with kept_memory():
        work()
    kept, held = faults(), resident()
returned = held - resident()
blocks = [np.ones(3_000_000) for _ in range(20)]
before = resident()
del blocks
print(usual, kept, returned, before - resident())
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mallopt is glibc's")
def test_kept_memory_is_not_cleared_again_and_can_be_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    usual, kept, returned, later = map(int, done.stdout.split())
    assert usual > 500, "arrays of 8 MB come from fresh pages, large ones or small"
    assert kept < usual / 10
    assert returned > 5_000, "pages of 4 kB"
    assert later > 90_000, "afterwards memory goes back as before: most of 480 MB"


def test_caches_are_emptied_when_the_last_one_keeps_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    cleared: list[str] = []
    monkeypatch.setattr(memory, "_clearing", [])
    monkeypatch.setattr(memory, "_keeping", [])  # work that another test has left may still keep memory
    memory.clear_with_memory(lambda: cleared.append("references"))
    with memory.kept_memory():
        with memory.kept_memory():
            pass
        assert not cleared
    assert cleared == ["references"]
    with suppress(ValueError), memory.kept_memory():
        raise ValueError("in the work")
    assert cleared == ["references"] * 2


def test_references_of_a_heatmap_go_with_it() -> None:
    assert models.MODELS.forget_references in memory._clearing


def test_what_was_asked_for_last_is_kept_within_a_bound_of_bytes() -> None:
    made: list[str] = []

    def get(key: str, size: int) -> str:
        return recent.get(key, lambda: made.append(key) or key, lambda value: size)

    recent: memory.Recent[str] = memory.Recent(100)
    assert [get("a", 40), get("b", 40), get("a", 40), get("c", 40)] == ["a", "b", "a", "c"]
    get("a", 40)
    get("b", 40)
    assert made == ["a", "b", "c", "b"]
    get("large", 1000)
    get("large", 1000)
    assert made == ["a", "b", "c", "b", "large"]


def test_memory_goes_back_when_nothing_runs_and_not_twice_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    class Library:
        trimmed = 0

        def malloc_trim(self, pad: int) -> None:
            Library.trimmed += 1

    monkeypatch.setattr(memory, "_glibc", Library)
    monkeypatch.setattr(memory, "_trimmed", {})
    memory.trim()
    memory.trim()
    assert Library.trimmed == 1
