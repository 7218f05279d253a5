"""`latents`: JSON and arrays as the README says."""

import json
from pathlib import Path

import numpy as np
import pytest

from nicviz.__main__ import main
from nicviz.images import decode_png

WORDS = ("latents", "chelsea", "--crop", "100,40,96,64", "--codec", "compact-hyperprior:3")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


def test_json_and_arrays_say_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, *WORDS, "--json", "--save", str(tmp_path))
    record = json.loads(out)
    assert code == 0
    assert record["latent"] == {"channels": 96, "height": 4, "width": 8}, "padded to 64 pixels"
    arrays = np.load(tmp_path / "latents.npz")
    assert arrays["y_hat"].shape == arrays["scales"].shape == arrays["bits_y"].shape == (96, 4, 8)
    assert arrays["bits_map"].shape == (64, 96)
    assert arrays["bits_map"].dtype == np.float64
    assert arrays["bits_map"].sum() == pytest.approx(record["bits"]["total"])
    assert record["bpp_estimated"] == pytest.approx(record["bits"]["total"] / (64 * 96))
    assert "means" not in arrays, "a scale hyperprior has none"
    assert "edited" not in record
    assert decode_png((tmp_path / "input.png").read_bytes()).shape == (64, 96, 3)


def test_a_changed_latent_is_told_and_saved(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = (*WORDS, "--keep", "4", "--step", "2", "--zero", "3", "--scale", "5=2", "--hyper-latent-of", "astronaut")
    code, out, _ = run(capsys, *words, "--json", "--save", str(tmp_path))
    record = json.loads(out)
    assert code == 0
    assert record["edited"]["bits"]["y"] < record["bits"]["y"]
    assert record["edited"]["psnr_db"] > 5
    assert decode_png((tmp_path / "edited.png").read_bytes()).shape == (64, 96, 3)
    assert json.loads((tmp_path / "manifest.json").read_text())["command"].endswith(
        "--keep 4 --zero 3 --scale 5=2 --step 2 --hyper-latent-of astronaut --json"
    )


def test_noise_is_looked_at_as_the_codec_gets_it(capsys: pytest.CaptureFixture[str]) -> None:
    clean = json.loads(run(capsys, *WORDS, "--json")[1])
    noisy = json.loads(run(capsys, *WORDS, "--corruption", "gaussian_noise:3", "--json")[1])
    assert noisy["bits"]["y"] > 1.2 * clean["bits"]["y"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("latents", "chelsea", "--codec", "jpeg:30"), "jpeg has no latents"),
        ((*WORDS, "--zero", "96"), "0 to 95; got 96"),
        ((*WORDS, "--keep", "-2"), "number of channels"),
        ((*WORDS, "--step", "0"), "rounding step"),
        ((*WORDS, "--scale", "1=x"), "3=0.5,17=2"),
    ],
    ids=["classical", "channel", "keep", "step", "scale"],
)
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
