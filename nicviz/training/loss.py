"""What training minimizes, by the metric of the distortion.

The rate–distortion Lagrangian, as in Ballé et al. (2018) and with CompressAI's scale of λ; or, for a recurrent model,
whose rate is fixed, the mean magnitude of the residuals (Toderici et al., CVPR 2017, eq. 2).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from nicviz.training.config import Config


@dataclass(frozen=True)
class Loss:
    """Of one batch, tensors of no dimension.

    Args:
        total: what is minimized.
        bpp: estimated rate, bits per pixel.
        mse: mean square error of values in [0, 1].
    """

    total: Tensor
    bpp: Tensor
    mse: Tensor


def rate_distortion(
    output: Mapping[str, Any], target: Tensor, lmbda: float | Tensor, metric: str, weights: Tensor | None = None
) -> Loss:
    """Return the loss λ · 255² · MSE + bpp, or λ · (1 − MS-SSIM) + bpp.

    Args:
        output: "x_hat", of the shape of `target`, and "likelihoods", as CompressAI's models give them.
        target: (B, 3, H, W) in [0, 1].
        lmbda: λ; (B,) where each picture has its own.
        metric: "mse" or "ms-ssim".
        weights: (B,) of the pictures' losses in the mean; None for equal ones.
    """
    apart = isinstance(lmbda, Tensor)
    rates = _bits_per_place(output, target)
    mse = functional.mse_loss(output["x_hat"], target)
    if metric == "ms-ssim":
        from pytorch_msssim import ms_ssim

        distortion = 1 - ms_ssim(output["x_hat"], target, data_range=1.0, size_average=not apart)
    else:
        distortion = 255**2 * ((output["x_hat"] - target).square().mean((1, 2, 3)) if apart else mse)
    if not apart:
        return Loss(lmbda * distortion + rates.mean(), rates.mean(), mse)
    losses = lmbda * distortion + rates
    return Loss((losses if weights is None else weights * losses).mean(), rates.mean(), mse)


def rate_alone(output: Mapping[str, Any], latents: Tensor, stride: int, weights: Tensor | None = None) -> Loss:
    """Return the rate as the loss, where latents (B, M, h, w) went in; the error is theirs, and counts for nothing.

    Args:
        output: as for `rate_distortion`; "x_hat" is rounded latents, and what the synthesis takes beside behind them;
            "helping" a loss that a new entropy model begins with, where it has one.
        latents: what went in.
        stride: pixels on a side of what one place of them stands for.
        weights: as for `rate_distortion`.
    """
    rates = _bits_per_place(output, latents) / stride**2
    bpp = rates.mean()
    total = bpp if weights is None else (weights * rates).mean()
    rounded = output["x_hat"].detach()[:, : latents.shape[1]]
    return Loss(total + output.get("helping", 0), bpp, functional.mse_loss(rounded, latents))


def _bits_per_place(output: Mapping[str, Any], target: Tensor) -> Tensor:
    """Return the bits of each picture of a batch by its places, (B,)."""
    nats = [-likelihoods.log().flatten(1).sum(1) for likelihoods in output["likelihoods"].values()]
    return torch.stack(nats).sum(0) / (math.log(2) * target.shape[2] * target.shape[3])


def residuals(left: Sequence[Tensor], bits: int) -> Loss:
    """Return the loss of a recurrent model: the mean magnitude over iterations, pixels and channels.

    Args:
        left: what each iteration leaves of the pictures, (B, 3, H, W) each, of values in [0, 1].
        bits: of all iterations of a batch together.
    """
    pixels = left[0].shape[0] * left[0].shape[2] * left[0].shape[3]
    total = torch.stack([each.abs().mean() for each in left]).mean()
    return Loss(total, total.new_tensor(bits / pixels), left[-1].square().mean())


def recurrent(network: Any, crops: Tensor, config: Config) -> Loss:
    """Return the loss of a recurrent model, whose iterations work in the precision of the run."""
    with torch.autocast(crops.device.type, torch.bfloat16, enabled=config.precision == "bfloat16"):
        values, pictures = zip(*network.iterate(crops, config.iterations), strict=True)
    return residuals([crops - picture for picture in pictures], sum(each.numel() for each in values))
