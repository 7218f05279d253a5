"""How the learning rate falls."""

import pytest

from nicviz.training.schedule import Plateau, cosine, warm_up


def test_the_cosine_starts_at_one_is_half_in_the_middle_and_ends_at_a_hundredth() -> None:
    assert cosine(0, 1000) == 1
    assert cosine(500, 1000) == pytest.approx(0.505)
    assert cosine(1000, 1000) == pytest.approx(0.01)


def test_the_warm_up_is_linear() -> None:
    assert [warm_up(step) for step in (0, 49, 99, 5000)] == [0.01, 0.5, 1, 1]


def test_a_plateau_halves_the_rate_after_three_windows_without_a_fall() -> None:
    plateau = Plateau()
    for _ in range(1000):
        plateau.add(2.0)
    for _ in range(2999):
        plateau.add(1.999)  # less than a thousandth better
    assert plateau.factor == 1
    plateau.add(1.999)
    assert plateau.factor == 0.5
    for _ in range(1000):
        plateau.add(1.5)
    assert (plateau.factor, plateau.waited, plateau.best) == (0.5, 0, 1.5)
