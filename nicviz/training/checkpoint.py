"""What a run leaves on disk: a checkpoint that it resumes from exactly, and logs that agree with it."""

import csv
import io
import os
import pickle
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from nicviz.errors import TrainingError
from nicviz.training.config import Config

NAME = "checkpoint.pth"
KEY = "nicviz_training"


def save(folder: Path, config: Config, averaged: Mapping[str, torch.Tensor], state: Mapping[str, Any]) -> None:
    """Write the checkpoint of a run; a reader sees the one before or this one, never a part.

    Args:
        folder: of the run.
        config: of the run.
        averaged: the state dict that is evaluated and shipped; it is found under "state_dict", as others save it.
        state: tensors and plain values that the run goes on from.
    """
    buffer = io.BytesIO()
    torch.save({"state_dict": dict(averaged), KEY: {"config": config.to_json(), **state}}, buffer)
    write_atomically(folder / NAME, buffer.getvalue())


def load(folder: Path, config: Config) -> dict[str, Any] | None:
    """Return the state that a run was saved with; None where it has not begun.

    Raises:
        TrainingError: the checkpoint is of another run, or cannot be read.
    """
    file = folder / NAME
    for part in folder.glob(f".{NAME}.*.tmp"):  # of a run that was killed while it wrote
        part.unlink(missing_ok=True)
    if not file.exists():
        return None
    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
        state: dict[str, Any] = content[KEY]
        saved = Config.from_json(state["config"])
    except (pickle.UnpicklingError, OSError, RuntimeError, EOFError, KeyError, ValueError, TypeError) as error:
        raise TrainingError(f"{file} is no checkpoint to resume from: {error}") from error
    different = config.differences(saved)
    if different:
        changes = ", ".join(f"{name} {getattr(saved, name)!r}, now {getattr(config, name)!r}" for name in different)
        raise TrainingError(f"{folder} holds a run of other settings ({changes}). Name another folder.")
    return state


def write_atomically(file: Path, content: bytes) -> None:
    """Write a file beside its place and rename it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


class Log:
    """A CSV file of one row a report, the first column of which is the step.

    Args:
        file: made when the first row is added.
        columns: names; the first is "step".
        step: that the run goes on from: later rows, of steps that will be done again, are dropped.
    """

    def __init__(self, file: Path, columns: Sequence[str], step: int) -> None:
        self._file = file
        self._columns = columns
        if file.exists():
            with file.open(newline="", encoding="utf-8") as opened:
                rows = [row for row in csv.reader(opened) if len(row) == len(columns) and row[0].isdecimal()]
            text = _lines([columns, *(row for row in rows if int(row[0]) <= step)])
        else:
            text = _lines([columns])
        write_atomically(file, text.encode())

    def add(self, *values: float | int) -> None:
        """Append a row."""
        row = [value if isinstance(value, int) else f"{value:.6g}" for value in values]
        with self._file.open("a", newline="", encoding="utf-8") as opened:
            opened.write(_lines([row]))


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()
