"""Build a CompressAI network from the tensors of a checkpoint, with entropy tables that are safe to code with."""

from typing import Any, NamedTuple

from nicviz.codecs.neural.architectures import Architecture
from nicviz.codecs.neural.entropy.prior import STEPPED
from nicviz.codecs.neural.weights.read import State, recognized
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


class Built(NamedTuple):
    """A network in float32 on the CPU, in evaluation mode and ready to code, and what it is."""

    network: Any
    architecture: Architecture
    options: frozenset[str]


def build_network(state: State, name: str) -> Built:
    """Return the network that a checkpoint is of, with its weights.

    Args:
        state: tensors under today's key names.
        name: for messages.

    Raises:
        WeightsError: an unknown architecture, tensors that do not fit it, or values that cannot be coded with.
    """
    import torch

    architecture, widths = recognized(state, name)
    options = architecture.options_in(state)
    try:
        with torch.random.fork_rng(devices=[]):  # layers draw initial weights, which are overwritten
            built = Built(architecture.build(widths, options), architecture, options)
    except ValueError as error:
        raise WeightsError(f"{name} does not fit its architecture: {error}") from error
    _load(built, state, name)
    built.network.eval().requires_grad_(False)
    architecture.prior.tabulate(built.network, options, name)
    if STEPPED in options:
        _tell_step(built.network.entropy_bottleneck)
    return built


def _tell_step(bottleneck: Any) -> None:
    """Let the forward pass compute likelihoods for the step; CompressAI's takes it for another argument, so for one."""
    own = bottleneck._likelihood_variable

    def likelihood(inputs: Any, positional: Any = None, *, stop_gradient: bool = False, qs: Any = None) -> Any:
        return own(inputs, stop_gradient=stop_gradient, qs=positional if qs is None else qs)

    bottleneck._likelihood_variable = likelihood


def _load(built: Built, state: State, name: str) -> None:
    """Copy tensors into the network; all parameters must be there, constants may be missing or superfluous."""
    import torch

    floats = {key: value.float() if value.is_floating_point() else value for key, value in state.items()}
    if not all(bool(torch.isfinite(value).all()) for value in floats.values()):
        raise WeightsError(f"{name} holds weights that are not finite.")
    for key, value in built.network.state_dict().items():
        if key.endswith(CONSTANT_ENDINGS):
            floats.setdefault(key, value)
    if STEPPED in built.options:  # its prior is tabulated for each step; CompressAI cannot load a table either
        floats |= {f"entropy_bottleneck.{key}": torch.IntTensor() for key in _TABLE_KEYS}
    try:
        missing, unexpected = built.network.load_state_dict(floats, strict=False)
    except (RuntimeError, KeyError, ValueError) as error:
        raise WeightsError(f"{name} does not fit its architecture: {error}") from error
    unexpected = [key for key in unexpected if not key.endswith(CONSTANT_ENDINGS)]
    if missing or unexpected:
        raise WeightsError(
            f"{name} does not fit its architecture: {len(missing)} tensors missing ({', '.join(missing[:4])}), "
            f"{len(unexpected)} unknown ({', '.join(unexpected[:4])})."
        )
