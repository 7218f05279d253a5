"""Whole sets: what is left out is said, and what is kept is the same again."""

from pathlib import Path

import numpy as np
import pytest

from nicviz.analysis.theory.patches import SEED, Moments, principal_components, sample_patches
from nicviz.analysis.theory.sets import PATCHES, set_components, set_gaussian, set_spectrum
from nicviz.errors import Canceled, ImageError, NicvizError
from nicviz.images import LoadedImage
from nicviz.run.work import Signal
from nicviz.store import Store
from tests.codecs.pictures import photograph

PICTURES = [LoadedImage(f"part {side}", photograph(side)) for side in (160, 200)]
TINY = LoadedImage("tiny", photograph(20))


def unreadable() -> LoadedImage:
    raise ImageError("broken.png is no picture.")


def loads(*more: LoadedImage) -> list:
    return [lambda one=one: one for one in (*PICTURES, *more)]


def test_a_picture_that_cannot_be_used_is_left_out_and_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    spectrum, problems = set_spectrum([*loads(TINY), unreadable], Signal(), store)
    assert [name for name, _ in spectrum.exponents] == ["part 160", "part 200"]
    assert "tiny is 20×20" in problems[0]
    assert "broken.png" in problems[1]
    _, problems = set_components([*loads(), unreadable], 8, "luminance", Signal(), store)
    assert len(problems) == 1
    curve = set_gaussian(loads(TINY), Signal(), store)
    assert curve.num_pictures == 2
    assert "tiny" in curve.left_out[0]


def test_where_none_can_be_used_that_is_the_error(tmp_path: Path) -> None:
    for make in (set_spectrum, set_gaussian):
        with pytest.raises(NicvizError, match="tiny"):
            make([lambda: TINY], Signal(), Store(tmp_path))
    with pytest.raises(ImageError, match="broken"):
        set_spectrum([unreadable], Signal(), Store(tmp_path))
    with pytest.raises(NicvizError, match="32×32"):
        set_components([lambda: TINY], 32, "luminance", Signal(), Store(tmp_path))


def test_components_of_a_set_are_those_of_all_its_patches_and_are_kept(tmp_path: Path, monkeypatch) -> None:
    store = Store(tmp_path)
    found, _ = set_components(loads(), 8, "luminance", Signal(), store)
    moments = Moments(8, "luminance")
    for number, image in enumerate(PICTURES):
        random = np.random.default_rng([SEED, number])
        moments.add(sample_patches(image.pixels, 8, PATCHES[8], "luminance", random))
    expected = principal_components(moments)
    assert found.count == expected.count
    assert (found.vectors == expected.vectors).all()
    monkeypatch.setattr("nicviz.analysis.theory.sets.principal_components", lambda *_: pytest.fail("made again"))
    again, _ = set_components(loads(), 8, "luminance", Signal(), store)
    assert (again.variances == found.variances).all()


def test_work_that_nobody_wants_ends(tmp_path: Path) -> None:
    signal = Signal()
    signal.set()
    with pytest.raises(Canceled):
        set_spectrum(loads(), signal, Store(tmp_path))


def test_progress_is_the_share_of_the_pictures(tmp_path: Path) -> None:
    signal = Signal()
    set_spectrum(loads(), signal, Store(tmp_path))
    assert signal.progress == 0.5, "of the last picture's begin"
