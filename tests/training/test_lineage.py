"""What a model card says of how weights were made: every command and all steps, back to the first start."""

import hashlib
from pathlib import Path

import pytest
import torch

from nicviz.codecs.neural.family.cards import Training
from nicviz.errors import TrainingError
from nicviz.training.checkpoint import NAME, save
from nicviz.training.config import Config
from nicviz.training.lineage import read_training

DATA = "three pictures"


def run(folder: Path, step: int = 40, **settings) -> Path:
    """The checkpoint of a run that is at a step."""
    folder.mkdir()
    config = Config(**{"pictures": "/secret/place", "lmbda": 0.01, "steps": 40, "widths": (8, 12)} | settings)
    save(folder, config, {"weight": torch.zeros(1)}, {"step": step})
    return folder / NAME


def test_a_run_from_new_weights_is_its_own_command_without_a_path_of_the_machine(tmp_path):
    checkpoint = run(tmp_path / "run", metric="ms-ssim", crop=192)
    found = read_training(checkpoint, "compact-3", DATA, "", {})
    command = (
        "python -m nicviz train PHOTOGRAPHS --save runs/compact-3 --lambda 0.01 "
        "--widths 8,12 --metric ms-ssim --steps 40 --crop 192"
    )
    assert found == Training(0.01, "ms-ssim", DATA, 40, "", (command,))


def test_a_run_whose_rate_is_fixed_has_no_lambda(tmp_path):
    settings = {"architecture": "recurrent", "metric": "l1", "lmbda": None, "iterations": 4, "widths": (16,) * 9}
    found = read_training(run(tmp_path / "run", **settings), "recurrent", DATA, "", {})
    assert found.lmbda is None
    assert found.commands == (
        "python -m nicviz train PHOTOGRAPHS --save runs/recurrent --architecture recurrent "
        "--widths 16,16,16,16,16,16,16,16,16 --metric l1 --steps 40 --iterations 4",
    )


def test_the_command_gives_the_run_when_it_is_read_again(tmp_path):
    import argparse

    from nicviz.commands import train
    from nicviz.commands.shared import Commands

    settings = {"architecture": "vbr", "batch": 8, "learning_rate": 3e-4, "sparsity": 0.95, "seed": 3, "ema": 0.99}
    held = {"hold_transforms": True, "spread_from": 0.025}
    checkpoint = run(tmp_path / "run", **settings, **held, start="gone.pth")
    found = read_training(checkpoint, "vbr", DATA, "a start", {})
    settings |= held
    parser = argparse.ArgumentParser()
    train.add(Commands(parser))
    options = parser.parse_args(found.commands[0].split()[3:])
    expected = {"steps": 40, "widths": "8,12", "lmbda": 0.01} | settings
    assert {name: getattr(options, name) for name in expected} == expected


def test_a_switch_of_the_command_has_no_value(tmp_path):
    (tmp_path / "start.pth").write_bytes(b"")
    checkpoint = run(tmp_path / "run", start=str(tmp_path / "start.pth"), hold_transforms=True)
    found = read_training(checkpoint, "compact", DATA, "nothing", {})
    assert found.commands[0].endswith(" --start start.pth --hold-transforms")


def test_a_run_that_was_stopped_says_so(tmp_path):
    found = read_training(run(tmp_path / "run", step=17), "compact", DATA, "", {})
    assert found.steps == 17
    assert found.commands[0].endswith("  # stopped at step 17")


def test_the_steps_and_commands_of_the_runs_that_it_started_from_count_too(tmp_path):
    first = run(tmp_path / "first")
    second = run(tmp_path / "second", start=str(first), lmbda=0.02)
    third = run(tmp_path / "third", start=str(second), lmbda=0.03)
    found = read_training(third, "name", DATA, "", {})
    assert found.lmbda == 0.03
    assert found.steps == 120
    assert [command.split("--save ")[1].split(" --widths")[0] for command in found.commands] == [
        "runs/name-before-before --lambda 0.01",
        "runs/name-before --lambda 0.02",
        "runs/name --lambda 0.03",
    ]
    assert [command.partition("--start ")[2] for command in found.commands] == [
        "",
        f"runs/name-before-before/{NAME}",
        f"runs/name-before/{NAME}",
    ]


def test_a_packaged_start_passes_on_what_its_card_says(tmp_path):
    packaged = tmp_path / "compact-hyperprior-4.safetensors"
    packaged.write_bytes(b"weights")
    known = {hashlib.sha256(b"weights").hexdigest(): Training(0.013, "mse", "others", 1000, "seeds", ("train it",))}
    found = read_training(run(tmp_path / "run", start=str(packaged)), "pruned", DATA, "", known)
    assert (found.steps, found.before, found.commands[0]) == (1040, "seeds", "train it")
    assert found.commands[1].endswith("--start compact-hyperprior-4.safetensors")
    assert found.data == f"{DATA}; before that others"


def test_a_start_that_nothing_is_known_of_wants_words(tmp_path):
    start = tmp_path / "first.pth"
    torch.save({"state_dict": {"weight": torch.zeros(1)}}, start)
    checkpoint = run(tmp_path / "run", start=str(start))
    with pytest.raises(TrainingError, match=r"first\.pth is no run: say with --before"):
        read_training(checkpoint, "name", DATA, "", {})
    found = read_training(checkpoint, "name", DATA, "a first checkpoint", {})
    assert (found.before, found.steps) == ("a first checkpoint", 40)
    assert str(tmp_path) not in str(found)


def test_words_on_a_start_that_is_known_are_refused(tmp_path):
    with pytest.raises(TrainingError, match="new weights; got 'magic'"):
        read_training(run(tmp_path / "run"), "name", DATA, "magic", {})


def test_what_is_no_run_is_named(tmp_path):
    missing = run(tmp_path / "run", start=str(tmp_path / "gone.pth"))
    with pytest.raises(TrainingError, match=r"gone\.pth is not there any more: say with --before"):
        read_training(missing, "name", DATA, "", {})
    assert read_training(missing, "name", DATA, "a lost one", {}).before == "a lost one"
    with pytest.raises(TrainingError, match="cannot be read"):
        read_training(tmp_path / "nowhere.pth", "name", DATA, "", {})
    (tmp_path / "text").write_text("no checkpoint")
    with pytest.raises(TrainingError, match="is no checkpoint of"):
        read_training(tmp_path / "text", "name", DATA, "", {})
