"""The loss against CompressAI's own."""

import pytest
import torch
from compressai.losses import RateDistortionLoss

from nicviz.training.loss import rate_alone, rate_distortion


@pytest.mark.parametrize(("metric", "lmbda", "side"), [("mse", 0.013, 64), ("ms-ssim", 8.73, 192)])
def test_the_loss_is_that_of_compressai(metric: str, lmbda: float, side: int) -> None:
    generator = torch.Generator().manual_seed(1)
    target = torch.rand((2, 3, side, side), generator=generator)
    output = {
        "x_hat": (target + 0.05 * torch.randn(target.shape, generator=generator)).clamp(0, 1),
        "likelihoods": {
            "y": torch.rand((2, 8, side // 16, side // 16), generator=generator).clamp_min(1e-9),
            "z": torch.rand((2, 4, side // 64, side // 64), generator=generator).clamp_min(1e-9),
        },
    }
    reference = RateDistortionLoss(lmbda=lmbda, metric=metric)(output, target)
    loss = rate_distortion(output, target, lmbda, metric)
    assert loss.total.item() == pytest.approx(reference["loss"].item(), rel=1e-5)
    assert loss.bpp.item() == pytest.approx(reference["bpp_loss"].item(), rel=1e-5)


def outputs(side: int, count: int) -> tuple[torch.Tensor, dict[str, object]]:
    generator = torch.Generator().manual_seed(2)
    target = torch.rand((count, 3, side, side), generator=generator)
    likelihoods = torch.rand((count, 8, side // 16, side // 16), generator=generator).clamp_min(1e-9)
    x_hat = (target + 0.05 * torch.randn(target.shape, generator=generator)).clamp(0, 1)
    return target, {"x_hat": x_hat, "likelihoods": {"y": likelihoods}}


@pytest.mark.parametrize(("metric", "side"), [("mse", 64), ("ms-ssim", 192)])
def test_pictures_of_their_own_lambda_have_the_losses_that_they_have_alone(metric: str, side: int) -> None:
    target, output = outputs(side, 2)
    lambdas, weights = torch.tensor([0.01, 0.2]), torch.tensor([3.0, 0.5])
    alone = [
        rate_distortion(
            {"x_hat": output["x_hat"][at : at + 1], "likelihoods": {"y": output["likelihoods"]["y"][at : at + 1]}},
            target[at : at + 1],
            float(lambdas[at]),
            metric,
        ).total
        for at in range(2)
    ]
    both = rate_distortion(output, target, lambdas, metric)
    assert both.total.item() == pytest.approx(float(torch.stack(alone).mean()), rel=1e-5)
    weighted = rate_distortion(output, target, lambdas, metric, weights)
    assert weighted.total.item() == pytest.approx(float((torch.stack(alone) * weights).mean()), rel=1e-5)
    assert weighted.bpp.item() == pytest.approx(both.bpp.item())


def test_the_rate_alone_is_that_of_the_pictures_which_the_latents_stand_for() -> None:
    target, output = outputs(64, 2)
    whole = rate_distortion(output, target, 0.01, "mse")
    latents = torch.rand(2, 8, 4, 4)
    alone = rate_alone({"x_hat": latents + 0.1, "likelihoods": output["likelihoods"]}, latents, 16)
    assert alone.total.item() == alone.bpp.item() == pytest.approx(whole.bpp.item(), rel=1e-6)
    assert alone.mse.item() == pytest.approx(0.01, rel=1e-4)
