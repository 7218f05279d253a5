"""Turn trained weights into the files that come with nicviz.

What is stored is the model: kernels in float16 where that moves the pictures by next to nothing, pruned ones without
their zeros. Priors, biases and GDN offsets stay in float32; constants that every instance has are left out.
"""

from typing import TYPE_CHECKING

from nicviz.codecs.neural.network.build import CONSTANT_ENDINGS
from nicviz.codecs.neural.weights import sparse
from nicviz.codecs.neural.weights.read import State
from nicviz.errors import WeightsError

if TYPE_CHECKING:
    import torch

PRECISIONS = ("float16", "float32")


def file_content(state: State, precision: str) -> bytes:
    """Return the safetensors file of trained weights.

    Args:
        state: tensors under today's key names.
        precision: of kernels: "float16" or "float32".

    Raises:
        WeightsError: another precision.
    """
    import safetensors.torch

    if precision not in PRECISIONS:
        raise WeightsError(f"Kernels are stored in {' or '.join(PRECISIONS)}; got {precision!r}.")
    stored = {key: value.contiguous() for key, value in state.items() if not key.endswith(CONSTANT_ENDINGS)}
    if precision == "float16":
        stored |= {key: value.half() for key, value in stored.items() if is_kernel(key, value)}
    return bytes(safetensors.torch.save(sparse.pack(stored)))


def is_kernel(key: str, value: "torch.Tensor") -> bool:
    """Return whether a tensor is stored in half precision: the kernel of a convolution or of a normalization."""
    return value.ndim == 4 or key.endswith(".gamma")


def is_exact_in_half(state: State) -> bool:
    """Return whether half precision loses nothing."""
    return all(value.half().to(value.dtype).equal(value) for key, value in state.items() if is_kernel(key, value))


def sparsity(state: State) -> float:
    """Return the part of the weights of all kernels that is zero."""
    kernels = [value for value in state.values() if value.ndim == 4]
    return 1 - sum(int(kernel.count_nonzero()) for kernel in kernels) / sum(kernel.numel() for kernel in kernels)
