"""The rate–distortion Lagrangian, as in Ballé et al. (2018) and with CompressAI's scale of λ."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


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


def rate_distortion(output: Mapping[str, Any], target: Tensor, lmbda: float | Tensor, metric: str) -> Loss:
    """Return the loss λ · 255² · MSE + bpp, or λ · (1 − MS-SSIM) + bpp.

    Args:
        output: "x_hat", of the shape of `target`, and "likelihoods", as CompressAI's models give them.
        target: (B, 3, H, W) in [0, 1].
        lmbda: λ; (B,) where each picture has its own.
        metric: "mse" or "ms-ssim".
    """
    pixels = target.shape[0] * target.shape[2] * target.shape[3]
    nats = torch.stack([-likelihoods.log().sum() for likelihoods in output["likelihoods"].values()]).sum()
    bpp = nats / (math.log(2) * pixels)
    mse = functional.mse_loss(output["x_hat"], target)
    apart = isinstance(lmbda, Tensor)
    if metric == "ms-ssim":
        from pytorch_msssim import ms_ssim

        distortion = 1 - ms_ssim(output["x_hat"], target, data_range=1.0, size_average=not apart)
    else:
        distortion = 255**2 * ((output["x_hat"] - target).square().mean((1, 2, 3)) if apart else mse)
    weighted = lmbda * distortion
    return Loss((weighted.mean() if apart else weighted) + bpp, bpp, mse)
