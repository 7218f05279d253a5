"""The command line: what it prints is what the files hold, and bad input costs one line and exit code 2."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nicviz.__main__ import main
from nicviz.codecs import CODECS
from nicviz.corruptions import corrupt
from nicviz.images import decode_png
from nicviz.metrics import METRICS
from nicviz.samples import find_sample


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.slow
def test_analyze_prints_the_figures_of_the_files_it_saves(capsys, tmp_path) -> None:
    words = ["analyze", "chelsea", "--codec", "jpeg:30", "--codec", "jpeg2000:60", "--save", str(tmp_path), "--json"]
    code, out, err = run(capsys, *words)
    record = json.loads(out)
    original = find_sample("chelsea").load().pixels
    assert code == 0
    assert record["image"]["sha256"] == find_sample("chelsea").load().sha256
    assert [row["codec"] for row in record["results"]] == ["jpeg", "jpeg2000"]
    assert "2 of 2" in err
    for row in record["results"]:
        stem = tmp_path / f"{row['codec']}-{row['quality']:g}"
        bitstream = stem.with_suffix(".bin").read_bytes()
        image = CODECS[row["codec"]].decode(bitstream)
        assert np.array_equal(image, decode_png(stem.with_suffix(".png").read_bytes()))
        assert row["num_bytes"] == len(bitstream)
        assert row["bpp"] == pytest.approx(8 * len(bitstream) / original[..., 0].size)
        for name in ("psnr_db", "ms_ssim", "ssim", "delta_e00", "unique_ab"):
            assert row[name] == pytest.approx(METRICS[name].compute(original, image))
        assert row["psnr_clean_db"] is None
    assert np.array_equal(decode_png((tmp_path / "input.png").read_bytes()), original)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["results"] == record["results"]
    assert manifest["versions"]["numpy"] == np.__version__


def test_analyze_of_a_corrupted_image_measures_against_input_and_original(capsys) -> None:
    words = ["analyze", "chelsea", "--codec", "jpeg:50", "--corruption", "gaussian_noise:3", "--seed", "5", "--json"]
    record = json.loads(run(capsys, *words)[1])
    clean = find_sample("chelsea").load().pixels
    noisy = corrupt(clean, "gaussian_noise", 3, 5)
    image = CODECS["jpeg"].decode(CODECS["jpeg"].encode(noisy, 50))
    row = record["results"][0]
    assert record["corruption"] == {"name": "gaussian_noise", "severity": 3, "seed": 5}
    assert row["psnr_db"] == pytest.approx(METRICS["psnr_db"].compute(noisy, image))
    assert row["psnr_clean_db"] == pytest.approx(METRICS["psnr_db"].compute(clean, image))
    assert row["ms_ssim_clean"] == pytest.approx(METRICS["ms_ssim"].compute(clean, image))
    assert row["bpp_clean"] == pytest.approx(8 * len(CODECS["jpeg"].encode(clean, 50)) / clean[..., 0].size)


def test_numbers_that_do_not_exist_are_null(capsys) -> None:
    record = json.loads(run(capsys, "analyze", "checker@64", "--codec", "png", "--json")[1])
    row = record["results"][0]
    assert (row["psnr_db"], row["ms_ssim"], row["quality"]) == (None, None, None)
    assert row["delta_e00"] == 0


@pytest.mark.slow  # workers start
def test_a_match_sets_every_codec_to_one_rate(capsys) -> None:
    words = ["analyze", "chelsea", "--codec", "jpeg2000", "--codec", "jpegxl", "--match", "bpp=0.6", "--json"]
    rows = json.loads(run(capsys, *words)[1])["results"]
    assert [row["bpp"] for row in rows] == pytest.approx([0.6, 0.6], rel=0.0101)
    assert all(row["match"]["within_tolerance"] for row in rows)


def test_corrupt_writes_the_corrupted_image(capsys, tmp_path) -> None:
    file = tmp_path / "deep" / "noisy.png"
    assert run(capsys, "corrupt", "coffee", "--corruption", "fog:2", "--seed", "9", "--save", str(file))[0] == 0
    assert np.array_equal(decode_png(file.read_bytes()), corrupt(find_sample("coffee").load().pixels, "fog", 2, 9))


@pytest.mark.slow
def test_codecs_lists_all_with_what_is_missing(capsys) -> None:
    rows = json.loads(run(capsys, "codecs", "--json")[1])
    assert [row["name"] for row in rows] == list(CODECS)
    missing = [row for row in rows if not row["available"]]
    assert missing, "published weights are not part of the project"
    assert all(row["reason"] and row["remedy"] for row in missing)
    assert "jpeg2000" in run(capsys, "codecs")[1]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["analyze", "nothing.png", "--codec", "jpeg:50"], "nothing.png"),
        (["analyze", "chelsea", "--codec", "jpg:50"], "jpg"),
        (["analyze", "chelsea", "--codec", "jpeg:101"], "101"),
        (["analyze", "chelsea", "--codec", "jpeg:50", "--match", "bpp=0.5"], "QUALITY"),
        (["analyze", "chelsea", "--codec", "jpeg", "--match", "bits=3"], "bits=3"),
        (["analyze", "chelsea", "--codec", "jpeg", "--corruption", "fog:9"], "9"),
        (["analyze", "chelsea", "--codec", "jpeg", "--corruption", "fog:1", "--seed", "-4"], "-4"),
        (["analyze", "chelsea", "--codec", "jpeg", "--crop", "0,0,9999,2"], "9999"),
        (["corrupt", "checker@16", "--corruption", "fog:1", "--save", "x.png"], "16"),
        (["corrupt", "checker@64", "--corruption", "fog:1", "--save", "x.jpg"], "x.jpg"),
        (["analyze", __file__, "--codec", "jpeg"], Path(__file__).name),
    ],
)
def test_bad_input_costs_one_line_and_exit_code_two(capsys, words: list[str], named: str) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert named in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_the_module_runs_as_a_command_and_keeps_standard_output_for_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nicviz", "analyze", "checker@64", "--codec", "jpeg", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["results"][0]["codec"] == "jpeg"
