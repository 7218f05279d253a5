"""What a run was made from: its own command, and those of the runs that it started from."""

import hashlib
import pickle
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from nicviz.codecs.neural.family.cards import Training
from nicviz.errors import TrainingError
from nicviz.training.checkpoint import KEY
from nicviz.training.config import Config

PHOTOGRAPHS = "PHOTOGRAPHS"  # stands for the folder of photographs, wherever it was
_OPTIONS = {"lmbda": "--lambda"}  # others are named as their field


def read_training(checkpoint: Path, name: str, data: str, before: str, known: Mapping[str, Training]) -> Training:
    """Return how the weights in a run's checkpoint came about.

    Args:
        checkpoint: of a run.
        name: that the commands give the run.
        data: what the photographs of this run are.
        before: words on a start that is neither a run's checkpoint nor known; empty where there is no such start.
        known: SHA-256 of packaged files to how they came about.

    Raises:
        TrainingError: no checkpoint of a run; a start that nothing is known of, or words on one that is known.
    """
    run = _run_in(checkpoint)
    if run is None:
        raise TrainingError(f"{checkpoint} is no checkpoint of `python -m nicviz train`.")
    config, step = run
    if config.start is None:
        _refuse(before, "it began with new weights")
        return _trained(config, step, name, data, None)
    start = Path(config.start)
    if not start.is_file():
        return _unknown(_trained(config, step, name, data, start.name), before, start, "not there any more")
    packaged = known.get(hashlib.sha256(start.read_bytes()).hexdigest())
    if packaged is not None:
        _refuse(before, f"it started from the packaged {start.name}")
        return _join(packaged, _trained(config, step, name, data, start.name))
    if _run_in(start) is not None:
        earlier = read_training(start, f"{name}-before", data, before, known)
        return _join(earlier, _trained(config, step, name, data, f"runs/{name}-before/{start.name}"))
    return _unknown(_trained(config, step, name, data, start.name), before, start, "no run")


def command(config: Config, name: str, start: str | None) -> str:
    """Return the command of a run, without any path of the machine that it ran on."""
    words = ["python -m nicviz train", PHOTOGRAPHS, f"--save runs/{name}"]
    for field in fields(Config):
        value = start if field.name == "start" else getattr(config, field.name)
        if field.name != "pictures" and value is not None and value != field.default:
            text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
            option = _OPTIONS.get(field.name, "--" + field.name.replace("_", "-"))
            words.append(option if value is True else f"{option} {text}")
    return " ".join(words)


def _unknown(training: Training, before: str, start: Path, why: str) -> Training:
    if not before:
        raise TrainingError(f"The start {start} is {why}: say with --before what it held.")
    return replace(training, before=before)


def _trained(config: Config, step: int, name: str, data: str, start: str | None) -> Training:
    text = command(config, name, start)
    if step < config.steps:
        text += f"  # stopped at step {step}"
    return Training(config.lmbda, config.metric, data, step, "", (text,))


def _join(earlier: Training, later: Training) -> Training:
    return replace(
        later,
        data=later.data if later.data == earlier.data else f"{later.data}; before that {earlier.data}",
        steps=earlier.steps + later.steps,
        before=earlier.before,
        commands=earlier.commands + later.commands,
    )


def _run_in(file: Path) -> tuple[Config, int] | None:
    """Return settings and step of the run that wrote a checkpoint; None for any other file."""
    try:
        content: Any = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
        state = content[KEY]
        return Config.from_json(state["config"]), int(state["step"])
    except (pickle.UnpicklingError, SafetensorError, RuntimeError, EOFError, KeyError, ValueError, TypeError):
        return None
    except OSError as error:
        raise TrainingError(f"{file} cannot be read: {error.strerror}.") from error


def _refuse(before: str, why: str) -> None:
    if before:
        raise TrainingError(f"--before describes a start that nothing is known of, but {why}; got {before!r}.")
