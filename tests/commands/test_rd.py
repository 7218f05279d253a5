"""The command rd: what it walks, what it says, and what it refuses."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nicviz.__main__ import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    for name in ("b", "a"):
        pixels = rng.integers(0, 256, (24, 24, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    return tmp_path


def test_the_command_walks_a_folder_in_name_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rd", str(folder), "--codec", "jpeg:20,80", "--codec", "webp", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["images"] == ["a.png", "b.png"]
    assert [curve["codec"] for curve in record["curves"]] == ["jpeg", "webp"]
    assert [point["quality"] for point in record["curves"][0]["points"]] == [20, 80]
    assert all(point["num_images"] == 2 for curve in record["curves"] for point in curve["points"])
    (row,) = (row for row in record["bd_rate"] if row["metric"] == "psnr_db")
    assert row["percent"] is None, "two points are no curve"
    assert "fewer than 4" in row["note"]


def test_unreadable_files_are_named_and_skipped_with_exit_code_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "aa.png").write_bytes(b"\x89PNG not really")
    (folder / "notes.txt").write_text("hello")
    assert main(["rd", str(folder), "--codec", "jpeg:50", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["images"] == ["a.png", "b.png"]
    assert "aa.png" in err
    assert "notes.txt" in err


def test_numbers_that_do_not_exist_are_null(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (40, 30), "teal").save(folder / "small.png")
    assert main(["rd", str(folder / "small.png"), "--codec", "png", "--json"]) == 0
    (point,) = json.loads(capsys.readouterr().out)["curves"][0]["points"]
    assert point["psnr_db"] is None
    assert point["ms_ssim"] is None
    assert point["quality"] is None
    assert point["num_exact"] == 1


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["page", "--codec", "jpeg:10,x"], "x"),
        (["page", "--codec", "jpeg:900"], "900"),
        (["page", "--codec", "jpg"], "jpeg"),
        (["page", "--codec", "jpeg", "--codec", "jpeg:5"], "twice"),
        (["page", "--codec", "mbt2018"], "weights"),
        (["nowhere.png", "--codec", "jpeg"], "nowhere.png"),
    ],
)
def test_bad_input_costs_one_line_and_exit_code_two(
    words: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rd", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert named in err


def test_without_json_the_curves_are_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rd", str(folder / "a.png"), "--codec", "jpeg", "--codec", "webp"]) == 0
    out = capsys.readouterr().out
    assert len(re.findall(r"^jpeg:\d+ .* bpp .*psnr_db", out, re.MULTILINE)) == 8
    assert "BD-rate webp to jpeg, psnr_db" in out
