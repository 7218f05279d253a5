"""Rounded Gaussians of zero mean, with the tables and the bounds of CompressAI's conditional layer."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor


def scale_indexes(conditional: Any, scales: "Tensor") -> NDArray[np.uint8]:
    """Return, in NCHW order, the index of the first table entry not below each scale, as CompressAI does."""
    import torch

    scales = conditional.lower_bound_scale(scales).contiguous()
    indexes = torch.bucketize(scales, conditional.scale_table[:-1], out_int32=True)
    return indexes.flatten().cpu().numpy().astype(np.uint8)


def gaussian_likelihoods(conditional: Any, symbols: "Tensor", scales: "Tensor") -> "Tensor":
    """Return the likelihood of each symbol, given scales in units of the rounding step."""
    found: Tensor = conditional.likelihood_lower_bound(conditional._likelihood(symbols.to(scales.dtype), scales))
    return found
