"""New transforms around a few centers start as a Karhunen–Loève transform of 8×8 blocks, each channel within reach.

A ReLU lets a signed coefficient pass as a pair, v and −v; residual blocks begin as what goes around them, but for the
small biases that they drew. So the first step sees a block transform codec. Its quantizer has few levels: a component
that a single channel would be too coarse for is given to several, each shifted by a part of the distance between
centers, whose mean is as much finer. The next channel goes to the component where it brings down the error most.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from nicviz.training.klt import karhunen_loeve
from nicviz.training.pictures import Photographs

_BLOCK = 8  # pixels on a side of what one place of the latent stands for
_BLOCKS = 20_000
_REACH = 2.5  # standard deviations that the outermost centers stand for
_CROPS, _SIDE = 100, 64  # that the importance map is fitted to
_KEPT, _SPREAD = 1.0, 0.9  # mean and deviation of its logit: at most places half of the channels to nine of ten
_FLOOR = 4.0 / 255**2  # variance that counts as flat: of two levels
_STEADY = 1e-2  # of the features' variance, so that few of them do not fit the noise
_LUMA = (0.2125, 0.7154, 0.0721)


@torch.no_grad()
def start_with_centers(network: Any, photographs: Photographs, lmbda: float, metric: str, random: Any) -> None:
    """Give a new network the kernels of the KLT.

    Args:
        network: with the transforms of `Mentzer2018`, on the CPU.
        photographs: what the covariances are taken from.
        lmbda, metric: of the loss; without effect, because the number of levels sets the step.
        random: numpy's generator, which chooses the blocks.
    """
    del lmbda, metric
    blocks = photographs.crops(random, _BLOCKS, _BLOCK).cpu()
    mean = blocks.mean((0, 2, 3))
    analysis: list[Any] = [layer for layer in network.g_a[0] if isinstance(layer, nn.Conv2d)]
    synthesis: list[Any] = [layer for layer in network.g_s if isinstance(layer, nn.ConvTranspose2d)][::-1]
    for block in network.modules():
        if hasattr(block, "conv2") and isinstance(block.conv2, nn.Conv2d):
            block.conv2.weight.zero_()
    around = 1 + 2 ** len(network.g_s[2].groups)  # what is then left of the residual groups: the ways around add up

    kernel, rest, _ = _blocks_of_two(blocks - mean[:, None, None], analysis[0].out_channels // 2)
    _put(analysis[0], kernel, outputs=True)
    _put(synthesis[0], _turned(kernel), inputs=True)
    analysis[0].bias.copy_(-analysis[0].weight.sum((2, 3)) @ mean)
    synthesis[0].bias.copy_(mean)

    kernel, rest, _ = _blocks_of_two(rest, analysis[1].out_channels // 2)
    _put(analysis[1], kernel, inputs=True, outputs=True)
    _put(synthesis[1], _turned(kernel) / around, inputs=True, outputs=True)

    kernel, _, variances = _blocks_of_two(rest, 4 * rest.shape[1])
    chosen, shifts = shared_out(variances.clamp_min(0).sqrt().numpy(), network.g_a[1].channels, len(network.centers))
    reach = network.centers.abs().max()
    gains = reach / (_REACH * variances[chosen].clamp_min(1e-12).sqrt())
    counts = torch.bincount(torch.from_numpy(chosen))[chosen]
    spread = kernel[chosen] * gains.view(-1, 1, 1, 1)
    _put(analysis[2], torch.cat((kernel[:1] * 0, spread / around)), inputs=True)
    analysis[2].bias[1:] = torch.from_numpy(shifts).float() * 2 * reach / (len(network.centers) - 1)
    back = kernel[chosen] / (gains * counts).view(-1, 1, 1, 1)
    _put(synthesis[2], _turned(back), outputs=True)
    network.centers[network.centers.abs().argmin()] = 0.0  # what is masked is then drawn as nothing
    _begin_map(network.g_a[0], photographs.crops(random, _CROPS, _SIDE).cpu())


def _begin_map(analysis: nn.Sequential, crops: Tensor) -> None:
    """Let the importance map begin as the local activity: log variance of luminance, by least squares from features.

    One that begins alike everywhere learns slowly what places differ in, and one that keeps all stays so: little is
    gained by its last channel alone.
    """
    last: Any = analysis[-1]
    framed = functional.pad(analysis[:-1](crops), (2, 2, 2, 2), mode="replicate")
    features = functional.avg_pool2d(framed, 5, stride=2).permute(0, 2, 3, 1).flatten(0, 2).double()
    luma = (crops * crops.new_tensor(_LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
    variance = functional.avg_pool2d(luma**2, _BLOCK) - functional.avg_pool2d(luma, _BLOCK) ** 2
    activity = (variance.flatten().double() + _FLOOR).log()
    mean = features.mean(0)
    centered = features - mean
    steady = torch.eye(len(mean)) * _STEADY * len(centered) * centered.var(0).mean()
    weights = torch.linalg.solve(centered.T @ centered + steady, centered.T @ (activity - activity.mean()))
    weights *= _SPREAD / (centered @ weights).std()
    last.weight[0] = (weights / 25).float().view(-1, 1, 1)
    last.bias[0] = _KEPT - float(mean @ weights)


def shared_out(
    deviations: NDArray[np.floating[Any]], channels: int, levels: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return which component each channel carries, in the order of their worth, and its shift, in steps of centers.

    Args:
        deviations: (K,) standard deviations of the components.
        channels: C.
        levels: of the quantizer.
    """
    step = 2 * _REACH / (levels - 1)  # in standard deviations
    given = np.zeros(len(deviations), int)
    chosen = []
    for _ in range(channels):
        errors = [np.where(count == 0, 1.0, step**2 / (12 * np.maximum(count, 1) ** 2)) for count in (given, given + 1)]
        best = int((deviations**2 * (errors[0] - errors[1])).argmax())
        given[best] += 1
        chosen.append(best)
    numbers = [chosen[:place].count(each) for place, each in enumerate(chosen)]
    shifts = [(number - (given[each] - 1) / 2) / given[each] for number, each in zip(numbers, chosen, strict=True)]
    return np.array(chosen), np.array(shifts)


def _blocks_of_two(values: Tensor, most: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the KLT of 2×2 blocks as a kernel (K, C, 2, 2), its coefficients and their variances; K at most `most`."""
    inputs = values.shape[1]
    basis, rest, variances = karhunen_loeve(values, min(most, 4 * inputs))
    return basis.T.reshape(-1, inputs, 2, 2), rest, variances


def _turned(kernel: Tensor) -> Tensor:
    return kernel.transpose(0, 1)


def _put(layer: Any, kernel: Tensor, *, inputs: bool = False, outputs: bool = False) -> None:
    """Write a kernel (outputs, inputs, 2, 2) into the middle of a layer's, for pairs where the sides say so.

    Outputs that it does not use keep what they drew, and nobody reads them yet: they can learn, and disturb nothing.
    """
    weight = layer.weight.transpose(0, 1) if isinstance(layer, nn.ConvTranspose2d) else layer.weight
    first = layer.kernel_size[0] // 2
    middle = slice(first, first + 2)
    into = _pair(kernel.shape[0], weight.shape[0], outputs)
    of = _pair(kernel.shape[1], weight.shape[1], inputs)
    for rows, _ in into:
        weight[rows] = 0
        layer.bias[rows] = 0
    for rows, sign in into:
        for columns, other in of:
            weight[rows, columns, middle, middle] = sign * other * kernel


def _pair(count: int, side: int, paired: bool) -> list[tuple[slice, int]]:
    """Return where `count` signed values lie among channels, and with which sign."""
    half = side // 2
    return [(slice(0, count), 1), (slice(half, half + count), -1)] if paired else [(slice(0, count), 1)]
