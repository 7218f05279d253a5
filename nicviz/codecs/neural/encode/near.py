"""Forward passes of images that differ little from one reference.

A convolution is linear: of an image it makes what it makes of the reference, plus what it makes of the difference.
The reference goes through the transforms once, in float32; differences go through the convolutions in bfloat16, which
rounds them relative to their own size and not to that of the image; so do sums of squares. Everything else (roots and
products of normalizations, hyperprior, rounding of the latent) gets the whole activations in float32. On CPUs that
multiply bfloat16 a pass takes two thirds of the time. For differences of 2 levels (RMS) PSNR moves by less than 0.01 dB
on photographs, where an analysis transform in bfloat16 moves it by 0.2 dB; what is 10 times as far away moves by
0.05 dB. On a flat picture, where all places of the latent round alike, it may move by 1 dB.
"""

from collections.abc import Iterable, Iterator
from copy import copy, deepcopy
from dataclasses import replace
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from nicviz.codecs.base import Image
from nicviz.codecs.neural.encode import coder
from nicviz.codecs.neural.network.fold import FoldedNormalization, SubpixelUpsampling
from nicviz.codecs.neural.network.models import MODELS, Model

_STRIP_VALUES = 1 << 20  # smaller strips fit the cache better, and wait for the interpreter lock more often


def model_near(model: Model, reference: Image, quality: float) -> Model:
    """Return a model for forward passes of images near a reference; the caller holds `working(model)`.

    It is kept within the bound of the model cache, and is the first to go.

    Args:
        model: on the CPU. Transforms that are not made of plain convolutions stay as they are.
        reference: (H, W, 3) uint8.
        quality: native; only variable-rate models compute with it.
    """
    height, width, channels = reference.shape
    key = (reference.tobytes(), (height, width, channels), quality)
    return MODELS.near(model, key, lambda: _prepare(model, reference, quality))


def _prepare(model: Model, reference: Image, quality: float) -> Model:
    network = copy(model.network)
    network._modules = dict(network._modules)  # the copy's own; all but the transforms are the original's
    for name in ("g_a", "g_s"):
        transform = getattr(network, name)
        if isinstance(transform, nn.Sequential) and all(type(layer) in _CHANGED for layer in transform):
            setattr(network, name, _Changes(transform))
    near = replace(model, network=network, prior=model.prior.of(network))
    coder.forward(near, [reference], quality)  # the first is the reference
    own = {
        tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes()
        for part in (network.g_a, network.g_s)
        if isinstance(part, _Changes)
        for tensor in part.kept()
    }
    return replace(near, num_bytes=sum(own.values()))


class _Changes(nn.Module):
    """A transform that computes its first input in float32, and of all others what changes."""

    def __init__(self, transform: nn.Sequential) -> None:
        super().__init__()
        self._layers = [_CHANGED[type(layer)](layer) for layer in transform]
        self._ends: tuple[Tensor, Tensor] | None = None  # what came in and went out of the reference

    def forward(self, x: Tensor) -> Tensor:
        if self._ends is None:
            end = x
            for layer in self._layers:
                end = layer.take(end)
            self._ends = x, end
            return end
        change = (x - self._ends[0]).bfloat16()
        for layer in self._layers:
            change = layer.change(change)
        return self._ends[1] + change

    def kept(self) -> Iterator[Tensor]:
        """Yield what is kept of the reference, and the layers' twins."""
        return chain(self._ends or (), *(layer.kept() for layer in self._layers))


class _Linear:
    """A convolution; the bias cancels in differences."""

    def __init__(self, layer: Any) -> None:
        self._layer, self._twin = layer, deepcopy(layer)
        self._twin.bias = None
        self._twin.bfloat16()

    def take(self, reference: Tensor) -> Tensor:
        result: Tensor = self._layer(reference)
        return result

    def change(self, change: Tensor) -> Tensor:
        result: Tensor = self._twin(change)
        return result

    def kept(self) -> Iterable[Tensor]:
        return chain(self._twin.parameters(), self._twin.buffers())


class _Rectified:
    """A ReLU."""

    def __init__(self, layer: Any) -> None:
        del layer

    def take(self, reference: Tensor) -> Tensor:
        self._reference = reference
        return reference.relu()

    def change(self, change: Tensor) -> Tensor:
        result: Tensor = (self._reference + change).relu_().sub_(self._reference.relu()).bfloat16()
        return result

    def kept(self) -> Iterable[Tensor]:
        return (self._reference,)


class _Normalization:
    """Divisive normalization: what changes of the norm, γ · (2x + δ) δ, in bfloat16, all else in float32."""

    def __init__(self, layer: FoldedNormalization) -> None:
        self._layer = layer
        self._gamma = layer.gamma[:, :, 0, 0].T.bfloat16().contiguous()

    def take(self, reference: Tensor) -> Tensor:
        norm = functional.conv2d(reference * reference, self._layer.gamma, self._layer.beta)
        result: Tensor = self._layer(reference.clone())
        self._rows = [_rows(each) for each in (reference, reference.bfloat16(), norm, result)]
        return result

    def change(self, change: Tensor) -> Tensor:
        """Return the change (B, C, H, W) after the layer, in the place of that before it, strip by strip."""
        count = max(1, _STRIP_VALUES // change.shape[1])
        images = zip(*(torch.split(_rows(image[None]), count) for image in change), strict=True)
        for strips, *shared in zip(images, *(torch.split(each, count) for each in self._rows), strict=True):
            for strip in strips:
                self._change(strip, *shared)
        return change

    def kept(self) -> Iterable[Tensor]:
        return (*self._rows, self._gamma)

    def _change(self, strip: Tensor, reference: Tensor, rough: Tensor, norm: Tensor, result: Tensor) -> None:
        moved = torch.mm(torch.add(strip, rough, alpha=2).mul_(strip), self._gamma).float().add_(norm)
        torch.maximum(moved, self._layer.beta, out=moved)  # the least, whatever the rounding
        moved = moved.sqrt_() if self._layer.inverse else moved.rsqrt_()
        strip.copy_(moved.mul_(strip.float().add_(reference)).sub_(result))


_CHANGED: dict[type, Any] = {
    nn.Conv2d: _Linear,
    nn.ConvTranspose2d: _Linear,
    SubpixelUpsampling: _Linear,
    FoldedNormalization: _Normalization,
    nn.ReLU: _Rectified,
}


def _rows(x: Tensor) -> Tensor:
    """Return (1, C, H, W), channels-last, as (H · W, C) in the same memory."""
    rows: Tensor = x.permute(0, 2, 3, 1).view(-1, x.shape[1])
    return rows
