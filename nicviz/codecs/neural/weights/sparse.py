"""Pruned kernels without their zeros: how they lie in a safetensors file.

A kernel "g_a.0.weight" is stored as three tensors. ":shape" holds its sides; ":mask" one bit a weight in C order, the
first in the highest bit of a byte, 1 where the weight is not zero, the last byte filled up with zeros; ":values" the
weights whose bit is 1, in that order. With 95 % zeros and float16 that takes 1.8 bits a weight instead of 16.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from nicviz.errors import WeightsError

if TYPE_CHECKING:
    import torch

_SHAPE, _MASK, _VALUES = ":shape", ":mask", ":values"
_MOST_WEIGHTS = 1 << 27  # of a file's pruned kernels, four times the largest model: zeros that take a bit take 4 bytes


def pack(tensors: Mapping[str, "torch.Tensor"]) -> dict[str, "torch.Tensor"]:
    """Return tensors with every kernel (four sides) without its zeros, where that takes fewer bytes."""
    packed: dict[str, torch.Tensor] = {}
    for name, tensor in tensors.items():
        packed |= _parts(name, tensor) if tensor.ndim == 4 and _is_smaller(tensor) else {name: tensor}
    return packed


def _is_smaller(kernel: "torch.Tensor") -> bool:
    bits = 8 * kernel.element_size()
    return kernel.numel() + bits * int(kernel.count_nonzero()) < bits * kernel.numel()


def _parts(name: str, kernel: "torch.Tensor") -> dict[str, "torch.Tensor"]:
    import torch

    mask = kernel != 0
    return {
        name + _SHAPE: torch.tensor(kernel.shape, dtype=torch.int32),
        name + _MASK: torch.from_numpy(np.packbits(mask.numpy())),
        name + _VALUES: kernel[mask],
    }


def unpack(tensors: Mapping[str, "torch.Tensor"], file: str) -> dict[str, "torch.Tensor"]:
    """Return the tensors that `pack` was given; those that it did not change are passed on.

    Args:
        tensors: as they lie in a file.
        file: for messages.

    Raises:
        WeightsError: the parts of a kernel do not fit each other, or the kernels are too large for any model.
    """
    count = 8 * sum(tensor.numel() for name, tensor in tensors.items() if name.endswith(_MASK))
    if count > _MOST_WEIGHTS:
        raise WeightsError(f"{file} holds pruned kernels of {count} weights; at most {_MOST_WEIGHTS} are taken.")
    unpacked = {name: tensor for name, tensor in tensors.items() if not name.endswith((_SHAPE, _MASK, _VALUES))}
    for name in dict.fromkeys(name.rpartition(":")[0] for name in tensors if name not in unpacked):
        shape, mask, values = (tensors.get(name + ending) for ending in (_SHAPE, _MASK, _VALUES))
        if name in unpacked or shape is None or mask is None or values is None:
            raise WeightsError(f"{file} does not hold the pruned kernel {name} in shape, mask and values, and once.")
        unpacked[name] = _kernel(shape, mask, values, f"{file}: the pruned kernel {name}")
    return unpacked


def _kernel(shape: "torch.Tensor", mask: "torch.Tensor", values: "torch.Tensor", what: str) -> "torch.Tensor":
    import torch

    sides = shape.tolist()
    if shape.dtype != torch.int32 or shape.shape != (4,) or min(sides) < 1:
        raise WeightsError(f"{what} has the shape {sides}, which is not four sides.")
    count = math.prod(sides)
    if mask.dtype != torch.uint8 or mask.shape != (-(-count // 8),):
        raise WeightsError(f"{what} has {count} weights and a mask of {mask.numel()} bytes.")
    bits = torch.from_numpy(np.unpackbits(mask.numpy()).astype(bool))
    if bits[count:].any() or values.shape != (int(bits.sum()),) or values.dtype not in _types():
        raise WeightsError(f"{what} has {int(bits.sum())} bits for {values.numel()} values of {values.dtype}.")
    kernel = torch.zeros(count, dtype=values.dtype)
    kernel[bits[:count]] = values
    return kernel.view(sides)


def _types() -> tuple["torch.dtype", ...]:
    import torch

    return torch.float16, torch.bfloat16, torch.float32, torch.float64
