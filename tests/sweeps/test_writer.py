"""The writer: a run is whole at every moment, nothing is in it twice, and sums go with their rows."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from nicviz.sweeps import folder as run_folder
from nicviz.sweeps import merge as merging
from nicviz.sweeps.folder import FAILURES, MANIFEST, Batches, live, tidy
from nicviz.sweeps.hold import held
from nicviz.sweeps.plan import Plan
from nicviz.sweeps.query import open_run
from nicviz.sweeps.rows import blank_row
from nicviz.sweeps.writer import FAN_OUT, Writer
from tests.sweeps.small_run import rows_of, wide_plan

POINTS = 30  # at which a writer may end, see `crash_points`


class Crash(BaseException):
    """The process ends here."""


@contextmanager
def writing(folder: Path, plan: Plan, **options: Any) -> Iterator[Writer]:
    with held(folder) as hold:
        yield Writer(folder, plan, hold, **options)


def made_up(plan: Plan, number: int, failed: str | None = None) -> tuple[dict[str, Any], list[Any]]:
    """A row whose figures are its number, and its spectra."""
    unit = plan.unit(number)
    row = blank_row(unit.picture, unit.condition, unit.step)
    if failed:
        return row | {"failed": failed}, []
    kinds = ["D"] if unit.condition is None else ["G", "R"]
    spectra = [(number, kind, np.full((64, 33), number + 0.5, np.float32)) for kind in kinds]
    return row | {"bpp": float(number), "psnr_db": 30.0 + number, "versions": "v"}, spectra


def add(writer: Writer, numbers: list[int], failed: str | None = None) -> None:
    for number in numbers:
        row, spectra = made_up(writer.plan, number, failed)
        writer.add([number], [row], spectra, {"v": {"numpy": "1"}})


def total_of_sums(folder: Path) -> float:
    return sum(float(each.total[0, 0]) for each in open_run(folder).mean_spectra().values())


def expected_total(plan: Plan, numbers: list[int]) -> float:
    return sum((number + 0.5) * (1 if plan.unit(number).condition is None else 2) for number in numbers)


def test_a_row_that_comes_twice_is_there_once_and_so_are_its_spectra(tmp_path: Path) -> None:
    plan = wide_plan(3)
    with writing(tmp_path, plan) as writer:
        add(writer, [0, 1, 1, 2])
        writer.commit()
        add(writer, [1, 2, 3])
        writer.close(finished=False)
    assert [row["bpp"] for row in rows_of(open_run(tmp_path))] == [0, 1, 2, 3]
    assert total_of_sums(tmp_path) == expected_total(plan, [0, 1, 2, 3])


def crash_points(monkeypatch: pytest.MonkeyPatch, point: int) -> None:
    """Have the process end at the `point`-th of the steps that change the folder."""
    steps = itertools.count()

    def counted(function: Any) -> Any:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            if next(steps) == point:
                raise Crash
            return function(*arguments, **options)

        return wrapped

    monkeypatch.setattr(run_folder.os, "replace", counted(run_folder.os.replace))
    monkeypatch.setattr(merging, "remove", counted(merging.remove))
    monkeypatch.setattr("nicviz.sweeps.writer._to_merge", lambda files: [files[-3:]] if len(files) > 2 else [])


@pytest.mark.parametrize("point", range(POINTS))
def test_a_writer_that_ends_between_any_two_steps_leaves_a_run_that_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: int
) -> None:
    plan = wide_plan(2)
    everything = list(range(plan.num_units))
    with monkeypatch.context() as patched:
        crash_points(patched, point)
        try:
            with writing(tmp_path, plan) as writer:
                for number in everything[:5]:
                    add(writer, [number])
                    writer.commit()
                writer.close(finished=True)
        except Crash:
            pass
    if not (tmp_path / "plan.json").exists():
        assert point == 0
        return
    run = open_run(tmp_path)
    numbers = sorted(int(row["bpp"]) for row in rows_of(run))
    assert numbers == everything[: len(numbers)], "a prefix, each once"
    assert total_of_sums(tmp_path) == expected_total(plan, numbers)
    with writing(tmp_path, plan) as writer:
        assert np.flatnonzero(writer.done).tolist() == numbers
        add(writer, everything)
        writer.close(finished=True)
    assert sorted(int(row["bpp"]) for row in rows_of(open_run(tmp_path))) == everything
    assert total_of_sums(tmp_path) == expected_total(plan, everything)
    assert len(list(tmp_path.glob("*.parquet"))) == 2
    assert not list(tmp_path.glob("*.tmp"))


def test_the_crash_points_cover_the_whole_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last of the points above is behind the last step."""
    plan = wide_plan(2)
    crash_points(monkeypatch, POINTS - 1)
    with writing(tmp_path, plan) as writer:
        for number in range(5):
            add(writer, [number])
            writer.commit()
        writer.close(finished=True)


def test_many_batches_are_merged_and_sums_with_them(tmp_path: Path) -> None:
    plan = wide_plan(100)
    with writing(tmp_path, plan) as writer:
        for number in range(FAN_OUT * 2 + 3):
            add(writer, [number])
            writer.commit()
        assert live(tmp_path) == [Batches(1, 16), Batches(17, 32), Batches(33, 33), Batches(34, 34), Batches(35, 35)]
        assert total_of_sums(tmp_path) == expected_total(plan, list(range(35)))
        writer.close(finished=True)
    assert live(tmp_path) == [Batches(1, 35)]
    assert total_of_sums(tmp_path) == expected_total(plan, list(range(35)))


def test_a_finished_run_has_row_groups_of_at_least_the_size_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nicviz.sweeps.writer.merge", lambda *arguments: merging.merge(*arguments, row_group=10))
    plan = wide_plan(20)
    with writing(tmp_path, plan) as writer:
        for first in range(0, 36, 4):
            add(writer, list(range(first, first + 4)))
            writer.commit()
        writer.close(finished=True)
    (file,) = tmp_path.glob("trials-*.parquet")
    metadata = pq.read_metadata(file)
    assert [metadata.row_group(k).num_rows for k in range(metadata.num_row_groups)] == [10, 10, 16]


def test_the_rate_on_the_clean_picture_is_there_whenever_it_came(tmp_path: Path) -> None:
    plan = wide_plan(2)  # units 0, 1 are clean, 2, 3 corrupted, of the first picture
    with writing(tmp_path, plan) as writer:
        add(writer, [2])
        writer.commit()
        add(writer, [0, 1, 3, 6])
        writer.close(finished=True)
    rates = {int(row["bpp"]): row["bpp_clean"] for row in rows_of(open_run(tmp_path))}
    assert rates == {0: None, 1: None, 2: 0.0, 3: 1.0, 6: None}


def test_failures_are_rows_and_lines_of_a_log(tmp_path: Path) -> None:
    plan = wide_plan(1)
    with writing(tmp_path, plan) as writer:
        add(writer, [0, 1])
        add(writer, [2], failed="jpeg: broke\nin two lines")
        assert writer.num_failed == 1
        writer.close(finished=True)
    assert open_run(tmp_path).query("select setting, failed from trials where failed is not null").rows == [
        ("jpeg:1", "jpeg: broke\nin two lines")
    ]
    (line,) = (tmp_path / FAILURES).read_text().splitlines()
    assert line.endswith("0.png fog:3 jpeg:1: jpeg: broke in two lines")
    with writing(tmp_path, plan) as writer:
        assert (writer.num_before, writer.num_failed_before) == (3, 1)
        writer.close(finished=True)
    with writing(tmp_path, plan, retry_failed=True) as writer:
        assert (writer.num_before, writer.num_failed_before) == (2, 0)
        assert np.flatnonzero(writer.done).tolist() == [0, 1]
        writer.close(finished=True)
    assert total_of_sums(tmp_path) == expected_total(plan, [0, 1])


def test_versions_and_sessions_are_in_the_manifest(tmp_path: Path) -> None:
    plan = wide_plan(1)
    for finished in (False, True):
        with writing(tmp_path, plan) as writer:
            add(writer, [int(finished)])
            writer.close(finished)
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    assert manifest["versions"] == {"v": {"numpy": "1"}}
    assert [session["rows"] for session in manifest["sessions"]] == [1, 1]
    assert manifest["finished"]


def test_files_that_are_not_a_run_s_are_left_alone(tmp_path: Path) -> None:
    for name in ("notes.txt", "trials-00000001-00000001.parquet.tmp", "spectra-00000009-00000009.parquet", "x.tmp"):
        (tmp_path / name).write_text("x")
    tidy(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", "x.tmp"]
