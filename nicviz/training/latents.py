"""Latents in place of photographs: an entropy model is trained alone while its transforms stand aside."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nicviz.training.pictures import Photographs

_TRANSFORMS = ("g_a", "g_s")
_MULTIPLE = 64  # pixels that a photograph's sides are cut to


@dataclass(frozen=True)
class Latents:
    """What the analysis transform makes of photographs, once.

    Args:
        values: (M, h, w) each.
        weights: the chance of each to be drawn; they add up to 1.
        stride: pixels on a side of what one place stands for.
    """

    values: tuple[Tensor, ...]
    weights: NDArray[np.float64]
    stride: int

    def crops(self, random: np.random.Generator, count: int, side: int) -> Tensor:
        """Return crops at random places, (count, M, side / stride, side / stride), for a side in pixels."""
        side //= self.stride
        chosen = random.choice(len(self.values), size=count, p=self.weights)
        crops = []
        for value, (down, right) in zip((self.values[at] for at in chosen), random.random((count, 2)), strict=True):
            top, left = (int(part * (end - side + 1)) for part, end in zip((down, right), value.shape[1:], strict=True))
            crops.append(value[:, top : top + side, left : left + side])
        return torch.stack(crops)


@torch.no_grad()
def set_aside(network: Any, photographs: Photographs) -> tuple[Latents, dict[str, Tensor]]:
    """Take the transforms out of a network, which then takes latents and gives rounded ones.

    Returns:
        The latents of the photographs, and the tensors of the transforms under their names in the network.
    """
    values = []
    for picture in photographs.pixels:
        height, width = (size - size % _MULTIPLE for size in picture.shape[:2])
        x = picture[:height, :width].permute(2, 0, 1)[None].float().div(255)
        values.append(network.g_a(x.contiguous(memory_format=torch.channels_last))[0].contiguous())
    held: dict[str, Tensor] = {}
    for name in _TRANSFORMS:
        held |= {f"{name}.{key}": tensor for key, tensor in getattr(network, name).state_dict().items()}
        setattr(network, name, nn.Identity())
    if hasattr(network, "log_gains"):
        network.log_gains.requires_grad_(False)  # a rate alone would make them smaller and smaller
    return Latents(tuple(values), photographs.weights, height // values[-1].shape[1]), held
