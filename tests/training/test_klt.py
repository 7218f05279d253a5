"""The start of new networks: a Karhunen–Loève transform, checked with its own properties."""

from pathlib import Path

import numpy as np
import pytest
import torch
from compressai.models import ScaleHyperprior
from scipy.optimize import minimize_scalar

from nicviz.training.klt import quantization_step, start_as_klt
from nicviz.training.pictures import Photographs, load_photographs
from tests.training.picture_folder import picture_folder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Photographs:
    return load_photographs(picture_folder(tmp_path_factory.mktemp("pictures")), 64, torch.device("cpu"))


def started(widths: tuple[int, int], photographs: Photographs) -> ScaleHyperprior:
    network = ScaleHyperprior(*widths)
    start_as_klt(network, photographs, 0.0483, "mse", np.random.default_rng(0))
    return network.eval()


@pytest.fixture(scope="module")
def whole(photographs: Photographs) -> ScaleHyperprior:
    """A network with as many channels as there are coefficients."""
    return started((192, 768), photographs)


def linear(transform: torch.nn.Sequential, values: torch.Tensor) -> torch.Tensor:
    """Return what the convolutions make of values, without the normalizations between them."""
    for layer in list(transform)[::2]:
        values = layer(values)
    return values


@torch.inference_mode()
def test_with_all_coefficients_the_transform_loses_nothing_not_even_at_the_border(
    photographs: Photographs, whole: ScaleHyperprior
) -> None:
    picture = photographs.crops(np.random.default_rng(1), 1, 64)
    np.testing.assert_allclose(linear(whole.g_s, linear(whole.g_a, picture)), picture, atol=2e-5)


@torch.inference_mode()
def test_coefficients_are_orthogonal_and_their_energy_is_that_of_the_picture(
    photographs: Photographs, whole: ScaleHyperprior
) -> None:
    blocks = photographs.crops(np.random.default_rng(2), 2000, 16)
    latent = linear(whole.g_a, blocks).flatten(1) * quantization_step(0.0483, "mse")
    centered = blocks - whole.g_s[-1].bias[:, None, None]
    np.testing.assert_allclose(latent.square().sum(1), centered.square().sum((1, 2, 3)), rtol=1e-4, atol=1e-4)
    variances = latent.square().mean(0)
    assert variances[:8].sum() > 0.8 * variances.sum()


@torch.inference_mode()
def test_a_third_of_the_channels_passes_nearly_what_the_best_linear_transform_does(photographs: Photographs) -> None:
    network = started((64, 192), photographs)
    blocks = photographs.crops(np.random.default_rng(3), 3000, 16)
    mse = torch.nn.functional.mse_loss(network.g_s(network.g_a(blocks)), blocks).item()
    values = blocks.flatten(1).double().numpy()
    values -= values.mean(0)
    best = (np.linalg.svd(values, compute_uv=False)[192:] ** 2).sum() / values.size
    assert 10 * np.log10(mse / best) < 3


@pytest.mark.parametrize("lmbda", [0.0018, 0.0483])
def test_the_quantization_step_is_where_rate_and_distortion_balance(lmbda: float) -> None:
    def loss(log_step: float) -> float:  # of one coefficient a pixel's value
        return lmbda * 255**2 * np.exp(2 * log_step) / 12 - 3 * log_step / np.log(2)

    found = minimize_scalar(loss, bounds=(-8, 3), method="bounded")
    assert quantization_step(lmbda, "mse") == pytest.approx(np.exp(found.x), rel=1e-3)


@torch.inference_mode()
def test_a_narrow_network_starts_too(photographs: Photographs, tmp_path: Path) -> None:
    network = started((8, 12), photographs)
    blocks = photographs.crops(np.random.default_rng(4), 100, 64)
    mse = torch.nn.functional.mse_loss(network(blocks)["x_hat"], blocks).item()
    assert mse < 0.5 * blocks.var(dim=(0, 2, 3)).mean().item()
