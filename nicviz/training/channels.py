"""Latent channels that carry nothing begin anew, as what the transforms lose most.

A channel that is always rounded to zero stays there: its synthesis gets no gradient, and its analysis only that of the
rate. So does a random one that begins small. Such channels of `network.elic` begin on the linear way beside the
transforms: reduced-rank regression of what the network loses of a block, on the block itself, gives the directions of
the synthesis, orthonormal, and the analysis that predicts them (Izenman, "Reduced-rank regression for the multivariate
linear model", 1975).
"""

import math
from itertools import accumulate
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nicviz.codecs.neural.network.elic import BLOCK
from nicviz.training.klt import quantization_step
from nicviz.training.pictures import Photographs

_BLOCKS = 24_000
_AT_ONCE = 8  # pictures through a transform
_DEAD = 0.1  # spread, in rounding steps of the highest level
_RIDGE = 1e-4  # of the mean variance of a pixel


@torch.no_grad()
def begin_anew(
    network: Any, photographs: Photographs, lmbda: float, metric: str, side: int, random: np.random.Generator
) -> int:
    """Let the channels begin anew that carry nothing, and return how many they were.

    Args:
        network: a `CompactElic`, on the CPU.
        photographs: what it will be trained on.
        lmbda, metric: of the loss at the highest level; the new channels' rounding step follows from them.
        side: of the crops that it is looked for in.
        random: draws them.
    """
    x = photographs.crops(random, math.ceil(_BLOCKS / (side // BLOCK) ** 2), side).cpu()
    gain = network.gain(network.levels - 1.0)
    y = torch.cat([network.g_a(part) for part in torch.split(x, _AT_ONCE)]) * gain
    dead = (y.std((0, 2, 3)) < _DEAD).nonzero()[:, 0]
    if not len(dead):
        return 0
    y_hat = y.round() / gain
    y_hat[:, dead] = 0
    lost = x - torch.cat([network.g_s(part) for part in torch.split(y_hat, _AT_ONCE)])
    blocks = _blocks(x)
    mean = blocks.mean(0)
    analysis, synthesis = _directions(blocks - mean, _blocks(lost), len(dead))
    alive = torch.ones(len(y[0]), dtype=torch.bool).index_fill(0, dead, False)
    if alive.any():
        network.log_gains[:, dead] = network.log_gains[:, alive].mean(1, keepdim=True)
    step = quantization_step(lmbda, metric) * float(network.log_gains[-1, dead[0]].exp())
    way_in, way_out = network.g_a.linear[1], network.g_s.linear[0]
    last, first = network.g_a.main_layers[-1], network.g_s.main_layers[0]
    last.weight[dead] = 0
    last.bias[dead] = 0
    first.weight[dead] = 0
    way_in.weight[dead] = (analysis / step)[:, :, None, None]
    way_in.bias[dead] = -(analysis @ mean) / step
    way_out.weight[:, dead] = synthesis.T[:, :, None, None] * step
    _expect(network, dead, ((blocks - mean) @ analysis.T).std(0) / step * network.log_gains[-1, dead].exp())
    return len(dead)


def _blocks(pictures: Tensor) -> Tensor:
    """Return the blocks of pictures, (n, 768)."""
    return functional.unfold(pictures, BLOCK, stride=BLOCK).transpose(1, 2).flatten(0, 1)


def _directions(seen: Tensor, wanted: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return analysis and orthonormal synthesis, (count, 768) each, that give most of `wanted` from `seen`."""
    seen, wanted = seen.double(), wanted.double()
    square = seen.T @ seen
    square.diagonal().add_(_RIDGE * square.diagonal().mean())
    prediction = torch.linalg.solve(square, seen.T @ wanted)
    _, directions = torch.linalg.eigh(prediction.T @ square @ prediction)
    best = directions[:, -count:].flip(1)
    return (prediction @ best).T.float(), best.T.float()


def _expect(network: Any, dead: Tensor, spread: Tensor) -> None:
    """Let the entropy model guess the spread of new channels, and nothing else follow from them yet."""
    channels = len(network.g_a.main_layers[-1].weight)
    guess = network.h_s[-1]
    for offset, value in ((0, spread), (channels, torch.zeros_like(spread))):
        network.h_a[0].weight[:, offset + dead] = 0
        guess.weight[offset + dead] = 0
        guess.bias[offset + dead] = value
    starts = [0, *accumulate(network.groups)]
    for k, (begin, size) in enumerate(zip(starts, network.groups, strict=False)):
        own = dead[(dead >= begin) & (dead < begin + size)] - begin
        network.spatial_context[k].weight[:, own] = 0
        for offset in (0, size):
            network.aggregation[k][-1].weight[offset + own] = 0
            network.aggregation[k][-1].bias[offset + own] = 0
        for context in network.channel_context[k:]:
            context[0].weight[:, begin + own] = 0
