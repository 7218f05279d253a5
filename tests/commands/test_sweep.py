"""The commands sweep and query: words, plan files, exit codes, and what is said where."""

import json
from pathlib import Path

import pytest

from nicviz.__main__ import main
from nicviz.sweeps.query import open_run
from tests.sweeps.small_run import save_pictures

HERE = ["--workers", "0"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_pictures(tmp_path / "pictures", 2)
    return tmp_path / "pictures"


def test_a_sweep_and_a_query(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = str(tmp_path / "run")
    words = [
        "sweep",
        str(folder),
        "--codec",
        "jpeg:10,50",
        "--codec",
        "png",
        "--corruption",
        "fog",
        "--severity",
        "1,3",
    ]
    assert main([*words, "--into", run, "--dry-run"]) == 0
    out, _ = capsys.readouterr()
    assert out.startswith("18 units, 0 of them there already, 18 to do\nabout ")
    assert not Path(run).exists()
    assert main([*words, "--into", run, *HERE]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert f"18 units in {run}, 18 new" in err
    assert (
        main(["query", run, "select setting, count(*) n, avg(psnr_db) p from trials group by 1 order by 1", "--json"])
        == 0
    )
    records = json.loads(capsys.readouterr().out)
    assert [(record["setting"], record["n"]) for record in records] == [("jpeg:10", 6), ("jpeg:50", 6), ("png", 6)]
    assert records[2]["p"] is None
    assert main(["query", run, "select setting, psnr_db from trials where setting = 'png' limit 1"]) == 0
    assert capsys.readouterr().out == "setting  psnr_db\npng            –\n"


def test_failed_units_and_pictures_left_out_give_exit_code_one(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.png").write_bytes(b"\x89PNG")
    assert main(["sweep", str(folder), "--codec", "png", "--into", str(tmp_path / "run"), *HERE]) == 1
    assert "Left out: broken.png" in capsys.readouterr().err


def test_a_plan_file_says_the_same_as_the_words(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(
        f'images = ["{folder}"]\ncodec = ["jpeg:10,50", "webp:40"]\ncorruption = "fog"\nseverity = [1, 5]\nseed = 7\n'
    )
    words = [str(folder), "--codec", "jpeg:10,50", "--codec", "webp:40", "--corruption", "fog", "--severity", "1,5"]
    assert main(["sweep", "--plan", str(file), "--into", str(tmp_path / "a"), *HERE]) == 0
    assert main(["sweep", *words, "--seed", "7", "--into", str(tmp_path / "b"), *HERE]) == 0
    capsys.readouterr()
    a, b = open_run(tmp_path / "a").plan, open_run(tmp_path / "b").plan
    assert a.lacks(b) == b.lacks(a) == []
    assert a.command == b.command.replace(str(tmp_path / "b"), str(tmp_path / "a"))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("images = [", "is no TOML"),
        ('images = ["x"]\ncodecs = "jpeg"', "'codecs'"),
        ('images = ["x"]', "needs pictures and --codec"),
        ("images = [true]", "True"),
        ('images = ["chelsea"]\ncodec = "jpeg"\nseed = [1, 2]', "seed is one value"),
        ('images = ["chelsea"]\ncodec = "jpeg"\nmatch = ["bpp=1", "bpp=2"]', "match is one value"),
        ('images = ["chelsea"]\ncodec = "jpeg:900"', "from 1 to 100"),
    ],
)
def test_a_wrong_plan_file_costs_one_line_that_names_it(
    tmp_path: Path, text: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(text)
    assert main(["sweep", "--plan", str(file), "--into", str(tmp_path / "run")]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert str(file) in line
    assert named in line


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--into", "run"], "needs pictures"),
        (["chelsea", "--into", "run"], "--codec"),
        (["chelsea", "--codec", "jpeg"], "--into"),
        (["chelsea", "--codec", "jpeg", "--codec", "jpeg:3", "--into", "run"], "named twice"),
        (["chelsea", "--codec", "jpeg:3", "--match", "bpp=1", "--into", "run"], "leave out :QUALITY"),
        (["chelsea", "--codec", "jpeg", "--corruption", "rain", "--into", "run"], "rain"),
        (["chelsea", "--codec", "jpeg", "--severity", "1,6", "--into", "run"], "1,6"),
        (["chelsea", "--codec", "jpeg", "--severity", "1,1", "--into", "run"], "once"),
        (["chelsea", "--codec", "mbt2018", "--into", "run"], "weights"),
        (["chelsea", "--codec", "jpeg", "--into", "run", "--plan", "x.toml"], "With --plan"),
        (["--plan", "nowhere.toml", "--into", "run"], "nowhere.toml"),
        (["--plan", "x.toml", "--into", "run", "--seed", "7"], "With --plan"),
        (["--plan", "x.toml", "--into", "run", "--severity", "5"], "With --plan"),
        (["--plan", "x.toml", "--into", "run", "--match", "bpp=1"], "With --plan"),
        (["chelsea", "--codec", "jpeg", "--into", "run", "--save-corrupted", "./run"], "folder of their own"),
        (["nowhere", "--codec", "jpeg", "--into", "run"], "nowhere"),
        (["chelsea", "--codec", "jpeg", "--into", "run", "--workers", "1", "--scheduler", "tcp://a:1"], "--workers"),
    ],
)
def test_bad_words_cost_one_line_and_exit_code_two(
    words: list[str], named: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert named in err.strip().splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("sql", "named"), [("selec", "syntax"), ("select nonesuch from trials", "nonesuch")])
def test_a_wrong_question_costs_one_line_and_exit_code_two(
    folder: Path, tmp_path: Path, sql: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", str(folder), "--codec", "png", "--into", str(tmp_path / "run"), *HERE]) == 0
    capsys.readouterr()
    assert main(["query", str(tmp_path / "run"), sql]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.strip().splitlines()
    assert named in line


def test_a_folder_that_holds_no_run_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", str(tmp_path), "select 1"]) == 2
    assert "holds no run" in capsys.readouterr().err


def test_ctrl_c_keeps_what_had_come(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import signal

    from nicviz.sweeps import schedule

    measure = schedule.measure_group

    def interrupted(work: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return measure(work)

    monkeypatch.setattr(schedule, "measure_group", interrupted)
    before = signal.getsignal(signal.SIGINT)
    run = str(tmp_path / "run")
    assert main(["sweep", str(folder), "--codec", "png", "--codec", "jpeg", "--into", run, *HERE]) == 130
    assert signal.getsignal(signal.SIGINT) is before
    assert "9 of 18 units are kept; the same command goes on." in capsys.readouterr().err
    monkeypatch.undo()
    assert main(["sweep", str(folder), "--codec", "png", "--codec", "jpeg", "--into", run, *HERE]) == 0
    assert open_run(tmp_path / "run").num_rows == 18
