"""A network that codes its latent in groups starts from a scale hyperprior: the same rates, channels in its order."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nicviz.training.pictures import Photographs

_CROPS, _SIDE = 128, 64  # the smallest that photographs are taken for
_NEW_SPREAD = 0.3  # of channels that the start does not have, in rounding steps: they cost next to nothing at first


@torch.no_grad()
def grouped(
    given: Mapping[str, Tensor], network: Any, photographs: Photographs, random: np.random.Generator
) -> Mapping[str, Tensor]:
    """Return the tensors of a start as the network names and orders them.

    Channels come by falling energy, as the groups want them; those that are missing begin small. The hyper-analysis
    sees magnitudes as it did and signs with zero weight; means begin at zero. Tensors of a network that has groups
    already, or whose transforms do not fit, stay as they are.

    Args:
        given: state dict of a scale hyperprior, of one or of variable rate.
        network: what will be trained, on the CPU.
        photographs: energies are taken from crops of them.
        random: draws the crops and the new kernels.
    """
    own = network.state_dict()
    if (
        "log_gains" in given
        or "h_s.4.weight" not in given
        or given["g_a.6.weight"].shape[1:] != own["g_a.6.weight"].shape[1:]
    ):
        return given
    given = {name: tensor.float() for name, tensor in given.items() if tensor.is_floating_point()}
    channels, all_channels = len(given["g_a.6.bias"]), len(own["g_a.6.bias"])
    analysis = {name: tensor for name, tensor in given.items() if name.startswith("g_a.")}
    fresh = torch.from_numpy(
        random.standard_normal((all_channels - channels, *given["g_a.6.weight"].shape[1:]))
    ).float()
    analysis["g_a.6.weight"] = torch.cat((given["g_a.6.weight"], fresh))
    analysis["g_a.6.bias"] = functional.pad(given["g_a.6.bias"], (0, len(fresh)))
    transform = _with(network.g_a, analysis)
    crops = photographs.crops(random, _CROPS, _SIDE).cpu()
    y = transform(crops)
    spread = y.std((0, 2, 3))
    analysis["g_a.6.weight"][channels:] *= (_NEW_SPREAD / spread[channels:])[:, None, None, None]
    analysis["g_a.6.bias"][channels:] = -y.mean((0, 2, 3))[channels:] * _NEW_SPREAD / spread[channels:]
    order = torch.cat((spread[:channels].argsort(descending=True), torch.arange(channels, all_channels)))
    more = all_channels - channels
    magnitudes = functional.pad(given["h_a.0.weight"], (0, 0, 0, 0, 0, more))[:, order]
    scales = functional.pad(given["h_s.4.weight"], (0, 0, 0, 0, 0, 0, 0, more))[order]
    biases = functional.pad(given["h_s.4.bias"], (0, more), value=_NEW_SPREAD)[order]
    return given | {
        "g_a.6.weight": analysis["g_a.6.weight"][order],
        "g_a.6.bias": analysis["g_a.6.bias"][order],
        "g_s.0.weight": functional.pad(given["g_s.0.weight"], (0, 0, 0, 0, 0, 0, 0, more))[order],
        "h_a.0.weight": torch.cat((magnitudes, torch.zeros_like(magnitudes)), 1),
        "h_s.4.weight": torch.cat((scales, torch.zeros_like(scales))),
        "h_s.4.bias": torch.cat((biases, torch.zeros_like(biases))),
    }


def _with(transform: Any, tensors: Mapping[str, Tensor]) -> Any:
    transform.load_state_dict({name.removeprefix("g_a."): value for name, value in tensors.items()}, strict=False)
    return transform
