"""Mutated files of every format: a picture or an `ImageError` of one line; no crash, no hang, no gigabyte.

Here 400 of each; `python -m tests.images.mutated KIND 0 20000` reads as many as one likes.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.images.mutated import SEEDS

MUTATIONS = 400


@pytest.mark.slow
@pytest.mark.parametrize("kind", SEEDS)
def test_a_mutated_file_gives_a_picture_or_an_image_error(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.images.mutated", kind, "0", str(MUTATIONS)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    read = re.findall(r"^\d+$", done.stdout, re.MULTILINE)
    assert done.returncode == 0, f"mutation {read[-1:]} ended the process with {done.returncode}: {done.stderr[-500:]}"
    assert len(read) == MUTATIONS
    assert re.findall(r"^BAD.*", done.stdout, re.MULTILINE) == []
    assert int(re.search(r"^PICTURES (\d+)$", done.stdout, re.MULTILINE)[1]) > 0
