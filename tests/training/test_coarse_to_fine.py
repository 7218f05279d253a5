"""A coarse-to-fine model that is trained from a hyperprior: first its entropy model alone, then all of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nicviz.codecs.neural.family.own import session_codec
from nicviz.errors import TrainingError
from nicviz.training.config import Config
from nicviz.training.pictures import Photographs, load_photographs
from nicviz.training.run import Run
from tests.codecs.neural.small import saved, small_network
from tests.training.picture_folder import picture_folder

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
HYPERPRIOR = "bmshj2018-hyperprior"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return picture_folder(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def photographs(folder: Path) -> Photographs:
    return load_photographs(folder, 64, CPU)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Config:
    start = tmp_path_factory.mktemp("start") / "start.pth"
    start.write_bytes(saved(small_network(HYPERPRIOR).state_dict()))
    return Config(
        str(folder), 0.01, "coarse-to-fine", widths=(8, 12), steps=40, batch=2, crop=64, learning_rate=2e-3,
        start=str(start), hold_transforms=True,
    )  # fmt: skip


def test_alone_its_rate_falls_and_the_transforms_stay_and_what_was_learned_codes(
    held: Config, photographs: Photographs, tmp_path: Path
) -> None:
    run = Run(held, photographs, CPU)
    losses = [run.advance().loss for _ in range(40)]
    assert np.mean(losses[-8:]) < 0.9 * np.mean(losses[:8])
    state, start = run.averaged(), small_network(HYPERPRIOR).state_dict()
    assert all(torch.equal(state[key], start[key]) for key in start if key.startswith("g_a."))
    assert torch.equal(state["g_s.up.0.weight"], start["g_s.0.weight"])
    file = tmp_path / "learned.pth"
    torch.save({"state_dict": state}, file)
    codec = session_codec(file, file.name)
    picture = photographs.pixels[0].numpy()
    assert codec.decode(codec.encode(picture)).shape == picture.shape


def test_both_phases_go_on_after_a_stop_bit_for_bit_and_the_second_starts_from_the_first(
    held: Config, photographs: Photographs, tmp_path: Path
) -> None:
    start = tmp_path / "before.pth"
    later = replace(held, start=str(start), hold_transforms=False, sparsity=0.5, quantization="rounding")
    for phase in (held, later):
        whole, first, second = (Run(phase, photographs, CPU) for _ in range(3))
        for _ in range(3):
            whole.advance()
        first.advance()
        second.restore(first.state())
        for _ in range(2):
            second.advance()
        expected, found = whole.averaged(), second.averaged()
        assert expected.keys() == found.keys()
        assert all(torch.equal(expected[key], found[key]) for key in expected)
        assert not (phase is later and whole.untrained), "all that the first phase has is taken over"
        torch.save({"state_dict": expected}, start)


def test_transforms_are_held_only_where_a_start_gives_them(held: Config) -> None:
    with pytest.raises(TrainingError, match="come from a start"):
        replace(held, start=None)
