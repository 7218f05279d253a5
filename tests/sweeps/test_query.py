"""Reading a run: SQL, tables, spectra; errors in one line; nothing is changed."""

import json
from pathlib import Path

import numpy as np
import pytest

from nicviz.errors import NicvizError
from nicviz.sweeps.cluster import Where
from nicviz.sweeps.columns import arrow_schema
from nicviz.sweeps.plan import SCHEMA, Plan
from nicviz.sweeps.query import Run, open_run
from nicviz.sweeps.schedule import Options, run_sweep
from nicviz.sweeps.sums import SpectrumSum, SumKey, add_spectrum, merged, sums_of, sums_table
from tests.sweeps.small_run import small_plan


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return small_plan(tmp_path_factory.mktemp("pictures"), 2)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Run:
    folder = tmp_path_factory.mktemp("run")
    run_sweep(plan, folder, Options(Where(workers=0)))
    return open_run(folder)


def test_sql_and_table_say_the_same(run: Run) -> None:
    answer = run.query("select image, setting, psnr_db from trials order by all")
    assert answer.columns == ("image", "setting", "psnr_db")
    rows = run.table(["image", "setting", "psnr_db"]).to_pylist()
    assert answer.records() == sorted(rows, key=lambda row: (row["image"], row["setting"], row["psnr_db"] or np.inf))
    assert run.num_rows == len(rows) == run.plan.num_units


def test_a_mean_leaves_the_infinite_out(run: Run) -> None:
    assert run.query("select avg(psnr_db), count(*) from trials where setting = 'png'").rows == [(None, 4)]


def test_rings_are_lists(run: Run) -> None:
    (rings,) = run.query("select d_rings from trials where corruption is null limit 1").rows[0]
    assert len(rings) == 16


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("selec 1", "syntax error"),
        ("select nonesuch from trials", "nonesuch"),
        ("select * from others", "others"),
        ("", ""),
        ("select * from read_csv('/etc/hosts')", "disabled"),
        ("copy trials to 'here.csv'", "that selects"),
        ("attach 'here.db'", "that selects"),
        ("set enable_external_access = true", "that selects"),
        ("delete from trials", "that selects"),
        ("explain analyze delete from trials", "that selects"),
        ("select 1; copy trials to 'here.csv'", "one statement"),
    ],
)
def test_what_is_wrong_with_a_statement_is_one_line(
    run: Run, sql: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if not sql:
        assert run.query(sql).rows == []
        return
    with pytest.raises(NicvizError, match=named) as caught:
        run.query(sql)
    assert "\n" not in str(caught.value)
    assert "LINE 1" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_a_run_stay_as_they_are(run: Run) -> None:
    (file,) = run.folder.glob("trials-*.parquet")
    before = file.read_bytes()
    for sql in (f"copy (select 1 as a) to '{file}' (format csv, use_tmp_file false)", f"attach '{file}' as db"):
        with pytest.raises(NicvizError, match="that selects"):
            run.query(sql)
    assert file.read_bytes() == before


@pytest.mark.parametrize("sql", ["describe trials", "summarize trials", "with a as (select 1 as x) select x from a"])
def test_what_selects_in_other_words_is_answered(run: Run, sql: str) -> None:
    assert run.query(sql).rows


def test_two_columns_of_one_name_are_no_record(run: Run) -> None:
    answer = run.query("select 1 as x, 2 as x")
    assert answer.rows == [(1, 2)]
    with pytest.raises(NicvizError, match="Two columns are named 'x'"):
        answer.records()


def test_damaged_files_are_told(run: Run, tmp_path: Path) -> None:
    for file in run.folder.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (trials,) = tmp_path.glob("trials-*.parquet")
    trials.write_bytes(trials.read_bytes()[:500])
    with pytest.raises(NicvizError, match="damaged"):
        open_run(tmp_path).table()
    (tmp_path / "plan.json").write_text(json.dumps({"schema": SCHEMA}))
    with pytest.raises(NicvizError, match=r"The plan is damaged: KeyError, 'pictures'"):
        open_run(tmp_path)


def test_a_folder_without_a_run_and_a_damaged_plan_are_told(tmp_path: Path) -> None:
    with pytest.raises(NicvizError, match="holds no run"):
        open_run(tmp_path)
    (tmp_path / "plan.json").write_text("{")
    with pytest.raises(NicvizError, match=r"plan\.json is damaged"):
        open_run(tmp_path)


def test_a_run_without_a_row_has_an_empty_table(tmp_path: Path, plan: Plan, run: Run) -> None:
    (tmp_path / "plan.json").write_bytes((run.folder / "plan.json").read_bytes())
    empty = open_run(tmp_path)
    assert empty.query("select count(*) from trials").rows == [(0,)]
    assert empty.table().schema == arrow_schema()
    assert empty.mean_spectra() == {}


def test_an_unknown_column_is_named(run: Run) -> None:
    with pytest.raises(NicvizError, match="'psnr'"):
        run.table(["psnr"])


def test_a_query_goes_on_when_files_are_merged_meanwhile(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the listing of the files and their reading a merge may have removed them."""
    files = run._files()
    listings = [[files[0].with_name("trials-00000007-00000008.parquet")], files]
    monkeypatch.setattr(Run, "_files", lambda self: listings.pop(0) if len(listings) > 1 else files)
    assert run.query("select count(*) from trials").rows == [(12,)]


def test_merged_sums_are_the_sums_of_the_whole() -> None:
    rng = np.random.default_rng(0)
    keys = [
        SumKey("jpeg", f"jpeg:{k}", name, severity, 0, "G")
        for k in range(2)
        for name, severity in (("fog", 1), ("snow", 2))
    ]
    keys.append(SumKey("jpeg", "jpeg:0", None, None, None, "D"))
    spectra = [(keys[rng.integers(len(keys))], rng.random((64, 33))) for _ in range(60)]
    whole: dict[SumKey, SpectrumSum] = {}
    parts: list[dict[SumKey, SpectrumSum]] = [{}, {}, {}]
    for number, (key, coarse) in enumerate(spectra):
        add_spectrum(whole, key, coarse)
        add_spectrum(parts[number % 3], key, coarse)
    again = merged(sums_of(sums_table(part)) for part in parts)
    assert again.keys() == whole.keys()
    for key, each in whole.items():
        assert again[key].num_images == each.num_images == sum(other == key for other, _ in spectra)
        np.testing.assert_allclose(again[key].total, each.total, rtol=1e-12)
        np.testing.assert_allclose(
            each.mean(), np.mean([c for other, c in spectra if other == key], axis=0), rtol=1e-12
        )


def test_mean_spectra_of_a_run_are_means_over_its_pictures(run: Run) -> None:
    found = run.mean_spectra()
    total = run.query("select avg(g_total) from trials where setting = 'jpeg:10' and corruption = 'fog'").rows[0][0]
    mean = found[SumKey("jpeg", "jpeg:10", "fog", 3, 0, "G")]
    assert mean.num_images == 2
    # 72 px: cells hold one or two frequencies a side, so the mean over cells is near the mean over frequencies.
    assert mean.mean().mean() == pytest.approx(total, rel=0.35)
