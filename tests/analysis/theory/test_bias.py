"""What a linear codec makes of one picture, from the store the second time."""

import math
from pathlib import Path

import numpy as np
import pytest

from nicviz.analysis.theory.bias import PICTURE, LinearAt, run_linear, widened
from nicviz.codecs import CODECS
from nicviz.errors import Canceled, NicvizError
from nicviz.images import LoadedImage
from nicviz.metrics import METRICS
from nicviz.run.work import Signal
from nicviz.spectra.radial import Transfer, natural_rings
from nicviz.store import Store
from tests.codecs.pictures import photograph

IMAGE = LoadedImage("part", photograph(192))


def test_it_is_the_registered_codec(tmp_path: Path) -> None:
    done = run_linear(IMAGE, "brown", LinearAt("mse", 150.0), Signal(), Store(tmp_path))
    codec = CODECS["pca-16-brown"]
    bitstream = codec.encode(IMAGE.pixels, 150.0)
    assert done.bpp == 8 * len(bitstream) / 192**2
    assert (done.pixels() == codec.decode(bitstream)).all()
    assert done.psnr_db == pytest.approx(METRICS["psnr_db"].compute(IMAGE.pixels, done.pixels()))


@pytest.mark.parametrize("trained_on", ["photographs", "pink", PICTURE])
def test_a_rate_is_met_to_one_percent(tmp_path: Path, trained_on: str) -> None:
    done = run_linear(IMAGE, trained_on, LinearAt("bpp", 0.8), Signal(), Store(tmp_path))
    assert done.reached
    assert done.bpp == pytest.approx(0.8, rel=0.01)


def test_a_rate_that_cannot_be_met_is_told(tmp_path: Path) -> None:
    done = run_linear(IMAGE, "white", LinearAt("bpp", 0.02), Signal(), Store(tmp_path))
    assert not done.reached
    assert done.bpp > 0.03


def test_the_second_time_it_comes_from_the_store_and_is_the_same(tmp_path: Path, monkeypatch) -> None:
    store = Store(tmp_path)
    first = run_linear(IMAGE, PICTURE, LinearAt("mse", 100.0), Signal(), store)
    monkeypatch.setattr("nicviz.analysis.theory.bias._run", lambda *_: pytest.fail("made again"))
    again = run_linear(IMAGE, PICTURE, LinearAt("mse", 100.0), Signal(), store)
    assert again.png == first.png
    assert np.array_equal(again.theory.gain, first.theory.gain, equal_nan=True)
    assert (again.mse, again.share, again.psnr_db) == (first.mse, first.share, first.psnr_db)


def test_its_own_training_set_serves_a_picture_best(tmp_path: Path) -> None:
    store, at = Store(tmp_path), LinearAt("bpp", 0.8)
    psnr = {name: run_linear(IMAGE, name, at, Signal(), store).psnr_db for name in ("photographs", "white", PICTURE)}
    assert max(psnr, key=psnr.get) == PICTURE
    assert min(psnr, key=psnr.get) == "white"


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    canceled = Signal()
    canceled.set()
    with pytest.raises(Canceled):
        run_linear(IMAGE, "pink", LinearAt("mse", 100.0), canceled, Store(tmp_path))
    tiny = LoadedImage("tiny", photograph(12))
    with pytest.raises(NicvizError, match="16×16"):
        run_linear(tiny, PICTURE, LinearAt("mse", 100.0), Signal(), Store(tmp_path))
    assert run_linear(tiny, "pink", LinearAt("mse", 100.0), Signal(), Store(tmp_path)).bpp > 0
    assert math.isfinite(run_linear(IMAGE, "pink", LinearAt("mse", 1.0), Signal(), Store(tmp_path)).psnr_db)


def test_wide_rings_hold_what_the_natural_ones_do() -> None:
    rings = natural_rings((100, 80))
    random = np.random.default_rng(0)
    given, kept = random.uniform(1, 2, (2, len(rings.count)))
    found = widened(Transfer(given, kept, given), rings, 9)
    assert found.count.sum() == rings.count.sum() == 8000
    one = widened(Transfer(given, kept, given), rings, 1)
    assert one.gain[0] == pytest.approx((kept * rings.count).sum() / (given * rings.count).sum())
    few = natural_rings((4, 4))
    assert np.isfinite(widened(Transfer(*np.ones((3, len(few.count)))), few).gain).sum() == len(few.count)
