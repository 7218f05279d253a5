"""`python -m nicviz package`: one command from a run to a packaged codec, and one line on bad input."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nicviz.__main__ import main
from nicviz.codecs.neural.family.cards import read_manifest
from nicviz.codecs.neural.family.compact import MANIFEST
from nicviz.codecs.neural.family.kinds import FAMILY
from nicviz.training.checkpoint import save
from nicviz.training.config import Config
from tests.codecs.neural.small import small_network
from tests.shared_data import shared

pytestmark = pytest.mark.slow


@pytest.fixture
def run(tmp_path) -> Path:
    """A finished run of a small hyperprior."""
    folder = tmp_path / "run"
    folder.mkdir()
    config = Config(pictures=str(tmp_path / "pictures"), lmbda=0.01, steps=40, widths=(8, 12))
    save(folder, config, small_network("bmshj2018-hyperprior").state_dict(), {"step": 40})
    return folder


def test_a_run_becomes_a_packaged_codec(run, tmp_path, capsys, monkeypatch):
    searched = "compact-hyperprior-search"
    monkeypatch.setitem(FAMILY, searched, replace(FAMILY[searched], search=1))  # 50 would take a minute
    kodak, into = shared("kodak"), tmp_path / "weights"
    arguments = ["package", str(run), "--codec", "compact-hyperprior", "--kodak", str(kodak), "--into", str(into)]
    assert main([*arguments, "--quality", "2", "--data", "noise"]) == 0
    said = capsys.readouterr()
    assert "of 50 MB" in said.err
    card = json.loads(said.out)
    assert read_manifest(into / MANIFEST)[searched].search == 1
    (stored,) = read_manifest(into / MANIFEST)["compact-hyperprior"].cards
    assert (card["file"], card["sha256"]) == (stored.file, stored.sha256)
    assert card["training"]["commands"] == [
        "python -m nicviz train PHOTOGRAPHS --save runs/compact-hyperprior-2 --lambda 0.01 --widths 8,12 --steps 40"
    ]
    assert card["training"]["data"] == "noise"
    assert str(tmp_path) not in (into / MANIFEST).read_text()
    assert main(arguments) == 2
    assert "whole number from 1 on as its quality; got None" in capsys.readouterr().err


def test_bad_input_is_one_line_and_writes_nothing(run, tmp_path, capsys):
    into = tmp_path / "weights"
    options = ["--codec", "compact-hyperprior", "--quality", "2", "--into", str(into)]
    assert main(["package", str(run), *options, "--kodak", str(tmp_path)]) == 2
    assert "does not hold the 24 Kodak images" in capsys.readouterr().err
    assert main(["package", str(tmp_path), *options, "--kodak", str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert not into.exists()
