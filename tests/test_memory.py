"""Kept memory: fewer pages to clear while it is kept, and less of them afterwards."""

import subprocess
import sys

import pytest

SCRIPT = """
import resource
import numpy as np
from pathlib import Path
from nicviz.memory import give_back_memory, keep_memory

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
keep_memory()
work()
kept, held = faults(), resident()
give_back_memory()
print(usual, kept, held - resident())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mallopt is glibc's")
def test_kept_memory_is_not_cleared_again_and_can_be_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    usual, kept, returned = map(int, done.stdout.split())
    assert usual > 500, "arrays of 8 MB come from fresh pages, large ones or small"
    assert kept < usual / 10
    assert returned > 5_000, "pages of 4 kB"
