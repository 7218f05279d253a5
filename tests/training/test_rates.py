"""The rates that a step draws."""

import numpy as np
import pytest
import torch

from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.training.rates import drawn


def test_a_network_with_gains_is_trained_at_a_level_whose_lambda_goes_with_the_square_of_its_gain() -> None:
    network = ARCHITECTURES["bmshj2018-hyperprior-vbr"].build((8, 12))
    for seed in range(5):
        rates = drawn(network, 0.05, np.random.default_rng(seed), 4)
        assert rates.lmbda == pytest.approx(0.05 * float(network.Gain.detach()[rates.arguments["s"]]) ** 2)
        assert rates.weights is None


def test_each_picture_of_a_conditioned_network_has_a_lambda_uniform_in_the_logarithm_and_losses_weigh_alike() -> None:
    network = ARCHITECTURES["bmshj2018-hyperprior-film"].build((8, 12))
    rates = drawn(network, 0.26, np.random.default_rng(1), 4000)
    lambdas = rates.arguments["lmbda"]
    assert lambdas.shape == (4000, 1)
    assert torch.equal(lambdas[:, 0], rates.lmbda)
    logarithms = np.log(lambdas.numpy() / 0.0012) / np.log(0.26 / 0.0012)
    assert np.histogram(logarithms, 8, (0, 1))[0] == pytest.approx(500, abs=90)
    assert rates.weights * rates.lmbda.sqrt() == pytest.approx(torch.full((4000,), (0.0012 * 0.26) ** 0.25), rel=1e-4)
    for_another_metric = drawn(network, 26.0, np.random.default_rng(1), 4000)
    assert for_another_metric.lmbda == pytest.approx(100 * rates.lmbda, rel=1e-5)
    assert torch.equal(for_another_metric.arguments["lmbda"], lambdas)


def test_a_network_of_one_rate_is_told_nothing() -> None:
    network = ARCHITECTURES["bmshj2018-hyperprior"].build((8, 12))
    assert drawn(network, 0.05, np.random.default_rng(1), 4) == ({}, 0.05, None)
