"""Gradual magnitude pruning (Zhu and Gupta, 2017) of convolution kernels."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

_END = 0.7  # part of the steps after which the sparsity is reached and the rest is fine-tuning
EVERY = 50


def sparsity_at(step: int, steps: int, final: float) -> float:
    """Return the part of weights that is zero after `step` of `steps`: s · (1 − (1 − t)³), Zhu and Gupta's eq. 1."""
    t = min(1.0, step / max(1.0, _END * steps))
    return final * (1 - (1 - t) ** 3)


def kernels(network: nn.Module) -> dict[str, nn.Parameter]:
    """Return the parameters that pruning takes from: the kernels of all convolutions."""
    return {name: parameter for name, parameter in network.named_parameters() if parameter.ndim == 4}


def magnitude_masks(weights: Mapping[str, Tensor], sparsity: float) -> dict[str, Tensor]:
    """Return for each kernel which weights stay (True): all but the part `sparsity` that is smallest in magnitude."""
    masks = {}
    for name, weight in weights.items():
        magnitudes = weight.detach().abs().flatten()
        count = round(sparsity * magnitudes.numel())
        mask = torch.ones_like(magnitudes, dtype=torch.bool)
        mask[magnitudes.argsort(stable=True)[:count]] = False
        masks[name] = mask.view_as(weight)
    return masks


@torch.no_grad()
def apply_masks(weights: Mapping[str, Tensor], masks: Mapping[str, Tensor]) -> None:
    """Set to zero in place what the masks leave out."""
    for name, mask in masks.items():
        weights[name].mul_(mask)
