"""`claims --run`: the claims of the papers on a run, as text and as JSON; what it refuses."""

import json
from pathlib import Path

import pytest

from nicviz.__main__ import main
from nicviz.robustness.papers import CLAIMS
from nicviz.robustness.runs import EXAMPLE_FOLDER

RUN = str(EXAMPLE_FOLDER)
FIELDS = ["claim", "source", "statistic", "value", "low", "high", "verdict", "num_images"]


def records(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    assert main(["claims", "--run", RUN, "--json", *words]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_the_list_is_that_of_the_design(capsys) -> None:
    found = records(capsys)
    assert len(found) == len(CLAIMS) >= 12
    assert all(list(record) == FIELDS for record in found)
    assert {record["verdict"] for record in found} <= {"holds", "does not hold", "not decided", "no data"}
    for record in found:
        if record["low"] is not None:
            assert record["low"] <= record["value"] <= record["high"]  # type: ignore[operator]


def test_the_same_command_gives_the_same_numbers_and_another_rate_others(capsys) -> None:
    first, again, other = (records(capsys, *words) for words in ((), (), ("--match", "bpp=0.35")))
    assert first == again
    assert [each["value"] for each in first] != [each["value"] for each in other]


def test_text_says_verdict_numbers_and_pictures(capsys) -> None:
    assert main(["claims", "--run", RUN, "--equal", "rate", "--codec", "compact-hyperprior"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("codecs at 0.5 bpp")
    assert text.count("measured on") == len(CLAIMS)


@pytest.mark.parametrize(("words", "said"), [
    (["--run", RUN, "astronaut"], "those of the run"), (["--run", RUN, "--codec", "compact-hyperprior:3"], "without a"),
    (["--run", RUN, "--codec", "webp"], "got 'webp'"), (["--run", RUN, "--match", "psnr=32"], "equal in rate"),
    (["--run", "nowhere"], "holds no run"), (["astronaut"], "--run RUN"), ([], "--run RUN"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_line(words: list[str], said: str, capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["claims", *words]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert said in lines[0]
    assert Path(RUN).is_dir()
