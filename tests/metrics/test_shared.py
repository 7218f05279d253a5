"""Metrics against several references at once are those against each."""

import numpy as np
import pytest

from nicviz.errors import NicvizError
from nicviz.metrics import METRICS, measure_metrics
from nicviz.metrics.shared import Reference, measure_against


def image(seed: int, shape: tuple[int, int] = (180, 190)) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), np.uint8)


@pytest.mark.parametrize("shape", [(180, 190), (1, 1), (12, 40)])
def test_the_values_are_those_of_each_reference_alone(shape: tuple[int, int]) -> None:
    made = image(0, shape)
    references = [image(1, shape), image(2, shape), made]
    found = measure_against([Reference(each) for each in references], made)
    for figures, reference in zip(found, references, strict=True):
        alone = measure_metrics(reference, made)
        assert list(figures) == list(alone) == list(METRICS)
        for name, value in alone.items():
            assert figures[name] == (value if value is None else pytest.approx(value, rel=1e-9)), name


def test_only_what_is_asked_for_is_measured() -> None:
    (found,) = measure_against([Reference(image(1))], image(0), ("delta_e00", "psnr_db"))
    assert list(found) == ["delta_e00", "psnr_db"]


def test_a_large_image_is_measured_without_keeping_its_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nicviz.metrics.shared.MOST_PIXELS", 1)
    reference = Reference(image(1))
    (found,) = measure_against([reference], image(0))
    assert found == measure_metrics(image(1), image(0))
    assert "lab" not in vars(reference)


def test_images_of_two_sizes_are_refused() -> None:
    with pytest.raises(NicvizError, match="one size"):
        measure_against([Reference(image(1, (12, 12)))], image(0, (12, 13)))
