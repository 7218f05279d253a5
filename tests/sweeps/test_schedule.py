"""A sweep on real processes: workers and client are killed, and the table is that of an undisturbed run."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nicviz.errors import NicvizError
from nicviz.images import encode_png
from nicviz.sweeps import cluster, hand_out
from nicviz.sweeps.cluster import Where
from nicviz.sweeps.columns import Row
from nicviz.sweeps.pictures import pictures
from nicviz.sweeps.progress import Progress
from nicviz.sweeps.query import Run, open_run
from nicviz.sweeps.schedule import Options, run_sweep
from nicviz.sweeps.stop import Stop
from tests.sweeps.small_run import DEADLY, blind, deadly, rows_of, save_pictures, small_plan

ROOT = Path(__file__).resolve().parents[2]
NUM_PICTURES = 14
COMMAND = """import sys, nicviz.sweeps.writer
from nicviz.__main__ import main
nicviz.sweeps.writer.BATCH_SECONDS = 0.1  # so that there is a middle in which to kill
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""
HERE = Options(Where(workers=0))
SWEEP = (
    "--codec",
    "jpeg:10,50",
    "--codec",
    "webp:40",
    "--codec",
    "png",
    "--corruption",
    "fog",
    "--corruption",
    "contrast",
)


class Processes:
    """Processes of Python in the project's folder; those that live on are killed at the end."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[str]] = []
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}

    def start(self, *words: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.started.append(process)
        return process

    def worker(self, address: str) -> "subprocess.Popen[str]":
        return self.start(
            "-m", "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard"
        )


@pytest.fixture(autouse=True)
def no_pictures_in_memory() -> None:
    pictures.cache_clear()


@pytest.fixture
def processes() -> Iterator[Processes]:
    found = Processes()
    yield found
    for process in found.started:
        process.kill()
        process.communicate()


def scheduler(processes: Processes) -> str:
    started = processes.start(
        "-m", "distributed.cli.dask_scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard"
    )
    while line := started.stdout.readline():
        found = re.search(r"tcp://127\.0\.0\.1:\d+", line)
        if found:
            return found[0]
    raise AssertionError("the scheduler did not start")


def wait_for_rows(folder: Path, count: int) -> int:
    """Return when so many rows are committed, and how many there are."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if (folder / "plan.json").exists() and (rows := Run(folder).num_rows) >= count:
            return rows
        time.sleep(0.05)
    raise AssertionError(f"{folder} has not got {count} rows")


@pytest.mark.slow
def test_a_lost_worker_and_a_killed_client_leave_the_table_as_it_would_have_been(
    tmp_path: Path, processes: Processes
) -> None:
    save_pictures(tmp_path / "pictures", NUM_PICTURES, side=176)
    words = [str(tmp_path / "pictures"), *SWEEP, "--into"]
    address = scheduler(processes)
    first, second = processes.worker(address), processes.worker(address)
    folder = tmp_path / "disturbed"

    client = processes.start("-c", COMMAND, "sweep", *words, str(folder), "--scheduler", address)
    before = wait_for_rows(folder, 1)
    first.send_signal(signal.SIGKILL)
    wait_for_rows(folder, before + 1)
    client.kill()
    client.wait()
    kept = Run(folder).num_rows
    total = NUM_PICTURES * 3 * 4
    assert 0 < kept < total, "the client was killed in the middle"

    again = processes.start("-c", COMMAND, "sweep", *words, str(folder), "--scheduler", address)
    told, _ = again.communicate(timeout=150)
    assert again.returncode == 0, told
    assert f"{total:,} units in {folder}, {total - kept:,} new" in told
    assert second.poll() is None

    undisturbed = tmp_path / "undisturbed"
    run_sweep(open_run(folder).plan, undisturbed, HERE)
    ours, theirs = open_run(folder), open_run(undisturbed)
    assert len(rows_of(ours)) == total
    assert rows_of(ours) == rows_of(theirs)
    assert_same_sums(ours, theirs)
    assert [session.get("until") is None for session in ours.manifest["sessions"]] == [True, False]


def assert_same_sums(ours: Run, theirs: Run) -> None:
    left, right = ours.mean_spectra(), theirs.mean_spectra()
    assert left.keys() == right.keys()
    for key, each in left.items():
        assert each.num_images == right[key].num_images, key
        np.testing.assert_allclose(each.total, right[key].total, rtol=1e-12)


@pytest.mark.slow
def test_a_unit_that_kills_every_worker_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cluster._CONFIG, "distributed.scheduler.allowed-failures", 1)  # each takes a second to replace
    plan = small_plan(tmp_path / "pictures", 1)
    options = Options(Where(workers=1), work=deadly)
    progress = run_sweep(plan, tmp_path / "run", options)
    assert (progress.done, progress.failed) == (6, 1)
    failed = [row for row in rows_of(open_run(tmp_path / "run")) if row["failed"]]
    assert [(row["corruption"], row["setting"]) for row in failed] == [DEADLY]
    assert "no worker survived it" in failed[0]["failed"]
    assert "fog:3 jpeg:50" in (tmp_path / "run" / "failures.log").read_text()


@pytest.mark.slow
def test_a_worker_that_does_not_see_the_files_is_sent_each_picture_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nicviz.sweeps.groups.FIRST_SECONDS", 1e-9)  # a unit a group
    monkeypatch.setattr("nicviz.sweeps.schedule.GROUP_UNITS", 1)
    plan = small_plan(tmp_path / "pictures", 2)
    sent: list[int] = []
    monkeypatch.setattr(hand_out, "encode_png", lambda pixels: (sent.append(1), encode_png(pixels))[1])
    progress = run_sweep(plan, tmp_path / "run", Options(Where(workers=1), work=blind))
    assert (progress.done, progress.failed) == (plan.num_units, 0)
    assert len(sent) == 2
    run_sweep(plan, tmp_path / "whole", HERE)
    assert rows_of(open_run(tmp_path / "run")) == rows_of(open_run(tmp_path / "whole"))


def test_what_stops_a_run_loses_nothing_that_had_come(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "pictures", 3)
    stop = Stop()
    stop_after_one = StopAfter(stop, 1)
    with pytest.raises(KeyboardInterrupt):
        run_sweep(plan, tmp_path / "run", HERE, stop_after_one, stop)
    kept = Run(tmp_path / "run").num_rows
    assert 0 < kept < plan.num_units
    assert not open_run(tmp_path / "run").manifest["finished"]

    progress = run_sweep(plan, tmp_path / "run", HERE)
    assert (progress.before, progress.done) == (kept, plan.num_units - kept)
    run_sweep(plan, tmp_path / "whole", HERE)
    assert rows_of(open_run(tmp_path / "run")) == rows_of(open_run(tmp_path / "whole"))
    assert_same_sums(open_run(tmp_path / "run"), open_run(tmp_path / "whole"))


def test_a_run_that_is_complete_computes_nothing(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "pictures", 1)
    run_sweep(plan, tmp_path / "run", HERE)
    times = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "run").glob("*.parquet")}
    progress = run_sweep(plan, tmp_path / "run", HERE)
    assert progress.done == 0
    assert {file.name: file.stat().st_mtime_ns for file in (tmp_path / "run").glob("*.parquet")} == times


def test_a_plan_that_adds_units_goes_on_and_another_one_is_refused(tmp_path: Path) -> None:
    small = small_plan(tmp_path / "pictures", 1, qualities=(10,))
    larger = small_plan(tmp_path / "pictures", 2, qualities=(10, 50))
    run_sweep(small, tmp_path / "run", HERE)
    progress = run_sweep(larger, tmp_path / "run", HERE)
    assert (progress.before, progress.done) == (small.num_units, larger.num_units - small.num_units)
    run_sweep(larger, tmp_path / "whole", HERE)
    assert rows_of(open_run(tmp_path / "run")) == rows_of(open_run(tmp_path / "whole"))
    with pytest.raises(NicvizError, match=r"leaves out the picture picture01\.png; it leaves out the step jpeg:50"):
        run_sweep(small, tmp_path / "run", HERE)


def test_a_picture_that_has_changed_fails_its_units_and_no_others(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "pictures", 2)
    Path(plan.pictures[0].source.source).unlink()
    progress = run_sweep(plan, tmp_path / "run", HERE)
    assert (progress.done, progress.failed) == (plan.num_units, plan.per_picture)
    rows = rows_of(open_run(tmp_path / "run"))
    assert {row["image"] for row in rows if row["failed"]} == {"picture00.png"}
    assert all("cannot be read" in row["failed"] for row in rows if row["failed"])


def test_units_that_failed_are_done_again_only_when_that_is_asked_for(tmp_path: Path) -> None:
    plan = small_plan(tmp_path / "pictures", 2)
    file = Path(plan.pictures[0].source.source)
    content = file.read_bytes()
    file.unlink()
    run_sweep(plan, tmp_path / "run", HERE)
    file.write_bytes(content)
    assert run_sweep(plan, tmp_path / "run", HERE).done == 0
    again = run_sweep(plan, tmp_path / "run", replace(HERE, retry_failed=True))
    assert (again.done, again.failed) == (plan.per_picture, 0)
    rows = rows_of(open_run(tmp_path / "run"))
    assert len(rows) == plan.num_units
    assert not any(row["failed"] for row in rows)


class StopAfter(Progress):
    """Asks to stop when so many groups have come."""

    def __init__(self, stop: Stop, groups: int) -> None:
        super().__init__()
        self.stop, self.groups = stop, groups

    def add(self, rows: Iterable[Row]) -> None:
        super().add(rows)
        self.groups -= 1
        if not self.groups:
            self.stop.set()
