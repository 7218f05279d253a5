"""What an importance map keeps and saves, on a latent that can be counted by hand."""

from dataclasses import replace

import numpy as np
import pytest

from nicviz.analysis.latents.histogram import value_histogram
from nicviz.analysis.latents.importance import importance
from nicviz.codecs.neural_base import Latents

BITS = np.array([[[4.0, 2.0]], [[3.0, 0.5]], [[0.25, 0.25]]])  # three channels at two places


def latents() -> Latents:
    y = np.zeros((3, 1, 2), np.float32)
    field = np.array([[1.5, 1.0]], np.float32)  # two channels at the first place, one at the second
    return Latents(y, y, None, None, None, None, BITS, None, None, 8, importance=field)


def test_bits_are_those_of_the_kept_and_of_the_masked() -> None:
    found = importance(latents())
    assert found is not None
    assert found.kept[:, 0].tolist() == [[True, True], [True, False], [False, False]]
    assert found.bits_kept.tolist() == [[7.0, 2.0]]
    assert found.bits_masked.tolist() == [[0.25, 0.75]]
    assert found.bits_kept.sum() + found.bits_masked.sum() == BITS.sum()
    assert found.share == pytest.approx(0.5)
    assert found.prices == (pytest.approx(3.0), pytest.approx(1 / 3))


def test_what_is_saved_is_counted_at_the_price_of_the_kept() -> None:
    found = importance(latents())
    assert found is not None
    assert found.saved == pytest.approx((3.0 - 0.5) + (3.0 - 0.25) + (3.0 - 0.25)), "3 is the mean where none is kept"


def test_a_map_that_keeps_all_or_nothing_has_no_other_price() -> None:
    for field, prices in ((3.0, (BITS.mean(), None)), (0.0, (None, BITS.mean()))):
        found = importance(replace(latents(), importance=np.full((1, 2), field, np.float32)))
        assert found is not None
        assert found.prices == tuple(None if price is None else pytest.approx(price) for price in prices)


def test_a_model_without_a_map_has_none() -> None:
    assert importance(replace(latents(), importance=None)) is None


def test_a_channel_of_few_values_is_counted_at_them() -> None:
    y_hat = np.array([[[-1.0, 1.0], [1.0, 1.0]]], np.float32)
    found = value_histogram(
        Latents(
            y_hat, y_hat, None, None, None, None, np.full((1, 2, 2), 0.5), None, np.ones((1, 2, 2)), 8,
            alphabet=np.array([[-1.0, 1.0]], np.float32), expected=np.array([[0.4, 0.6]], np.float32),
        ),
        0,
    )  # fmt: skip
    assert found is not None
    assert found.found.tolist() == [0.25, 0.75]
    assert found.expected == pytest.approx([0.4, 0.6])
    assert (found.bits, found.usual_bits) == (2.0, 4.0)
    assert value_histogram(latents(), 0) is None
