"""References that are kept between points: the same figures, and no more of them than a few."""

import numpy as np
import pytest

from nicviz.images import LoadedImage
from nicviz.metrics import METRICS, measure_metrics
from nicviz.tasks import references
from nicviz.tasks.references import figures_against


def picture(seed: int, side: int = 48) -> LoadedImage:
    return LoadedImage(f"{seed}", np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8))


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "_kept", type(references._kept)())


def test_figures_are_those_of_each_reference_alone_however_often_they_are_asked_for() -> None:
    given, original, names = picture(1), picture(2), tuple(METRICS)
    for seed in (3, 4):
        image = picture(seed).pixels
        expected = [measure_metrics(each.pixels, image, names) for each in (given, original)]
        for found, alone in zip(figures_against([given, original], image, names), expected, strict=True):
            assert found == {name: value if value is None else pytest.approx(value) for name, value in alone.items()}
    assert set(references._kept) == {given.sha256, original.sha256}


def test_a_few_are_kept_the_last_used_ones() -> None:
    image = picture(9).pixels
    pictures = [picture(seed) for seed in range(references._MOST + 1)]
    for each in [*pictures[:-1], pictures[0], pictures[-1]]:
        figures_against([each], image, ("psnr_db",))
    assert set(references._kept) == {each.sha256 for each in pictures if each is not pictures[1]}


def test_of_a_large_picture_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "_MOST_PIXELS", 48 * 48 - 1)
    given, image = picture(1), picture(2).pixels
    assert figures_against([given], image, ("psnr_db",)) == [measure_metrics(given.pixels, image, ("psnr_db",))]
    assert not references._kept
