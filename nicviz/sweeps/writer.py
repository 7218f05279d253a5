"""The one writer of a run: takes rows and spectra, commits them in batches, and merges what has become many files.

A row and its spectra are committed by the same renaming, so a run that is stopped at any moment goes on with all that
was committed, and nothing of it is counted twice.
"""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError
from nicviz.spectra.power import Plane
from nicviz.sweeps.columns import Row, to_table
from nicviz.sweeps.done import CleanRates, done_units
from nicviz.sweeps.folder import FAILURES, MANIFEST, PLAN, Batches, commit_json, live, read_json, tidy
from nicviz.sweeps.hold import Hold
from nicviz.sweeps.merge import merge, write_table
from nicviz.sweeps.plan import Plan, Unit, condition_identity, read_plan
from nicviz.sweeps.sums import SumKey, Sums, add_spectrum, sums_table
from nicviz.tasks.task import Kind

BATCH_SECONDS = 2.0  # what is lost at most when the writer is killed, besides what was in flight
BATCH_ROWS = 5_000
FAN_OUT = 16  # files of one order of magnitude that are merged into one
Spectrum = tuple[int, Kind, Plane]  # number of the unit, kind, coarse spectrum


@dataclass
class _Batch:
    """What will be committed under a number."""

    number: int
    rows: list[Row] = field(default_factory=list)
    sums: Sums = field(default_factory=dict)


class Writer:
    """Writes into a folder that `hold` holds; its methods may be called from several threads.

    Args:
        folder: of the run.
        plan: whose units are written; it must have all units of the plan that the folder has.
        hold: the lock.
        retry_failed: forget the rows that failed, so that they are done again.

    Raises:
        NicvizError: the folder has another plan.
    """

    def __init__(self, folder: Path, plan: Plan, hold: Hold, retry_failed: bool = False) -> None:
        self.folder, self.plan, self._hold = folder, plan, hold
        self._lock = threading.RLock()
        check_plan(folder, plan)
        tidy(folder)
        commit_json(folder / PLAN, plan.to_record())
        self._manifest = _manifest(folder)
        if retry_failed:
            self._forget_failed()
        files = live(folder)
        self.clean = CleanRates(plan)
        self.done: NDArray[np.bool_]
        self.done, self.num_failed_before = done_units(folder, plan, self.clean)
        self.num_before = int(self.done.sum())
        self.num_failed = 0
        self._open = _Batch(files[-1].last + 1 if files else 1)
        self._committed = self._said = time.monotonic()
        self._session: dict[str, Any] = {"since": _now(), "command": plan.command, "rows": 0, "failed": 0}
        self._manifest["sessions"].append(self._session)

    def add(
        self, numbers: Sequence[int], rows: Sequence[Row], spectra: Iterable[Spectrum],
        versions: Mapping[str, Any] | None = None,
    ) -> list[int]:  # fmt: skip
        """Take the rows of units and return the numbers of those that were new; one that is there already is left out.

        A lost worker's finished units may come twice. What is taken is committed within `BATCH_SECONDS`, if `tick` is
        called as often.
        """
        with self._lock:
            new = [number for number in dict.fromkeys(numbers) if not self.done[number]]
            fresh = set(new)
            for number, row in zip(numbers, rows, strict=True):
                if number in fresh and not self.done[number]:
                    self._take(number, row)
            units: dict[int, Unit] = {}
            for number, kind, coarse in spectra:
                if number in fresh:
                    unit = units.setdefault(number, self.plan.unit(number))
                    key = SumKey(unit.step.codec.name, unit.step.setting, *condition_identity(unit.condition), kind)
                    add_spectrum(self._open.sums, key, coarse)
            self._manifest["versions"].update(versions or {})
            if len(self._open.rows) >= BATCH_ROWS:
                self.commit()
            return new

    def tick(self) -> None:
        """Commit what has waited long enough, and give a sign of life."""
        with self._lock:
            now = time.monotonic()
            if self._open.rows and now - self._committed > BATCH_SECONDS:
                self.commit()
            if now - self._said > 30:
                self._hold.say()
                self._said = now

    def commit(self) -> None:
        """Commit what was taken: the versions first, then the sums, and at last the rows, which count for both."""
        with self._lock:
            self._committed = time.monotonic()
            batch = self._open
            if not batch.rows:
                return
            commit_json(self.folder / MANIFEST, self._manifest)
            name = Batches(batch.number, batch.number)
            if batch.sums:
                write_table(self.folder / name.spectra, sums_table(batch.sums))
            write_table(self.folder / name.trials, to_table(batch.rows, self.plan.metrics))
            self._open = _Batch(batch.number + 1)  # in one step: an interruption leaves the batch to be written again
            self._log_failures(batch.rows)
            for files in _to_merge(live(self.folder)):
                merge(self.folder, files, self.clean)

    def close(self, finished: bool) -> None:
        """Commit what is left; of a finished run, make one file of all, in row groups of at least 100,000."""
        with self._lock:
            self.commit()
            files = live(self.folder)
            if finished and files:
                merge(self.folder, files, self.clean)
            self._manifest["finished"] = finished
            self._session["until"] = _now()
            commit_json(self.folder / MANIFEST, self._manifest)

    def _take(self, number: int, row: Row) -> None:
        self.done[number] = True
        if row.get("failed") is not None:
            self.num_failed += 1
            self._session["failed"] += 1
        self._session["rows"] += 1
        self.clean.note(number, row.get("bpp"))
        row["bpp_clean"] = self.clean.of(number)
        self._open.rows.append(row)

    def _log_failures(self, rows: list[Row]) -> None:
        lines = [
            f"{_now()} {row['image']} {row['corruption'] or 'clean'}:{row['severity'] or 0} {row['setting']}: "
            f"{' '.join(row['failed'].split())}\n"
            for row in rows
            if row.get("failed") is not None
        ]
        if lines:
            with (self.folder / FAILURES).open("a", encoding="utf-8") as log:
                log.writelines(lines)

    def _forget_failed(self) -> None:
        files = live(self.folder)
        if files:
            merge(self.folder, files, CleanRates(self.plan), drop_failed=True)


def check_plan(folder: Path, plan: Plan) -> None:
    """Raise `NicvizError`, which says what differs, where a folder has a plan that the new one does not contain."""
    if not (folder / PLAN).exists():
        return
    older = read_plan(folder)
    missing = plan.lacks(older)
    if missing:
        more = f", and {len(missing) - 3} more differences" if len(missing) > 3 else ""
        raise NicvizError(
            f"{folder} holds a run with another plan; this one may only add units, but {'; '.join(missing[:3])}{more}. "
            "Name another folder, or ask for what the run has too."
        )


def _manifest(folder: Path) -> dict[str, Any]:
    if not (folder / MANIFEST).exists():
        return {"versions": {}, "sessions": [], "finished": False}
    found = read_json(folder / MANIFEST)
    if not {"versions", "sessions"} <= found.keys():
        raise NicvizError(f"{folder / MANIFEST} is no manifest of a run; name another folder.")
    return found | {"finished": False}


def _to_merge(files: list[Batches]) -> list[list[Batches]]:
    """Return the runs of files to merge: the last ones, where they are many of one order of magnitude."""
    size = 1
    while len(files) >= FAN_OUT:
        tail = files[-FAN_OUT:]
        if any(each.last - each.first + 1 > size for each in tail):
            return []
        if all(each.last - each.first + 1 >= size for each in tail):
            return [tail]
        size *= FAN_OUT
    return []


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
