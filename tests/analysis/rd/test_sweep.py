"""Points and the store under load: several processes on one folder, damage, a full disk, a small limit."""

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nicviz.analysis.rd.points import Findings, Ladder, Plan
from nicviz.analysis.rd.sweep import measure_points
from nicviz.codecs import CODECS
from nicviz.errors import CodecError
from nicviz.images import load_file
from nicviz.store import Store

PLAN = Plan((Ladder("jpeg", (10.0, 40.0, 70.0, 90.0)), Ladder("webp", (5.0, 30.0, 60.0, 85.0))))
WORDS = ["--codec", "jpeg:10,40,70,90", "--codec", "webp:5,30,60,85", "--json"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    rng = np.random.default_rng(0)
    for number in range(6):
        pixels = rng.integers(0, 256, (24, 24, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
        Image.fromarray(pixels).save(pictures / f"{number}.png")
    return pictures


def loads(folder: Path):
    return [lambda path=path: load_file(path) for path in sorted(folder.iterdir())]


def broken():
    """Codecs that cannot encode: whoever needs them has not found the point in the store."""

    def fails(image: np.ndarray, quality: float) -> bytes:
        raise CodecError("this should have come from the store")

    return {name: replace(CODECS[name], encoder=fails) for name in ("jpeg", "webp")}


@pytest.mark.slow
def test_three_processes_on_one_folder_agree_and_lose_nothing(folder: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "NICVIZ_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-W", "ignore", "-m", "nicviz", "rd", str(folder), *WORDS]
    runs = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in "123"]
    outputs = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], outputs
    curves = [
        [[(p["quality"], p["bpp"], p["psnr_db"], p["ms_ssim"]) for p in curve["points"]] for curve in record["curves"]]
        for record in (json.loads(out) for out, _ in outputs)
    ]
    assert curves[0] == curves[1] == curves[2]
    found = measure_points(loads(folder), PLAN, broken(), Findings(), store=Store(tmp_path / "cache" / "results"))
    assert found.problems == []
    assert len(found.trials()) == 48


def test_a_damaged_point_is_measured_again(folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first = measure_points(loads(folder), PLAN, CODECS, Findings(), store=store).trials()
    for entry in sorted(store.folder.iterdir())[:3]:
        entry.write_bytes(entry.read_bytes()[:-5] + b"xxxxx")
    again = measure_points(loads(folder), PLAN, CODECS, Findings(), store=store)
    assert again.problems == []

    def figures(points):
        return {(p.picture, p.codec, p.quality): (p.bpp, p.figures["psnr_db"]) for p in points}

    assert figures(again.trials()) == figures(first)
    measure_points(loads(folder), PLAN, broken(), found := Findings(), store=store)
    assert found.problems == [], "what was damaged is whole again"


def test_a_full_disk_is_a_message_and_all_points_still_come(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("nicviz.store.os.replace", full)
    store = Store(tmp_path / "store")
    found = measure_points(loads(folder), PLAN, CODECS, Findings(), store=store)
    assert len(found.trials()) == 48
    assert found.problems == []
    assert "No space left" in str(store.last_problem)


def test_within_a_small_limit_the_oldest_points_go_first(folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store", limit_bytes=32 * 4096)
    found = measure_points(loads(folder), PLAN, CODECS, Findings(), store=store, threads=1)
    assert len(found.trials()) == 48
    assert 0 < store.size_bytes() <= 32 * 4096
    measure_points(loads(folder)[-1:], PLAN, broken(), last := Findings(), store=store)
    assert last.problems == [], "the last picture's points are the newest"
    measure_points(loads(folder)[:1], PLAN, broken(), first := Findings(), store=store)
    assert len(first.problems) == 8
