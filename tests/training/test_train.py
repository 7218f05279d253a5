"""Whole trainings: killed and resumed, logged, evaluated; and the command line."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from nicviz.__main__ import main
from nicviz.codecs.neural.family.own import session_codec
from nicviz.errors import TrainingError
from nicviz.images import load_file
from nicviz.training.checkpoint import NAME, load
from nicviz.training.config import Config, Reporting
from nicviz.training.train import EVALUATIONS, LOG, train
from tests.training.picture_folder import picture_folder

pytestmark = pytest.mark.slow

Arguments = Callable[..., list[str]]


@pytest.fixture
def arguments(tmp_path: Path) -> Arguments:
    """The command for a short run, with what a test adds to it."""
    pictures = picture_folder(tmp_path / "pictures")

    def build(folder: str, *more: str) -> list[str]:
        run = ["train", str(pictures), "--save", str(tmp_path / folder), "--lambda", "0.01", "--widths", "8,12"]
        return [*run, "--batch", "2", "--crop", "64", "--steps", "40", *more]

    return build


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def test_a_killed_run_goes_on_to_the_same_weights_bit_for_bit(arguments: Arguments, tmp_path: Path) -> None:
    options = ["--sparsity", "0.5", "--checkpoint-seconds", "0.05"]
    command = [sys.executable, "-m", "nicviz", *arguments("killed", *options)]
    checkpoint = tmp_path / "killed" / NAME
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONWARNINGS": "ignore"}) as process:
        deadline = time.monotonic() + 120
        while not checkpoint.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    step = torch.load(checkpoint, weights_only=True)["nicviz_training"]["step"]
    assert 0 < step < 40
    assert main(arguments("killed", *options)) == 0
    assert main(arguments("whole", *options)) == 0
    killed, whole = (torch.load(tmp_path / name / NAME, weights_only=True) for name in ("killed", "whole"))
    assert killed["nicviz_training"]["step"] == whole["nicviz_training"]["step"] == 40
    for key, tensor in whole["state_dict"].items():
        assert torch.equal(killed["state_dict"][key], tensor), key
    for key, tensor in whole["nicviz_training"]["parameters"].items():
        assert torch.equal(killed["nicviz_training"]["parameters"][key], tensor), key


def test_a_run_logs_evaluates_and_leaves_a_checkpoint_that_codes(
    arguments: Arguments, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = tmp_path / "pictures"
    assert main(arguments("run", "--evaluate", str(pictures), "--evaluate-every", "25")) == 0
    said = capsys.readouterr().err
    assert "3 photographs, 40 steps" in said
    assert "steps/s" in said
    assert "0:00:00 to go" in said
    logged = rows(tmp_path / "run" / LOG)
    assert [row["step"] for row in logged] == ["40"]
    assert float(logged[0]["bpp"]) > 0
    first, last = rows(tmp_path / "run" / EVALUATIONS)
    assert (first["step"], first["bitstreams"], last["step"], last["bitstreams"]) == ("25", "0", "40", "1")
    codec = session_codec(tmp_path / "run" / NAME, NAME)
    sizes = []
    for file in sorted(pictures.glob("*.png")):
        picture = load_file(file).pixels
        sizes.append(8 * len(codec.encode(picture, codec.quality(None))) / (picture.shape[0] * picture.shape[1]))
    assert float(last["bpp"]) == pytest.approx(sum(sizes) / len(sizes), rel=0.02)


def test_a_folder_with_another_run_is_refused_and_left_as_it_is(
    arguments: Arguments, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments("run")) == 0
    before = (tmp_path / "run" / NAME).read_bytes()
    assert main([*arguments("run"), "--lambda", "0.02"]) == 2
    assert "other settings (lmbda 0.01, now 0.02)" in capsys.readouterr().err
    assert (tmp_path / "run" / NAME).read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04 cut off", b"\x80\x02cos\nsystem\n."])
def test_a_damaged_checkpoint_is_named(content: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / NAME).write_bytes(content)
    with pytest.raises(TrainingError, match="is no checkpoint to resume from"):
        load(folder, Config("x", 0.01))


def test_what_a_killed_write_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / f".{NAME}.0123abcd.tmp").write_bytes(b"half")
    assert load(tmp_path, Config("x", 0.01)) is None
    assert list(tmp_path.iterdir()) == []


def test_a_loss_that_is_not_finite_keeps_the_last_good_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nicviz.training import run

    steps = []

    def poisoned(*arguments: object) -> run.Loss:
        steps.append(len(steps))
        loss = run_loss(*arguments)  # type: ignore[arg-type]
        return run.Loss(loss.total * float("nan"), loss.bpp, loss.mse) if len(steps) > 3 else loss

    run_loss = run.rate_distortion
    monkeypatch.setattr(run, "rate_distortion", poisoned)
    config = Config(str(picture_folder(tmp_path / "p")), 0.01, widths=(8, 12), steps=9, batch=2, crop=64)
    reporting = Reporting(tmp_path / "run", checkpoint_seconds=0)
    with pytest.raises(TrainingError, match="loss of step 4 is nan"):
        train(config, reporting, lambda line: None)
    state = load(reporting.folder, config)
    assert state is not None
    assert state["step"] == 3
    assert all(bool(torch.isfinite(tensor).all()) for tensor in state["parameters"].values())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--widths", "64"], "two numbers of channels"),
        (["--threads", "0"], "threads are 1 to"),
        (["--start", "nowhere.pth"], "nowhere.pth cannot be read"),
        (["--crop", "128"], "no picture to train on"),
        (["--evaluate", "nowhere"], "nowhere is no folder"),
        (["--lambda", "-1"], "lmbda is a positive number"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    more: list[str], message: str, arguments: Arguments, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments("run"), *more]) == 2
    assert message in capsys.readouterr().err.replace("\n", " ")
