"""A run as arrays: every row in its place, nothing where there is none."""

from pathlib import Path

import numpy as np
import pytest

from nicviz.errors import NicvizError
from nicviz.robustness.behind import find_picture
from nicviz.robustness.cube import read_cube
from nicviz.robustness.curves import radial_means
from nicviz.robustness.runs import EXAMPLE_FOLDER, find_runs, run_in
from nicviz.sweeps.columns import NUM_RINGS
from nicviz.sweeps.folder import PLAN, Batches, commit_json
from nicviz.sweeps.query import Run, open_run, parquet_bytes
from tests.robustness.cubes import write_run
from tests.sweeps.small_run import wide_plan


def test_every_row_is_at_its_picture_condition_and_step_in_whatever_order_it_came(tmp_path: Path) -> None:
    plan = wide_plan(5)
    order = np.random.default_rng(0).permutation(plan.num_units).tolist()
    cube = read_cube(write_run(tmp_path / "run", plan, order))
    assert cube.shape == (5, 2, 2)
    np.testing.assert_array_equal(cube["psnr_db"].ravel(), np.arange(20))
    np.testing.assert_array_equal(cube["unique_ab"].ravel(), np.arange(20))
    assert (cube.num_done, cube.num_failed) == (20, 0)


def test_units_that_are_not_done_or_failed_are_nan_and_counted(tmp_path: Path) -> None:
    cube = read_cube(write_run(tmp_path / "run", wide_plan(3), [0, 5, 7], failed=5))
    assert np.flatnonzero(np.isfinite(cube["psnr_db"].ravel())).tolist() == [0, 7]
    assert (cube.num_done, cube.num_failed) == (3, 1)


def test_an_empty_run_is_a_cube_of_nothing(tmp_path: Path) -> None:
    cube = read_cube(write_run(tmp_path / "run", wide_plan(2), []))
    assert np.isnan(cube["bpp"]).all()


def test_profiles_are_means_over_the_pictures_of_one_condition(tmp_path: Path) -> None:
    plan = wide_plan(4)
    run = write_run(tmp_path / "run", plan, list(range(16)))
    found = radial_means(run, read_cube(run), "G", 1, [0, 1])
    units = np.array([[4 * picture + 2 + step for picture in range(4)] for step in (0, 1)])
    for step in (0, 1):
        np.testing.assert_allclose(found[step].value, units[step].mean() + np.arange(NUM_RINGS))
        assert found[step].count.tolist() == [4] * NUM_RINGS


def test_a_table_of_a_million_rows_is_read_without_a_million_objects(tmp_path: Path) -> None:
    """Here a tenth of it: what is made of a row is eight bytes a column, never a Python object."""
    import tracemalloc

    import pyarrow
    import pyarrow.parquet

    plan = wide_plan(25_000)
    folder = tmp_path / "run"
    folder.mkdir()
    commit_json(folder / PLAN, wide_plan(1).to_record())
    count = plan.num_units
    picture, rest = np.divmod(np.arange(count), 4)
    corrupted = rest // 2 == 1
    hashes = pyarrow.array(list(plan.hashes)).take(pyarrow.array(picture))
    table = pyarrow.table({
        "image_sha256": hashes,
        "corruption": pyarrow.array(["fog"]).take(pyarrow.array(np.where(corrupted, 0, 0), mask=~corrupted)),
        "severity": pyarrow.array(np.full(count, 3, np.int8), mask=~corrupted),
        "seed": pyarrow.array(np.zeros(count, np.int64), mask=~corrupted),
        "setting": pyarrow.array(["jpeg:1", "jpeg:2"]).take(pyarrow.array(rest % 2)),
        **{name: pyarrow.array(np.arange(count, dtype=float)) for name in ("bpp", "psnr_db")},
        "failed": pyarrow.nulls(count, pyarrow.string()),
    })  # fmt: skip
    pyarrow.parquet.write_table(table, folder / Batches(0, 0).trials)
    run = Run(folder)
    vars(run)["plan"] = plan
    tracemalloc.start()
    cube = read_cube(run, ("bpp", "psnr_db"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(cube["psnr_db"].ravel(), np.arange(count))
    assert peak / count < 200


def test_the_newest_run_comes_first_and_the_example_last(tmp_path: Path, monkeypatch) -> None:
    import os

    for name, when in (("old", 100), ("new", 300), ("middle", 200)):
        write_run(tmp_path / name, wide_plan(1), [0])
        for file in (tmp_path / name).iterdir():
            os.utime(file, (when, when))
    (tmp_path / "no-run").mkdir()
    monkeypatch.setenv("NICVIZ_RUNS", str(tmp_path))
    runs, problem = find_runs()
    assert [run.name for run in runs] == ["new", "middle", "old", "example"]
    assert problem is None


def test_without_runs_there_is_the_example_and_a_sentence(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("NICVIZ_RUNS", str(tmp_path))
    runs, problem = find_runs()
    assert [run.name for run in runs] == ["example"]
    assert "no run yet" in (problem or "")
    monkeypatch.setenv("NICVIZ_RUNS", str(tmp_path / "absent"))
    assert "cannot be listed" in (find_runs()[1] or "")
    with pytest.raises(NicvizError, match="holds no run"):
        run_in(tmp_path)


def test_the_example_is_whole_small_and_names_no_place() -> None:
    run = open_run(EXAMPLE_FOLDER)
    cube = read_cube(run)
    assert cube.num_done == np.prod(cube.shape)
    assert cube.num_failed == 0
    assert len({each.name for each in cube.conditions if each}) == 15
    assert sum(file.stat().st_size for file in EXAMPLE_FOLDER.iterdir()) < 1_500_000
    assert all("/" not in each.source.source for each in cube.pictures)
    assert "--into runs/example" in run.plan.command


def test_the_examples_pictures_are_found_by_content() -> None:
    cube = read_cube(open_run(EXAMPLE_FOLDER), ("bpp",))
    for planned in cube.pictures:
        assert find_picture(planned).sha256 == planned.picture.sha256


def test_a_picture_is_found_in_the_users_folder_by_name_and_content_and_nowhere_else(tmp_path, monkeypatch) -> None:
    from tests.sweeps.small_run import small_plan

    planned = small_plan(tmp_path / "elsewhere").pictures[0]
    with pytest.raises(NicvizError, match="not here"):
        find_picture(planned)  # its file is there, but not among what this server offers
    (tmp_path / "images").mkdir()
    monkeypatch.setenv("NICVIZ_IMAGES", str(tmp_path / "images"))
    source = Path(planned.source.source)
    other = source.parent / "picture01.png"
    (tmp_path / "images" / source.name).write_bytes(other.read_bytes())
    with pytest.raises(NicvizError, match="not here"):
        find_picture(planned)  # of the same name, with another content
    (tmp_path / "images" / source.name).write_bytes(source.read_bytes())
    assert find_picture(planned).sha256 == planned.picture.sha256


def test_all_rows_as_one_parquet_file_are_the_rows(tmp_path: Path) -> None:
    import io

    import pyarrow.parquet

    run = write_run(tmp_path / "run", wide_plan(3), [0, 5, 7])
    assert pyarrow.parquet.read_table(io.BytesIO(parquet_bytes(run))).equals(run.table())
