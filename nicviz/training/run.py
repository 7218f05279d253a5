"""One training run: its network, optimizers and moving average, and the step that moves them.

The random numbers of a step follow from the seed and the number of the step alone. A run that was killed goes on from
its last checkpoint with the crops, flips and noise that it would have had.
"""

import copy
import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.codecs.neural.network.models import flush_denormals
from nicviz.codecs.neural.weights.write import is_kernel, sparsity
from nicviz.errors import TrainingError
from nicviz.memory import keep_memory
from nicviz.training import prune
from nicviz.training.config import TRAINABLE, Config
from nicviz.training.latents import Latents, set_aside
from nicviz.training.loss import Loss, rate_alone, rate_distortion, recurrent
from nicviz.training.networks import decode_rounded, new_network, parameter_groups, work_in
from nicviz.training.pictures import Photographs
from nicviz.training.rates import drawn
from nicviz.training.schedule import Plateau, cosine, warm_up


@dataclass(frozen=True)
class Progress:
    """What one step found.

    Args:
        loss, bpp, mse: see `Loss`.
        auxiliary: loss of the quantiles.
        gradient: norm before clipping.
        learning_rate: of this step.
    """

    loss: float
    bpp: float
    mse: float
    auxiliary: float
    gradient: float
    learning_rate: float


class Run:
    """A training run in memory.

    Args:
        config: what to do.
        photographs: on the same device.
        device: that it trains on.
    """

    def __init__(self, config: Config, photographs: Photographs, device: torch.device) -> None:
        flush_denormals()
        keep_memory()
        self.config = config
        self.step = 0
        self.network, self.untrained = new_network(config, photographs)
        self._source: Photographs | Latents = photographs
        self._held: dict[str, Tensor] = {}
        work_in(self.network, config.precision, device)
        if config.hold_transforms:
            self._source, self._held = set_aside(self.network, photographs)
        if config.quantization == "rounding" and not ARCHITECTURES[TRAINABLE[config.architecture]].has_gains:
            decode_rounded(self.network)
        self.network.train()
        groups, quantiles = parameter_groups(self.network)
        self._main = [parameter for group in groups for parameter in group["params"]]
        self._optimizer = torch.optim.Adam(groups, config.learning_rate, fused=True)
        self._auxiliary = torch.optim.Adam(quantiles, config.auxiliary_rate, fused=True) if quantiles else None
        self._parameters = dict(self.network.named_parameters())
        self._average = {name: parameter.detach().clone() for name, parameter in self._parameters.items()}
        self._plateau = Plateau()
        self._kernels = prune.kernels(self.network) if config.sparsity else {}
        self._pruned = sparsity(self.network.state_dict())  # of the start
        self._masks: dict[str, Tensor] = {}

    def advance(self) -> Progress:
        """Do one step.

        Raises:
            TrainingError: loss or gradient is not finite; the weights are those before the step.
        """
        random = np.random.default_rng((self.config.seed, self.step))
        torch.manual_seed(int(random.integers(2**63)))
        rate = self._learning_rate()
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        crops = self._source.crops(random, self.config.batch, self.config.crop)
        loss, gradient = self._gradients(crops, random)
        figures = torch.stack([loss.total, loss.bpp, loss.mse, gradient]).tolist()
        if not all(map(math.isfinite, figures)):
            raise TrainingError(
                f"The loss of step {self.step + 1} is {figures[0]:g}, with a gradient of norm {figures[3]:g}: training "
                "stopped, and the last checkpoint is kept. Lower the learning rate, or train in float32."
            )
        self._optimizer.step()
        auxiliary = self._update_quantiles()
        self.step += 1
        self._plateau.add(figures[0])
        self._prune()
        self._update_average()
        return Progress(figures[0], figures[1], figures[2], auxiliary, figures[3], rate)

    def _learning_rate(self) -> float:
        cosines = self.config.schedule == "cosine"
        factor = cosine(self.step, self.config.steps) if cosines else self._plateau.factor
        return self.config.learning_rate * factor * warm_up(self.step)

    def _gradients(self, crops: Tensor, random: np.random.Generator) -> tuple[Loss, Tensor]:
        self._optimizer.zero_grad(set_to_none=True)
        loss = self._loss(crops, random)
        torch.autograd.backward(loss.total)
        norm = torch.nn.utils.clip_grad_norm_(self._main, self.config.clip)
        return Loss(loss.total.detach(), loss.bpp.detach(), loss.mse.detach()), norm

    def _loss(self, crops: Tensor, random: np.random.Generator) -> Loss:
        if self.config.lmbda is None:
            return recurrent(self.network, crops, self.config)
        rates = drawn(self.network, self.config.lmbda, random, len(crops))
        output = self.network(crops, **rates.arguments)
        if isinstance(self._source, Latents):
            return rate_alone(output, crops, self._source.stride, rates.weights)
        return rate_distortion(output, crops, rates.lmbda, self.config.metric, rates.weights)

    def _update_quantiles(self) -> float:
        if self._auxiliary is None:
            return 0.0
        self._auxiliary.zero_grad(set_to_none=True)
        loss = self.network.entropy_bottleneck.loss()
        torch.autograd.backward(loss)
        self._auxiliary.step()
        return float(loss.detach())

    def _prune(self) -> None:
        if not self._kernels:
            return
        if self.step % prune.EVERY == 0 or self.step == self.config.steps or not self._masks:
            part = prune.sparsity_at(self.step, self.config.steps, self.config.sparsity, self._pruned)
            self._masks = prune.lamp_masks(self._kernels, part)
        prune.apply_masks(self._kernels, self._masks)

    @torch.no_grad()
    def _update_average(self) -> None:
        weight = 1 - min(self.config.ema, self.step / (self.step + 10))  # soon after the start it follows fast
        torch._foreach_lerp_(list(self._average.values()), list(self._parameters.values()), weight)
        if self._masks:
            prune.apply_masks(self._average, self._masks)

    def averaged(self) -> dict[str, Tensor]:
        """Return the state dict with the averaged weights, on the CPU; quantiles are those of the averaged prior.

        The auxiliary loss only follows the prior; tables that are made from its quantiles want them exact.
        """
        state = self.network.state_dict() | self._held | self._average
        if self._auxiliary is not None:
            state |= self._exact_quantiles()
        if self.config.kernels == "float16":
            state |= {name: tensor.half().float() for name, tensor in state.items() if is_kernel(name, tensor)}
        return {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in state.items()}

    @torch.no_grad()
    def _exact_quantiles(self) -> dict[str, Tensor]:
        prior = copy.deepcopy(self.network.entropy_bottleneck)
        prefix = "entropy_bottleneck."
        for name, parameter in prior.named_parameters():
            parameter.copy_(self._average[prefix + name])
        prior._update_quantiles()
        return {f"{prefix}quantiles": prior.quantiles}

    def state(self) -> dict[str, Any]:
        """Return all that the run goes on from: tensors and plain values."""
        return {
            "step": self.step,
            "parameters": {name: parameter.detach() for name, parameter in self._parameters.items()},
            "average": self._average,
            "optimizer": self._optimizer.state_dict(),
            "auxiliary": {} if self._auxiliary is None else self._auxiliary.state_dict(),
            "plateau": asdict(self._plateau),
            "masks": self._masks,
        }

    @torch.no_grad()
    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned.

        Raises:
            TrainingError: the state is of a nicviz that trained in other groups of parameters.
        """
        try:
            self._optimizer.load_state_dict(state["optimizer"])
        except ValueError as error:
            raise TrainingError(
                "The checkpoint was saved by an earlier nicviz, which trained otherwise, and cannot be resumed. Name "
                "another folder and --start from it."
            ) from error
        self.step = state["step"]
        for name, parameter in self._parameters.items():
            parameter.copy_(state["parameters"][name])
            self._average[name].copy_(state["average"][name])
        if self._auxiliary is not None:
            self._auxiliary.load_state_dict(state["auxiliary"])
        self._plateau = Plateau(**state["plateau"])
        device = next(self.network.parameters()).device
        self._masks = {name: mask.to(device) for name, mask in state["masks"].items()}
