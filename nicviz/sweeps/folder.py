"""The files of a run, and how each is written: to a temporary file that is renamed once the disk has it.

A run is a folder:

    plan.json                   what is measured
    trials-FIRST-LAST.parquet   rows of the batches FIRST to LAST; the renaming of this file commits them
    spectra-FIRST-LAST.parquet  sums of spectra of the same rows, written before; without its trials it does not count
    manifest.json               versions by hash, and each time that a command worked on the run
    failures.log                a line for each unit that failed, for people
    lock                        who writes

A file whose batches are all in another one is left over from a merge that was stopped before it could remove it.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nicviz.errors import NicvizError

PLAN, MANIFEST, FAILURES = "plan.json", "manifest.json", "failures.log"
_TRIALS = re.compile(r"trials-(\d{8})-(\d{8})\.parquet")
_OWN = re.compile(r"(?:(?:trials|spectra)-\d{8}-\d{8}\.parquet|plan\.json|manifest\.json)(?:\.tmp)?")


@dataclass(frozen=True, order=True)
class Batches:
    """Batches from `first` to `last`, whose rows are in one file."""

    first: int
    last: int

    @property
    def trials(self) -> str:
        """Name of the file of their rows."""
        return f"trials-{self.first:08d}-{self.last:08d}.parquet"

    @property
    def spectra(self) -> str:
        """Name of the file of their sums."""
        return f"spectra-{self.first:08d}-{self.last:08d}.parquet"

    def covers(self, other: "Batches") -> bool:
        """Whether all of another's batches are in it."""
        return self.first <= other.first and other.last <= self.last


def live(folder: Path) -> list[Batches]:
    """Return what counts of a run, in order; no batch is in two of them."""
    found = [_TRIALS.fullmatch(name) for name in os.listdir(folder)]
    everything = [Batches(int(match[1]), int(match[2])) for match in found if match]
    return sorted(each for each in everything if not any(other != each and other.covers(each) for other in everything))


def tidy(folder: Path) -> None:
    """Remove what a stopped writer left: temporary files, sums without rows, files that were merged into another."""
    counting = live(folder)
    names = {name for each in counting for name in (each.trials, each.spectra)} | {PLAN, MANIFEST}
    for name in os.listdir(folder):
        if _OWN.fullmatch(name) and name not in names:
            (folder / name).unlink(missing_ok=True)


def commit(path: Path, write: Callable[[Path], None]) -> None:
    """Have `write` fill a file beside `path`, and give it its name when the disk has it: whole, or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_names(path.parent)


def commit_json(path: Path, record: Mapping[str, Any]) -> None:
    """Write a record as JSON, whole or not at all."""
    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)

    def write(temporary: Path) -> None:
        temporary.write_text(text + "\n", "utf-8")

    commit(path, write)


def read_json(path: Path) -> dict[str, Any]:
    """Return a record that `commit_json` wrote.

    Raises:
        NicvizError: there is none, or it is no JSON.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NicvizError(f"{path.parent} holds no run: it has no {path.name}.") from None
    except ValueError as error:
        raise NicvizError(f"{path} is damaged: {error}.") from error
    if not isinstance(found, dict):
        raise NicvizError(f"{path} is damaged: it holds no record.")
    return found


def remove(folder: Path, files: Iterable[Batches]) -> None:
    """Remove files whose rows are in another one by now."""
    for each in files:
        (folder / each.trials).unlink(missing_ok=True)
        (folder / each.spectra).unlink(missing_ok=True)


def _sync_names(folder: Path) -> None:
    """Have the disk keep the names in a folder, too: without it a power cut may take a renamed file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
