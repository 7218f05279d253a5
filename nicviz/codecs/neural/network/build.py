"""Build a CompressAI network from the tensors of a checkpoint, with entropy tables that are safe to code with."""

from typing import Any

from nicviz.codecs.neural.architectures import CLASSES
from nicviz.codecs.neural.entropy.tables import tables_are_sound
from nicviz.codecs.neural.weights.read import State, recognize
from nicviz.errors import WeightsError

_TABLE_KEYS = ("_offset", "_quantized_cdf", "_cdf_length")
# Constants that every instance has anyway; older and slimmer checkpoints leave them out, others carry stale ones.
CONSTANT_ENDINGS = (
    *_TABLE_KEYS,
    "scale_table",
    "scale_bound",
    ".bound",
    ".pedestal",
    ".target",
    ".mask",
    "QuantOffset",
)
_WIDEST_PRIOR = 1 << 14


def build_network(state: State, name: str) -> tuple[Any, str]:
    """Return the network in float32 on the CPU, in evaluation mode and ready to code, and its architecture.

    Args:
        state: tensors under today's key names.
        name: for messages.

    Raises:
        WeightsError: an unknown architecture, tensors that do not fit it, or values that cannot be coded with.
    """
    import torch

    architecture, widths = recognize(state, name)
    options = {"vr_entbttlnck": True} if "gayn2zqstep.0.weight" in state else {}
    with torch.random.fork_rng(devices=[]):  # layers draw initial weights, which are overwritten
        network = _model_class(architecture)(*widths, **options)
    _load(network, state, name)
    network.eval().requires_grad_(False)
    _complete_tables(network, name)
    return network, architecture


def _model_class(architecture: str) -> Any:
    import compressai.models

    return getattr(compressai.models, CLASSES[architecture])


def _load(network: Any, state: State, name: str) -> None:
    """Copy tensors into the network; all parameters must be there, constants may be missing or superfluous."""
    import torch

    floats = {key: value.float() if value.is_floating_point() else value for key, value in state.items()}
    if not all(bool(torch.isfinite(value).all()) for value in floats.values()):
        raise WeightsError(f"{name} holds weights that are not finite.")
    for key, value in network.state_dict().items():
        if key.endswith(CONSTANT_ENDINGS):
            floats.setdefault(key, value)
    if hasattr(
        network, "gayn2zqstep"
    ):  # its prior is tabulated for each step size; CompressAI cannot load a table either
        floats |= {f"entropy_bottleneck.{key}": torch.IntTensor() for key in _TABLE_KEYS}
    try:
        missing, unexpected = network.load_state_dict(floats, strict=False)
    except (RuntimeError, KeyError, ValueError) as error:
        raise WeightsError(f"{name} does not fit its architecture: {error}") from error
    unexpected = [key for key in unexpected if not key.endswith(CONSTANT_ENDINGS)]
    if missing or unexpected:
        raise WeightsError(
            f"{name} does not fit its architecture: {len(missing)} tensors missing ({', '.join(missing[:4])}), "
            f"{len(unexpected)} unknown ({', '.join(unexpected[:4])})."
        )


def _complete_tables(network: Any, name: str) -> None:
    """Make the entropy tables where they are missing or are no distributions."""
    import torch
    from compressai.models.base import get_scale_table

    quantiles = network.entropy_bottleneck.quantiles
    if (quantiles[..., 2] - quantiles[..., 0]).amax() > _WIDEST_PRIOR:
        raise WeightsError(f"{name} has a factorized prior wider than {_WIDEST_PRIOR} symbols, which cannot be coded.")
    try:
        with torch.no_grad():
            if not hasattr(network, "gayn2zqstep"):
                bottleneck = network.entropy_bottleneck
                bottleneck.update(force=bottleneck._offset.numel() == 0 or not tables_are_sound(bottleneck))
            if hasattr(network, "gaussian_conditional"):
                conditional = network.gaussian_conditional
                conditional.update_scale_table(get_scale_table(), force=not _scales_are_sound(conditional))
    except (RuntimeError, ValueError) as error:
        raise WeightsError(f"{name} has a prior that cannot be tabulated: {error}") from error


def _scales_are_sound(conditional: Any) -> bool:
    scales = conditional.scale_table
    rows = conditional.quantized_cdf.shape[0]
    rising = bool((scales[1:] > scales[:-1]).all()) and scales.numel() == rows > 0
    return rising and tables_are_sound(conditional)
