"""New transforms start as a Karhunen–Loève transform of the photographs, new priors with the spread that it gives.

Each convolution of stride 2 is the KLT of 2×2 blocks of what the one before gives, each deconvolution its transpose,
and GDN is nearly the identity; so the first step sees a block transform codec of 16×16 pixels with a sensible
quantization step.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

from nicviz.training.pictures import Photographs

_BLOCK = 16  # pixels on a side of what one place of the latent stands for
_BLOCKS = 20_000
_GAMMA = (1e-3, 5e-5)  # of GDN, on the diagonal and off it: small, but with a gradient
_SPREAD = 0.5  # first guess of a scale, of the channel's standard deviation: most places have less than the mean
_MSE_OF_MS_SSIM = 1300.0  # CompressAI's λ for MS-SSIM by its λ for MSE at the same quality


@torch.no_grad()
def start_as_klt(network: Any, photographs: Photographs, lmbda: float, metric: str, random: Any) -> None:
    """Give a new network the kernels of the KLT.

    Args:
        network: with CompressAI's g_a and g_s of four layers each, on the CPU; those of a transform that is more than
            them are its `main_layers`.
        photographs: what the covariances are taken from.
        lmbda, metric: of the loss; they set the quantization step.
        random: numpy's generator, which chooses the blocks.
    """
    blocks = photographs.crops(random, _BLOCKS, _BLOCK).cpu()
    mean = blocks.mean((0, 2, 3))
    rest = blocks - mean[:, None, None]
    downward, upward = (list(getattr(part, "main_layers", part)) for part in (network.g_a, network.g_s))
    analysis, synthesis = downward[::2], upward[::-2]
    gain = 1 / quantization_step(lmbda, metric)
    for down, up in zip(analysis, synthesis, strict=True):
        last = down is analysis[-1]
        basis, rest, variances = karhunen_loeve(rest, down.out_channels)
        _put(down, up, basis, gain if last else 1.0)
    kernel = analysis[0].weight[: 3 * 4, :, 2:4, 2:4]
    analysis[0].bias[: len(kernel)] = -(kernel.sum((2, 3)) @ mean)  # zeros beyond the border then stand for the mean
    synthesis[0].bias[:3] = mean
    for layer in (*downward[1::2], *upward[1::2]):
        _nearly_identity(layer)
    spread = _SPREAD * gain * variances.clamp_min(0).sqrt()
    if hasattr(network, "expect"):
        network.expect(spread)
    elif hasattr(network, "h_s"):
        scales: Any = [layer for layer in network.h_s.modules() if isinstance(layer, nn.Conv2d)][-1]
        scales.bias[: len(spread)] = spread


def quantization_step(lmbda: float, metric: str) -> float:
    """Return the step Δ, for values in [0, 1], that is best for λ · 255² · MSE + bpp at high rate.

    For MS-SSIM it is that of the λ for MSE at the same quality. An orthonormal transform has the error Δ²/12, and each
    coefficient of 768 a block changes its rate by −log2 Δ: the sum is least at Δ² = 18 / (ln 2 · λ · 255²).
    """
    of_squares = lmbda if metric == "mse" else lmbda / _MSE_OF_MS_SSIM
    return math.sqrt(18 / (math.log(2) * of_squares * 255**2))


def karhunen_loeve(values: Tensor, channels: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the basis (4C, K) of 2×2 blocks of (B, C, H, W), their coefficients (B, K, H/2, W/2) and K variances."""
    count, depth, height, width = values.shape
    blocks = values.reshape(count, depth, height // 2, 2, width // 2, 2).permute(0, 2, 4, 1, 3, 5).flatten(3)
    vectors = blocks.flatten(0, 2)
    variances, basis = torch.linalg.eigh((vectors.T @ vectors).double() / len(vectors))
    basis, variances = basis.flip(1)[:, :channels].float(), variances.flip(0)[:channels].float()
    return basis, (blocks @ basis).permute(0, 3, 1, 2), variances


def _put(down: Any, up: Any, basis: Tensor, gain: float) -> None:
    """Write a basis into the center of 5×5 kernels.

    Channels that it does not use get random kernels, and nobody reads them yet: they can learn, and disturb nothing.
    """
    inputs, outputs = basis.shape[0] // 4, basis.shape[1]
    kernel = basis.T.reshape(outputs, inputs, 2, 2)
    for layer, scale in ((down, gain), (up, 1 / gain)):
        layer.weight[:outputs, :inputs] = 0
        layer.weight[:outputs, :inputs, 2:4, 2:4] = kernel * scale
        layer.bias.zero_()
    down.weight[:outputs, inputs:] = 0
    up.weight[outputs:] = 0


def _nearly_identity(layer: Any) -> None:
    channels = len(layer.beta)
    diagonal, others = _GAMMA
    gamma = torch.full((channels, channels), others) + torch.eye(channels) * (diagonal - others)
    layer.gamma.copy_(layer.gamma_reparam.init(gamma))
    layer.beta.copy_(layer.beta_reparam.init(torch.ones(channels)))
