"""What training minimizes, by the metric of the distortion.

The rate–distortion Lagrangian, as in Ballé et al. (2018) and with CompressAI's scale of λ; or, for a recurrent model,
whose rate is fixed, the mean magnitude of the residuals (Toderici et al., CVPR 2017, eq. 2).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
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


def rate_distortion(output: Mapping[str, Any], target: Tensor, lmbda: float, metric: str) -> Loss:
    """Return the loss λ · 255² · MSE + bpp, or λ · (1 − MS-SSIM) + bpp.

    Args:
        output: "x_hat", of the shape of `target`, and "likelihoods", as CompressAI's models give them.
        target: (B, 3, H, W) in [0, 1].
        lmbda: λ.
        metric: "mse" or "ms-ssim".
    """
    pixels = target.shape[0] * target.shape[2] * target.shape[3]
    nats = torch.stack([-likelihoods.log().sum() for likelihoods in output["likelihoods"].values()]).sum()
    bpp = nats / (math.log(2) * pixels)
    mse = functional.mse_loss(output["x_hat"], target)
    if metric == "ms-ssim":
        from pytorch_msssim import ms_ssim

        distortion = 1 - ms_ssim(output["x_hat"], target, data_range=1.0)
    else:
        distortion = 255**2 * mse
    return Loss(lmbda * distortion + bpp, bpp, mse)


def residuals(left: Sequence[Tensor], bits: int) -> Loss:
    """Return the loss of a recurrent model: the mean magnitude over iterations, pixels and channels.

    Args:
        left: what each iteration leaves of the pictures, (B, 3, H, W) each, of values in [0, 1].
        bits: of all iterations of a batch together.
    """
    pixels = left[0].shape[0] * left[0].shape[2] * left[0].shape[3]
    total = torch.stack([each.abs().mean() for each in left]).mean()
    return Loss(total, total.new_tensor(bits / pixels), left[-1].square().mean())


def _lagrangian(network: Any, crops: Tensor, config: Config, random: np.random.Generator) -> Loss:
    lmbda = config.lmbda or 0.0
    if not hasattr(network, "Gain"):
        return rate_distortion(network(crops), crops, lmbda, config.metric)
    gains = network.Gain.detach()  # a quality at random; the best λ goes with the square of the gain
    level = int(random.integers(len(gains)))
    lmbda *= float(gains[level] / gains.max()) ** 2  # λ is named for the highest quality
    return rate_distortion(network(crops, s=level), crops, lmbda, config.metric)


def _recurrent(network: Any, crops: Tensor, config: Config, random: np.random.Generator) -> Loss:
    del random
    with torch.autocast(crops.device.type, torch.bfloat16, enabled=config.precision == "bfloat16"):
        values, pictures = zip(*network.iterate(crops, config.iterations), strict=True)
    return residuals([crops - picture for picture in pictures], sum(each.numel() for each in values))


LOSSES: Mapping[str, Callable[[Any, Tensor, Config, np.random.Generator], Loss]] = {
    "mse": _lagrangian,
    "ms-ssim": _lagrangian,
    "l1": _recurrent,
}
"""Of network, crops, settings and random numbers, by the metric of a run."""
