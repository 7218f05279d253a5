"""Entropy tables of a model, and the entropy coder that works with them."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import CodecError, WeightsError

if TYPE_CHECKING:
    import torch

Indexes = NDArray[np.uint8] | NDArray[np.int32]
_PRECISION = 16
LARGEST_SYMBOL = 1 << 24  # float32 counts no further
_WIDEST_PRIOR = 1 << 14
_MOST = 8  # bytes that a symbol takes: 16 bits, and for the largest ones 24 bits with a count of them
_SLACK = 64  # bytes of the coder's state, and some more
_PADDING = 16  # zeros a byte of a string: an escape of ones counts 15 of them, the decoder has no bounds check


@dataclass(frozen=True)
class Tables:
    """Cumulative distributions of an entropy model, each cut to its own length.

    CompressAI hands the full rectangular table to the coder on every call; cut, it has a tenth of the entries.
    """

    cdfs: list[list[int]]
    lengths: list[int]
    offsets: list[int]

    def encode(self, symbols: "torch.Tensor", indexes: Indexes) -> bytes:
        """Return the string of symbols, in NCHW order, under the distributions that `indexes` names."""
        from compressai.ans import RansEncoder

        return bytes(RansEncoder().encode_with_indexes(flat(symbols), indexes.tolist(), *self.arguments()))

    def decode(self, string: bytes, indexes: Indexes) -> NDArray[np.int32]:
        """Return the symbols in a string."""
        return StringReader(self, string, indexes.size).read(indexes)

    def arguments(self) -> tuple[list[list[int]], list[int], list[int]]:
        """Return what CompressAI's coder wants after symbols and indexes."""
        return self.cdfs, self.lengths, self.offsets

    def digest(self) -> bytes:
        """Return a hash of all entries."""
        rows = b"".join(np.array(row, "<i4").tobytes() for row in self.cdfs)
        return hashlib.sha256(rows + np.array(self.offsets, "<i4").tobytes()).digest()


class StringReader:
    """Decode a string piece by piece.

    Args:
        tables: that it was encoded with.
        string: what `Tables.encode` gave.
        num_symbols: all that will be read.

    Raises:
        CodecError: no encoder writes so long a string for as many symbols.
    """

    def __init__(self, tables: Tables, string: bytes, num_symbols: int) -> None:
        from compressai.ans import RansDecoder

        if len(string) > _MOST * num_symbols + _SLACK:
            raise CodecError(f"The bitstream has {len(string)} bytes for {num_symbols} symbols, which take fewer.")
        self._tables = tables
        self._decoder = RansDecoder()
        self._decoder.set_stream(_padded(string, num_symbols))

    def read(self, indexes: Indexes) -> NDArray[np.int32]:
        """Return the next symbols."""
        return np.array(self._decoder.decode_stream(indexes.tolist(), *self._tables.arguments()), np.int32)


def _padded(string: bytes, num_symbols: int) -> bytes:
    return string + bytes(_PADDING * len(string) + _MOST * num_symbols)


def tables_of(entropy_model: Any) -> Tables:
    """Return the tables of an updated CompressAI entropy model."""
    lengths = entropy_model.cdf_length.flatten().tolist()
    rows = entropy_model.quantized_cdf.tolist()
    return Tables(
        cdfs=[row[:length] for row, length in zip(rows, lengths, strict=True)],
        lengths=lengths,
        offsets=entropy_model.offset.flatten().tolist(),
    )


def tables_are_sound(entropy_model: Any) -> bool:
    """Return whether tables that came with a checkpoint are distributions; others would crash the entropy coder."""
    cdfs = entropy_model.quantized_cdf.cpu().numpy().astype(np.int64)
    lengths = entropy_model.cdf_length.cpu().numpy().reshape(-1).astype(np.int64)
    offsets = entropy_model.offset.cpu().numpy().reshape(-1).astype(np.int64)
    if cdfs.ndim != 2 or not len(cdfs) == len(lengths) == len(offsets) or len(cdfs) == 0:
        return False
    if lengths.min() < 3 or lengths.max() > cdfs.shape[1] or (offsets > 0).any() or (-offsets > lengths).any():
        return False
    inside = np.arange(1, cdfs.shape[1])[None] < lengths[:, None]
    last = cdfs[np.arange(len(cdfs)), lengths - 1]
    return bool((cdfs[:, 0] == 0).all() and (last == 1 << _PRECISION).all() and (np.diff(cdfs)[inside] > 0).all())


def quantized(values: "torch.Tensor") -> "torch.Tensor":
    """Return values rounded to int32 symbols; errors as for `check_finite`."""
    import torch

    check_finite(values)
    return torch.round(values).to(torch.int32)


def check_finite(values: "torch.Tensor") -> None:
    """Raise `CodecError` if the network blew up: a latent that is not finite, or beyond what symbols can be."""
    largest = values.abs().amax().item()
    if not largest < LARGEST_SYMBOL:  # NaN fails too
        raise CodecError("The network gives no finite latent for this image; its weights do not cope with it.")


def flat(symbols: "torch.Tensor") -> list[int]:
    """Return a tensor's integers in NCHW order."""
    result: list[int] = symbols.contiguous().flatten().tolist()
    return result


def complete(network: Any, name: str, *, stepped: bool, scales: bool) -> None:
    """Make the entropy tables of a CompressAI network where they are missing or are no distributions.

    Args:
        network: with a factorized prior, or none where all its latents have scales, and a conditional one if `scales`.
        name: of the checkpoint, for messages.
        stepped: whether the factorized prior is tabulated later, for each rounding step.
        scales: whether a table for each symbol is chosen by its scale.

    Raises:
        WeightsError: a prior that cannot be coded with.
    """
    import torch
    from compressai.models.base import get_scale_table

    bottleneck = getattr(network, "entropy_bottleneck", None)
    if bottleneck is not None and (bottleneck.quantiles[..., 2] - bottleneck.quantiles[..., 0]).amax() > _WIDEST_PRIOR:
        raise WeightsError(f"{name} has a factorized prior wider than {_WIDEST_PRIOR} symbols, which cannot be coded.")
    try:
        with torch.no_grad():
            if bottleneck is not None and not stepped:
                bottleneck.update(force=bottleneck._offset.numel() == 0 or not tables_are_sound(bottleneck))
            if scales:
                conditional = network.gaussian_conditional
                conditional.update_scale_table(get_scale_table(), force=not _scales_are_sound(conditional))
    except (RuntimeError, ValueError) as error:
        raise WeightsError(f"{name} has a prior that cannot be tabulated: {error}") from error


def _scales_are_sound(conditional: Any) -> bool:
    scales = conditional.scale_table
    rows = conditional.quantized_cdf.shape[0]
    rising = bool((scales[1:] > scales[:-1]).all()) and scales.numel() == rows > 0
    return rising and tables_are_sound(conditional)
