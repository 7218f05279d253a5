"""Reverse water-filling, and the models that the package carries."""

import numpy as np
import pytest

from nicviz.codecs.pca.model import FILE, SIZE, TRAINED_ON, shrinkage, trained_model, water_level
from nicviz.errors import NicvizError


@pytest.mark.parametrize("mse", [0.01, 0.7, 3.0, 11.0, 40.0])
def test_the_water_level_gives_the_distortion_that_was_asked_for(mse: float) -> None:
    variances = np.random.default_rng(3).exponential(size=50) ** 3 * 30
    level = water_level(variances, mse)
    reached = np.minimum(level, variances).mean()
    assert reached == pytest.approx(min(mse, variances.mean()), rel=1e-12)


def test_the_water_level_is_what_bisection_finds() -> None:
    variances = np.array([9.0, 4.0, 4.0, 1.0, 0.0])
    low, high = 0.0, 9.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(middle, variances).mean() < 2.0 else (low, middle)
    assert water_level(variances, 2.0) == pytest.approx(low, rel=1e-12)


def test_a_distortion_beyond_the_variance_drops_everything() -> None:
    variances = np.array([5.0, 1.0])
    assert not shrinkage(variances, water_level(variances, 3.0)).any()
    assert not shrinkage(variances, water_level(variances, 99.0)).any()


def test_shrinkage_is_that_of_the_optimal_forward_channel() -> None:
    assert shrinkage(np.array([8.0, 2.0, 1.0, 0.0]), 2.0).tolist() == [0.75, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", TRAINED_ON)
def test_a_model_is_orthonormal_and_its_variances_are_what_they_are_called(name: str) -> None:
    model = trained_model(name)
    assert np.abs(model.basis.T @ model.basis - np.eye(SIZE)).max() < 1e-6
    assert np.abs(model.colors @ model.colors.T - np.eye(3)).max() < 1e-6
    assert model.variances.shape == (3, SIZE)
    assert model.variances.min() >= 0
    like = trained_model("photographs").variances.sum(axis=1)
    assert model.variances.sum(axis=1) == pytest.approx(like, rel=1e-5), "sets differ in their spatial spectrum alone"


def test_no_two_models_have_one_digest_and_all_fit_into_a_megabyte() -> None:
    assert len({trained_model(name).digest for name in TRAINED_ON}) == len(TRAINED_ON)
    assert FILE.stat().st_size < 1_000_000


def test_a_rank_keeps_as_many_components_as_it_says_the_largest_whole() -> None:
    model = trained_model("photographs")
    for rank in (1, 48, 768):
        allocation = model.of_rank(rank)
        kept = allocation.gains == 1.0
        assert kept.sum() == rank
        assert ((allocation.gains == 0.0) | kept).all()
        if rank < 768:
            assert model.variances[kept].min() >= model.variances[~kept].max()
            assert allocation.noise == pytest.approx(model.variances[~kept].max())
    for rank in (0, 769):
        with pytest.raises(NicvizError, match=str(rank)):
            model.of_rank(rank)


def test_an_unknown_training_set_is_refused() -> None:
    with pytest.raises(NicvizError, match="photographs"):
        trained_model("paintings")
