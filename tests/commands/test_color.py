"""`python -m nicviz color`: what it prints, and what it leaves out."""

import json

import numpy as np
import pytest

from nicviz.__main__ import main
from nicviz.codecs import CODECS
from nicviz.color import delta_e00_map, unique_ab
from nicviz.corruptions import corrupt
from nicviz.images import decode_png, encode_png
from nicviz.samples import find_sample


@pytest.fixture
def folder(tmp_path):
    pixels = find_sample("coffee").load().pixels
    for number, left in enumerate((0, 200)):
        (tmp_path / f"{number}.png").write_bytes(encode_png(pixels[100:164, left : left + 80].copy()))
    return tmp_path


def run(capsys, *words: str) -> tuple[int, str, str]:
    code = main(["color", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_record_holds_means_over_the_pictures(capsys, folder) -> None:
    code, out, _ = run(capsys, str(folder), "--codec", "jpeg", "--codec", "webp", "--json")
    record = json.loads(out)
    pictures = [decode_png(file.read_bytes()) for file in sorted(folder.iterdir())]
    assert code == 0
    assert record["images"] == ["0.png", "1.png"]
    assert record["unique_ab"] == np.mean([unique_ab(picture) for picture in pictures])
    assert [entry["codec"] for entry in record["codecs"]] == ["jpeg", "webp"]
    jpeg = record["codecs"][0]
    assert jpeg["num_images"] == 2
    assert [rung["quality"] for rung in jpeg["ladder"]] == list(reversed(CODECS["jpeg"].ladder))
    top, low = (
        [CODECS["jpeg"].decode(CODECS["jpeg"].encode(picture, jpeg["ladder"][k]["quality"])) for picture in pictures]
        for k in (0, -1)
    )
    last, changes = jpeg["ladder"][-1], [unique_ab(b) - unique_ab(a) for a, b in zip(top, low, strict=True)]
    assert last["unique_ab"] == np.mean([unique_ab(image) for image in low])
    assert last["cumulative_change"]["mean"] == pytest.approx(np.mean(changes))
    assert last["cumulative_change"]["std"] == pytest.approx(np.std(changes, ddof=1))
    expected = np.mean([delta_e00_map(a, b).mean() for a, b in zip(pictures, low, strict=True)])
    assert last["delta_e00"] == pytest.approx(expected)
    assert jpeg["ladder"][0]["cumulative_change"] == {"mean": 0, "std": 0}


def test_an_unreadable_file_is_named_and_the_rest_is_written(capsys, folder) -> None:
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    code, out, err = run(capsys, str(folder), "--codec", "jpeg", "--json")
    assert code == 1
    assert "broken.png" in err
    assert json.loads(out)["images"] == ["0.png", "1.png"]


def test_without_a_readable_picture_nothing_is_written(capsys, tmp_path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    code, out, err = run(capsys, str(tmp_path), "--codec", "jpeg", "--json")
    assert (code, out) == (2, "")
    assert "notes.txt" in err


@pytest.mark.parametrize("words", [["--codec", "jpg"], ["--codec", "jpeg:50"], ["--codec", "jpeg", "--seed", "x"]])
def test_bad_words_cost_exit_code_two(capsys, folder, words: list[str]) -> None:
    try:
        code = run(capsys, str(folder), *words)[0]
    except SystemExit as stop:  # argparse's own
        code = stop.code
    assert code == 2


def test_a_corruption_is_what_the_codecs_are_given(capsys, folder) -> None:
    words = [str(folder / "0.png"), "--codec", "png", "--corruption", "gaussian_noise:3", "--seed", "4", "--json"]
    record = json.loads(run(capsys, *words)[1])
    noisy = corrupt(decode_png((folder / "0.png").read_bytes()), "gaussian_noise", 3, 4)
    assert record["unique_ab"] == unique_ab(noisy)
    (rung,) = record["codecs"][0]["ladder"]
    assert (rung["unique_ab"], rung["delta_e00"], rung["psnr_db"]) == (unique_ab(noisy), 0, None)
    assert rung["num_infinite_psnr"] == 1
    assert record["corruption"] == {"name": "gaussian_noise", "severity": 3, "seed": 4}


def test_the_table_for_people_names_every_quality(capsys, folder) -> None:
    out = run(capsys, str(folder), "--codec", "jpeg")[1]
    assert out.count("unique a*b*") == len(CODECS["jpeg"].ladder)
    assert "jpeg (2 pictures)" in out


def test_analyze_saves_the_color_difference_map(capsys, folder, tmp_path) -> None:
    save = tmp_path / "out"
    words = ["analyze", str(folder / "0.png"), "--codec", "jpeg:20", "--save", str(save), "--json"]
    assert main(words) == 0
    row = json.loads(capsys.readouterr().out)["results"][0]
    field = np.load(save / "jpeg-20.delta_e00.npy")
    assert (field.shape, field.dtype) == ((64, 80), np.float32)
    image = decode_png((save / "jpeg-20.png").read_bytes())
    assert np.allclose(field, delta_e00_map(decode_png((save / "input.png").read_bytes()), image), atol=1e-5)
    assert field.mean(dtype=float) == pytest.approx(row["delta_e00"], rel=1e-5)
