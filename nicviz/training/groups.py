"""A network that codes its latent in groups starts from a scale hyperprior: the same rates, channels in its order."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nicviz.training.pictures import Photographs

_CROPS, _SIDE = 128, 64  # the smallest that photographs are taken for


@torch.no_grad()
def grouped(
    given: Mapping[str, Tensor], network: Any, photographs: Photographs, random: np.random.Generator
) -> Mapping[str, Tensor]:
    """Return the tensors of a start as the network names and orders them.

    Channels come by falling energy, as the groups want them; those that are missing are zero, and so is the linear way.
    The hyper-analysis sees magnitudes as it did and signs with zero weight; means begin at zero. Tensors of a network
    that has groups already, or whose transforms do not fit, stay as they are.

    Args:
        given: state dict of a scale hyperprior, of one or of variable rate.
        network: what will be trained, on the CPU.
        photographs: energies are taken from crops of them.
        random: draws the crops.
    """
    own = network.state_dict()
    linear = {name: torch.zeros_like(tensor) for name, tensor in own.items() if ".linear." in name}
    given = linear | dict(given)
    if (
        "log_gains" in given
        or "h_s.4.weight" not in given
        or given["g_a.6.weight"].shape[1:] != own["g_a.6.weight"].shape[1:]
    ):
        return given
    given = {name: tensor.float() for name, tensor in given.items() if tensor.is_floating_point()}
    channels, all_channels = len(given["g_a.6.bias"]), len(own["g_a.6.bias"])
    analysis = {name: tensor for name, tensor in given.items() if name.startswith("g_a.")}
    more = all_channels - channels
    analysis["g_a.6.weight"] = functional.pad(given["g_a.6.weight"], (0, 0, 0, 0, 0, 0, 0, more))
    analysis["g_a.6.bias"] = functional.pad(given["g_a.6.bias"], (0, more))
    transform = _with(network.g_a, analysis)
    spread = transform(photographs.crops(random, _CROPS, _SIDE).cpu()).std((0, 2, 3))[:channels]
    order = torch.cat((spread.argsort(descending=True), torch.arange(channels, all_channels)))
    magnitudes = functional.pad(given["h_a.0.weight"], (0, 0, 0, 0, 0, more))[:, order]
    scales = functional.pad(given["h_s.4.weight"], (0, 0, 0, 0, 0, 0, 0, more))[order]
    biases = functional.pad(given["h_s.4.bias"], (0, more), value=1.0)[order]
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
