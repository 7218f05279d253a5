"""Gradual pruning (Zhu and Gupta, 2017) of convolution kernels, by magnitudes that are comparable between layers."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

_END = 0.7  # part of the steps after which the sparsity is reached and the rest is fine-tuning
EVERY = 50


def sparsity_at(step: int, steps: int, final: float, initial: float = 0.0) -> float:
    """Return the part of weights that is zero after `step` of `steps`, from `initial` to `final`.

    Source: Zhu and Gupta, "To prune, or not to prune", 2017, eq. 1.
    """
    t = min(1.0, step / max(1.0, _END * steps))
    return final + (min(initial, final) - final) * (1 - t) ** 3


def kernels(network: nn.Module) -> dict[str, nn.Parameter]:
    """Return the parameters that pruning takes from: the kernels of all convolutions."""
    return {name: parameter for name, parameter in network.named_parameters() if parameter.ndim == 4}


def lamp_masks(weights: Mapping[str, Tensor], sparsity: float) -> dict[str, Tensor]:
    """Return for each kernel which weights stay (True), so that the part `sparsity` of all of them does not.

    A weight's score is its square by the sum of the squares that are not smaller in its kernel; the lowest scores go.
    So each kernel loses its smallest weights, and small kernels, such as those beside the pixels, lose fewer.

    Source: Lee et al., "Layer-adaptive sparsity for the magnitude-based pruning", ICLR 2021.
    """
    scores = {name: _scores(weight.detach()) for name, weight in weights.items()}
    every = torch.cat([score.flatten() for score in scores.values()])
    stays = torch.ones_like(every, dtype=torch.bool)
    stays[every.argsort(stable=True)[: round(sparsity * every.numel())]] = False
    parts = torch.split(stays, [score.numel() for score in scores.values()])
    return {name: part.view_as(weights[name]) for name, part in zip(scores, parts, strict=True)}


def _scores(weight: Tensor) -> Tensor:
    squares, order = weight.double().square().flatten().sort(stable=True)
    rest = squares.flip(0).cumsum(0).flip(0)
    scores = torch.empty_like(squares)
    scores[order] = squares / rest.clamp_min(torch.finfo(torch.float64).tiny)
    return scores


@torch.no_grad()
def apply_masks(weights: Mapping[str, Tensor], masks: Mapping[str, Tensor]) -> None:
    """Set to zero in place what the masks leave out."""
    for name, mask in masks.items():
        weights[name].mul_(mask)
