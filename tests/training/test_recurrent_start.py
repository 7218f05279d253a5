"""A recurrent model that was not trained yet: a block transform codec of signs."""

from pathlib import Path

import numpy as np
import pytest
import torch

from nicviz.codecs.neural.network.recurrent import Recurrent
from nicviz.training import recurrent_start
from nicviz.training.pictures import load_photographs
from nicviz.training.recurrent_start import start_recurrent
from tests.training.picture_folder import picture_folder

pytestmark = pytest.mark.slow
WIDTHS = (12, 24, 32, 32, 16, 32, 32, 32, 24)


@torch.inference_mode()
def test_one_iteration_is_nearly_the_best_that_is_linear_in_its_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recurrent_start, "_BLOCKS", 3000)
    photographs = load_photographs(picture_folder(tmp_path / "pictures"), 64, torch.device("cpu"))
    network = Recurrent(*WIDTHS)
    start_recurrent(network, photographs, np.random.default_rng(0))
    network.eval()
    blocks = photographs.crops(np.random.default_rng(1), 3000, 16)
    ((values, picture),) = network.iterate(blocks, 1)
    bits = network.binarizer.bits(values).flatten(1)
    target = (blocks - 0.5).flatten(1)
    best = target - bits @ torch.linalg.lstsq(bits, target).solution
    error, least, nothing = (float(each.square().mean()) for each in (blocks - picture, best, target))
    assert least < 0.7 * nothing, "the bits tell something"
    assert error < 1.3 * least
