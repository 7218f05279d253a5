"""What the page says of the order of components follows from their frequencies."""

import numpy as np
import pytest

from nicviz.ui.theory.components import order_sentence

RISING = np.linspace(0.01, 0.3, 32)


@pytest.mark.parametrize(
    ("means", "said"),
    [
        (RISING, "1.00: variance falls with frequency"),
        (RISING[::-1], "-1.00: variance rises with frequency"),
        (np.concatenate([RISING[::2], RISING[::-2]]), "variance hardly depends on frequency"),
        (RISING[:3], "too few components"),
    ],
)
def test_the_sentence_follows_from_the_rank_correlation(means: np.ndarray, said: str) -> None:
    assert said in order_sentence(means)
