"""A scale hyperprior for all rates: every convolution is followed by a scale and a shift that λ decides (FiLM).

    λ ── MLP ──▶ σ (C,) ─────┐        σ: 1 → H → C, ReLU between; so is μ
    λ ── MLP ──▶ μ (C,) ─────┤
    x ── convolution ──▶ u ──┴──▶ σ · u + μ ──▶ GDN or ReLU ──▶ the next convolution

    g_a, h_a, h_s, g_s are those of the scale hyperprior, with 4 + 3 + 3 + 4 such pairs of MLPs.

This is the variable-rate model of Lieberman et al. (NeurIPS 2023, arXiv 2307.08657), `ScaleHyperpriorLCT` in their
public code: feature-wise linear modulation (Perez et al., AAAI 2018) and loss-conditional training (Dosovitskiy and
Djolonga, ICLR 2020), in which each picture of a batch has a λ of its own, drawn log-uniformly from 0.0012 to 0.26.

At one λ a scale and a shift after a convolution are another convolution. So `at` gives a plain scale hyperprior, and
whoever codes, looks inside or takes derivatives has that one.
"""

import math
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, cast

import torch
from compressai.models import ScaleHyperprior
from torch import Tensor, nn

LEAST, MOST = 0.0012, 0.26  # λ of the public code's training
_QUALITIES = 8  # from 1, which is the least λ, to 8
_TRANSFORMS = ("g_a", "g_s", "h_a", "h_s")
_HIDDEN = 32  # the public code has 128
_RIDGE = 1e-6
_CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


def lambda_of(quality: float) -> float:
    """Return the λ of a quality from 1 to 8, which are equally far from each other in the logarithm of λ."""
    level = (min(max(quality, 1), _QUALITIES) - 1) / (_QUALITIES - 1)
    return float(LEAST * (MOST / LEAST) ** level)


class Modulation(nn.Module):
    """Scale and shift of C channels as functions of λ; the identity at first.

    A unit of a new hidden layer is max(0, 1 − λ / λ_k), with λ_k spread over the logarithm of λ: a soft step in it. So
    the functions can change as much from 0.0012 to 0.0024 as from 0.12 to 0.24.
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.scale, self.shift = _function(channels, hidden, 1.0), _function(channels, hidden, 0.0)

    def forward(self, u: Tensor, lmbda: Tensor) -> Tensor:
        """Return σ · u + μ for u (B, C, H, W) and λ (B, 1)."""
        scale, shift = (function(lmbda)[:, :, None, None] for function in (self.scale, self.shift))
        result: Tensor = u * scale + shift
        return result


def _function(channels: int, hidden: int, value: float) -> nn.Sequential:
    """Return an MLP of λ that is a constant at first."""
    first, last = nn.Linear(1, hidden), nn.Linear(hidden, channels)
    steps = torch.logspace(math.log10(LEAST), math.log10(2 * MOST), hidden + 1)[1:]
    with torch.no_grad():
        first.weight.copy_(-1 / steps[:, None])
        first.bias.fill_(1.0)
        last.weight.zero_()
        last.bias.fill_(value)
    return nn.Sequential(first, nn.ReLU(), last)


def _follow(function: Any, wanted: Tensor, lambdas: Tensor) -> None:
    """Set the output layer of an MLP so that it gives `wanted` (L, C) at `lambdas` (L, 1), by least squares."""
    hidden = function[:2](lambdas).double()
    weights = 1 / wanted.double().abs().amax(1, keepdim=True).clamp_min(_RIDGE)  # errors count by their part
    design = torch.cat((hidden, torch.ones_like(hidden[:, :1])), dim=1) * weights
    normal = design.T @ design + _RIDGE * torch.eye(design.shape[1], dtype=design.dtype)
    found = torch.linalg.solve(normal, design.T @ (wanted.double() * weights))
    function[2].weight.copy_(found[:-1].T)
    function[2].bias.copy_(found[-1])


class Modulated(nn.Sequential):
    """A transform whose convolutions are modulated."""

    def forward(self, x: Tensor, modulations: nn.ModuleList, lmbda: Tensor) -> Tensor:  # type: ignore[override]
        """Return the transform of x (B, …) at λ (B, 1)."""
        left = iter(modulations)
        for layer in self:
            x = layer(x)
            if isinstance(layer, _CONVOLUTIONS):
                x = next(left)(x, lmbda)
        return x


class FilmHyperprior(ScaleHyperprior):  # type: ignore[misc]
    """The scale hyperprior with modulated convolutions.

    Args:
        N, M: channels of the transforms and of the latent.
        hidden: units of the MLPs.
    """

    def __init__(self, N: int, M: int, hidden: int = _HIDDEN) -> None:
        super().__init__(N, M)
        self.film = nn.ModuleDict()
        for name in _TRANSFORMS:
            transform = Modulated(*getattr(self, name))
            setattr(self, name, transform)
            self.film[name] = nn.ModuleList(
                Modulation(layer.out_channels, hidden) for layer in transform if isinstance(layer, _CONVOLUTIONS)
            )

    def forward(self, x: Tensor, lmbda: Tensor) -> dict[str, Any]:
        """Return "x_hat" and "likelihoods" of pictures (B, 3, H, W), each at its own λ (B, 1)."""
        y = self._transformed("g_a", x, lmbda)
        z_hat, z_likelihoods = self.entropy_bottleneck(self._transformed("h_a", y.abs(), lmbda))
        y_hat, y_likelihoods = self.gaussian_conditional(y, self._transformed("h_s", z_hat, lmbda))
        x_hat = self._transformed("g_s", y_hat, lmbda)
        return {"x_hat": x_hat, "likelihoods": {"y": y_likelihoods, "z": z_likelihoods}}

    def _transformed(self, name: str, x: Tensor, lmbda: Tensor) -> Tensor:
        result: Tensor = getattr(self, name)(x, self.film[name], lmbda)
        return result

    @torch.no_grad()
    def at(self, quality: float) -> ScaleHyperprior:
        """Return the plain scale hyperprior that this is at a quality; the entropy models are shared with it."""
        with torch.random.fork_rng(devices=[]):  # layers draw initial weights; all of them are replaced
            plain = ScaleHyperprior(1, 1)
        plain.N, plain.M = self.N, self.M
        lmbda = next(self.parameters()).new_tensor([[lambda_of(quality)]])
        for name in _TRANSFORMS:
            setattr(plain, name, nn.Sequential(*_modulated(getattr(self, name), self.film[name], lmbda)))
        plain.entropy_bottleneck = self.entropy_bottleneck
        plain.gaussian_conditional = self.gaussian_conditional
        return plain.train(self.training)

    @torch.no_grad()
    def spread(self, lmbda: float) -> None:
        """Let a network that is a scale hyperprior trained at one λ begin as one of variable rate.

        At high rate the best rounding step goes with 1/√λ. With s = √(λ' / λ) at a λ', y is scaled by s, and what
        takes ŷ or |y| by 1 / s, so that the network at λ' is the one at λ with the rounding step 1 / s.
        """
        lambdas = torch.logspace(math.log10(LEAST), math.log10(MOST), 256)[:, None]
        gain = (lambdas / lmbda).sqrt()
        for name, place, scale in (("g_a", -1, gain), ("g_s", 0, 1 / gain), ("h_a", 0, 1 / gain), ("h_s", -1, gain)):
            layer: Any = [layer for layer in getattr(self, name) if isinstance(layer, _CONVOLUTIONS)][place]
            modulation = list(self.film[name])[place]  # type: ignore[call-overload]
            _follow(modulation.scale, scale.expand(-1, layer.out_channels), lambdas)
            if place == 0:  # the bias stays
                _follow(modulation.shift, (1 - scale) * layer.bias, lambdas)


def _modulated(transform: nn.Sequential, modulations: Any, lmbda: Tensor) -> Iterator[nn.Module]:
    """Yield the layers of a transform at one λ (1, 1): convolutions with other kernels, and the rest."""
    left = iter(modulations)
    for layer in transform:
        if not isinstance(layer, _CONVOLUTIONS):
            yield layer
            continue
        modulation, other = next(left), cast("Any", deepcopy(layer))
        scale, shift = modulation.scale(lmbda)[0], modulation.shift(lmbda)[0]
        outputs = (1, -1, 1, 1) if isinstance(layer, nn.ConvTranspose2d) else (-1, 1, 1, 1)
        other.weight.mul_(scale.view(outputs))
        other.bias.mul_(scale).add_(shift)
        yield other
