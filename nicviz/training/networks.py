"""Networks to train: new or from a checkpoint, with their transforms in bfloat16 and their priors in float32."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nicviz.codecs.neural.network.build import CONSTANT_ENDINGS
from nicviz.codecs.neural.weights.read import read_state
from nicviz.errors import TrainingError, WeightsError
from nicviz.training.centers import start_with_centers
from nicviz.training.channels import begin_anew
from nicviz.training.config import Config
from nicviz.training.groups import grouped
from nicviz.training.klt import start_as_klt
from nicviz.training.pictures import Photographs
from nicviz.training.recurrent_start import start_recurrent

STARTS: Mapping[str, Callable[..., None]] = {  # of new networks, as their architectures name them
    "klt": start_as_klt,
    "centers": start_with_centers,
    "recurrent": lambda network, photographs, lmbda, metric, random: start_recurrent(network, photographs, random),
}
_TRANSFORMS = ("g_", "h_", "channel_context", "spatial_context")  # what names of transforms begin with
_OF_PICTURES = ("g_a.", "g_s.", "encoder.", "binarizer.", "decoder.")  # transforms, by the names of their tensors
_ANALYSES = ("g_a.", "encoder.")
_MET = 8  # crops
_PRIORS = 5.0  # their learning rate, of that of the transforms
_MODULATIONS = 0.2  # all units of a hidden layer move what they scale together


def new_network(config: Config, photographs: Photographs) -> tuple[Any, tuple[str, ...]]:
    """Return the network to train, on the CPU in float32, and the names of tensors that the start does not give.

    Without a start it begins as the KLT of the photographs. From a checkpoint of another architecture those tensors are
    taken that are in both.

    Raises:
        TrainingError, WeightsError: a start that cannot be read, or whose analysis transform has other widths.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = config.model_class.build(config.widths)
    if config.start is None:
        random = np.random.default_rng(config.seed)
        STARTS[config.model_class.begins](network, photographs, config.lmbda, config.metric, random)
        return network, ()
    own = network.state_dict()
    given = _read(Path(config.start))
    if hasattr(network, "groups"):
        given = grouped(given, network, photographs, np.random.default_rng(config.seed))
    if hasattr(network, "adopted"):  # it can take over parts that another architecture names otherwise
        given = network.adopted(given)
    fitting = {key: value.float() for key, value in given.items() if key in own and value.shape == own[key].shape}
    fitting = {key: value for key, value in fitting.items() if not key.endswith(CONSTANT_ENDINGS)}
    parameters = dict(network.named_parameters())
    missing = tuple(key for key in parameters if key not in fitting)
    if any(key.startswith(_ANALYSES) for key in missing):
        raise TrainingError(f"{config.start} has no analysis transform of the widths {config.widths}.")
    with torch.no_grad():
        for key in parameters.keys() & fitting.keys():
            parameters[key].copy_(fitting[key])
        if missing and hasattr(network, "meet"):  # a new entropy model begins with what the transforms make
            crops = photographs.crops(np.random.default_rng(config.seed), _MET, config.crop).cpu()
            network.meet(network.g_a(crops.contiguous()))
    if hasattr(network, "groups") and config.lmbda is not None and not config.hold_transforms:
        random = np.random.default_rng(config.seed)
        begin_anew(network, photographs, config.lmbda, config.metric, config.crop, random)
    if config.spread_from is not None:
        _spread(network, config)
    return network, missing


def _spread(network: Any, config: Config) -> None:
    """Let a network that began as one of another λ begin as that at all rates."""
    if not hasattr(network, "spread"):
        raise TrainingError(f"A {config.architecture} model cannot begin at all rates as what it is at one.")
    network.spread(config.spread_from)


def _read(file: Path) -> Mapping[str, Tensor]:
    try:
        return read_state(file, file.name)
    except OSError as error:
        raise WeightsError(f"{file} cannot be read: {error.strerror}.") from error


def work_in(network: Any, precision: str, device: torch.device) -> None:
    """Let the transforms work in bfloat16 (autocast); what they return is float32, so that priors are exact.

    Gaussian tails and the cumulative logits of the factorized prior lose their rate in eight bits of mantissa.
    """
    network.to(device=device, memory_format=torch.channels_last)
    if precision == "bfloat16":
        usual = [name for name, _ in network.named_children() if name.startswith(_TRANSFORMS)]
        for name in getattr(network, "in_bfloat16", usual):
            found = network.get_submodule(name)
            for transform in found if isinstance(found, nn.ModuleList) else [found]:
                _autocast(transform, device.type)


def _autocast(transform: nn.Module, device_type: str) -> None:
    forward = transform.forward

    def in_bfloat16(x: Tensor, *condition: Any) -> Tensor:
        with torch.autocast(device_type, torch.bfloat16):
            result: Tensor = forward(x, *condition)
        return result.float()

    transform.forward = in_bfloat16


def decode_rounded(network: Any) -> None:
    """Let the transforms after a prior get rounded latents, with the gradient of the identity.

    What is decoded is then what a codec decodes; rates, which rounding gives no gradient, stay those of noise.
    """
    for name, part in network.named_children():
        if name in _ROUNDED:
            _ROUNDED[name](part)


def _round(prior: Any) -> None:
    forward, factorized = prior.forward, hasattr(prior, "_get_medians")

    def rounded(latent: Tensor, *arguments: Any, **options: Any) -> tuple[Tensor, Tensor]:
        likelihoods = forward(latent, *arguments, **options)[1]
        means = prior._get_medians().reshape(1, -1, 1, 1) if factorized else options.get("means")
        with torch.no_grad():
            moved = prior.quantize(latent, "dequantize", means) - latent
        return latent + moved, likelihoods

    prior.forward = rounded


def _take_signs(binarizer: Any) -> None:
    binarizer.at_random = False


_ROUNDED = {"entropy_bottleneck": _round, "gaussian_conditional": _round, "binarizer": _take_signs}


def parameter_groups(network: Any) -> tuple[list[dict[str, Any]], list[nn.Parameter]]:
    """Return what the rate–distortion loss trains, in groups with factors of the learning rate, and the quantiles.

    The priors take larger steps: they follow a latent that the transforms, which start well, move slowly. The quantiles
    are what the auxiliary loss trains.
    """
    transforms: list[nn.Parameter] = []
    priors: list[nn.Parameter] = []
    modulations: list[nn.Parameter] = []
    quantiles: list[nn.Parameter] = []
    for name, parameter in network.named_parameters():
        if name == "Gain" or not parameter.requires_grad:
            continue  # steps of the variable rate that are not trained
        if name.endswith(".quantiles"):
            quantiles.append(parameter)
        elif name.startswith("film."):
            modulations.append(parameter)
        else:
            (transforms if name.startswith(_OF_PICTURES) else priors).append(parameter)
    groups = ((transforms, 1.0), (priors, _PRIORS), (modulations, _MODULATIONS))
    return [{"params": each, "factor": factor} for each, factor in groups if each], quantiles
