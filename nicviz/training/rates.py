"""The rates that one step trains a variable-rate network at."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

_BALANCE = 0.6  # losses of the levels are weighted by λ to the power −0.6: they grow by about the power 0.6


class Rates(NamedTuple):
    """What the network is told in its forward pass, the λ of the loss, one or (B,), and weights of losses, (B,)."""

    arguments: dict[str, Any]
    lmbda: float | Tensor
    weights: Tensor | None = None


def drawn(network: Any, lmbda: float, random: np.random.Generator, batch: int) -> Rates:
    """Return rates at random: one for the batch of a network with gains, one for each picture of a conditioned one.

    Args:
        network: of any architecture; one of a single rate is told nothing.
        lmbda: of the highest quality.
        random: that the rates are drawn from.
        batch: number of pictures.
    """
    if hasattr(network, "Gain"):  # the best λ goes with the square of the gain
        gains = network.Gain.detach()
        level = int(random.integers(len(gains)))
        return Rates({"s": level}, lmbda * float(gains[level] / gains.max()) ** 2)
    if hasattr(network, "lambdas"):
        levels = network.lambdas(lmbda)
        level = int(random.integers(len(levels)))
        each = torch.full((batch,), levels[level], device=next(network.parameters()).device)
        return Rates({"s": level}, each, (each / lmbda) ** -_BALANCE)
    if hasattr(network, "film"):
        from nicviz.codecs.neural.network.film import LEAST, MOST

        told = LEAST * (MOST / LEAST) ** random.random(batch)
        device = next(network.parameters()).device
        lambdas = torch.tensor(told, dtype=torch.float32, device=device)
        weights = ((LEAST * MOST) ** 0.5 / lambdas).sqrt()  # else Adam sees the highest λ of a batch alone
        return Rates({"lmbda": lambdas[:, None]}, lambdas * (lmbda / MOST), weights)
    return Rates({}, lmbda)
