"""`python -m nicviz theory`: what it prints, and what it leaves out."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from nicviz.__main__ import main
from nicviz.codecs import CODECS
from nicviz.images import encode_png
from tests.codecs.pictures import photograph


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    image = photograph(200)
    for name, part in {"a": image[:, :180], "b": image[40:], "c": image[:20, :20]}.items():
        (tmp_path / f"{name}.png").write_bytes(encode_png(np.ascontiguousarray(part)))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["theory", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_record_holds_law_components_gains_and_bound(capsys, folder: Path) -> None:
    code, out, err = run(capsys, str(folder), "--patch", "8", "--channel", "rgb", "--trained-on", "brown", "--mse",
                         "80", "--json")  # fmt: skip
    record = json.loads(out)
    assert code == 0, "all were read"
    assert record["images"] == ["a.png", "b.png", "c.png"]
    assert "c.png is 20×20" in err, "what c is too small for is said"
    fit = record["spectrum"]["fit"]
    assert fit["interval_95"][0] < fit["exponent"] < fit["interval_95"][1]
    assert [each["name"] for each in record["spectrum"]["pictures"]] == ["a.png", "b.png"]
    assert all(ring["power"] > 0 for ring in record["spectrum"]["rings"])
    shares = record["components"]["share_of_first"]
    assert shares["128"]["pca"] > shares["16"]["pca"] > shares["16"]["dct"] > 0.5
    assert record["components"]["coding_gain_db"]["pca"] > record["components"]["coding_gain_db"]["dct"]
    first = record["linear_codec"][0]
    part = np.ascontiguousarray(photograph(200)[:, :180])
    assert first["bpp"] == 8 * len(CODECS["pca-16-brown"].encode(part, 80.0)) / part[..., 0].size
    rings = [ring for ring in first["gain"] if ring["theory"] is not None]
    gaps = [ring["theory"] - ring["measured"] for ring in rings]
    assert abs(np.average(gaps, weights=[ring["num_frequencies"] for ring in rings])) < 0.05
    bound = record["gaussian"]
    assert all(before["bpp"] <= after["bpp"] for before, after in pairwise(bound))


def test_the_table_says_the_exponent_with_its_interval(capsys, folder: Path) -> None:
    code, out, _ = run(capsys, str(folder / "a.png"))
    assert code == 0
    assert "α = " in out
    assert "95 % interval" in out
    assert "linear codec trained on photographs at MSE 100" in out


def test_a_picture_that_cannot_be_read_is_named_and_left_out(capsys, folder: Path) -> None:
    (folder / "b.png").write_bytes(b"nothing")
    code, out, err = run(capsys, str(folder), "--json")
    assert code == 1
    assert "b.png" in err
    assert json.loads(out)["images"] == ["a.png", "c.png"]


@pytest.mark.parametrize(
    ("words", "named"),
    [(["--mse", "0.5"], "1 to 3000"), (["--patch", "7"], "--patch"), (["--trained-on", "x"], "--trained-on"),
     (["--mse", "x"], "MSE")],
)  # fmt: skip
def test_bad_input_is_one_line(capsys, words: list[str], named: str) -> None:
    code, out, err = run(capsys, "chelsea", *words)
    assert code == 2
    assert not out
    assert named in err


def test_a_corruption_comes_first(capsys, folder: Path) -> None:
    clean, noisy = (
        json.loads(run(capsys, str(folder / "a.png"), "--json", *words)[1])["spectrum"]["fit"]["exponent"]
        for words in ((), ("--corruption", "gaussian_noise:3"))
    )
    assert noisy < clean - 0.5, "white noise flattens the spectrum"
