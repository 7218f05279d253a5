"""What a training run is asked to do."""

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.errors import TrainingError

TRAINABLE = {
    "factorized": "bmshj2018-factorized",
    "hyperprior": "bmshj2018-hyperprior",
    "mean-scale": "mbt2018-mean",
    "vbr": "bmshj2018-hyperprior-vbr",
    "film": "bmshj2018-hyperprior-film",
    "lee2019": "lee2019",
    "elic": "elic2022-compact",
    "3d-context": "mentzer2018",
}
METRICS = ("mse", "ms-ssim")
SCHEDULES = ("cosine", "plateau")
PRECISIONS = ("bfloat16", "float32")
QUANTIZATIONS = ("noise", "rounding")
STRIDE = 64  # of the architectures with a hyperprior: a crop is a multiple of it
_MS_SSIM_CROP = 192  # the smallest multiple of 64 that the five scales of MS-SSIM take


@dataclass(frozen=True)
class Config:
    """A training run; the same one gives the same weights on one machine with as many threads.

    Args:
        pictures: folder of photographs.
        lmbda: weight of the distortion. For a variable-rate model that of its highest quality.
        architecture: a key of `TRAINABLE`.
        widths: channels N of the transforms and M of the latent, and others that an architecture has.
        metric: of the distortion: "mse" (λ · 255² · MSE) or "ms-ssim" (λ · (1 − MS-SSIM)).
        steps: optimizer steps in all.
        batch: crops a step.
        crop: side of a crop in pixels, a multiple of 64.
        learning_rate: at the start, of Adam; it falls as the schedule says.
        auxiliary_rate: learning rate of the quantiles of the factorized prior.
        schedule: "cosine" to a hundredth of the learning rate, or "plateau": halved when the loss stops falling.
        clip: most norm of the gradient.
        ema: decay of the moving average of the weights, which is what is evaluated and shipped.
        sparsity: part of the kernels' weights that is zero in the end; a start that is sparse already stays so.
        precision: of the transforms: "bfloat16" autocast, or "float32". Priors always work in float32.
        quantization: what stands for rounding in the latents that are decoded: uniform "noise" (Ballé et al., 2017), or
            "rounding" with the gradient of the identity (Minnen and Singh, 2020). Rates are always those of noise. A
            variable-rate model rounds in any case.
        seed: of the initial weights, crops, flips and noise.
        start: checkpoint to take weights from; None for new ones.
        hold_transforms: whether g_a and g_s stay as in the start: the entropy model alone is trained for the rate, on
            latents that are made once.
        spread_from: λ of a start of one rate, for a variable-rate model that can begin as that at all rates.
    """

    pictures: str
    lmbda: float
    architecture: str = "hyperprior"
    widths: tuple[int, ...] = (64, 96)
    metric: str = "mse"
    steps: int = 100_000
    batch: int = 16
    crop: int = 128
    learning_rate: float = 1e-4
    auxiliary_rate: float = 1e-3
    schedule: str = "cosine"
    clip: float = 1.0
    ema: float = 0.999
    sparsity: float = 0.0
    precision: str = "bfloat16"
    quantization: str = "noise"
    seed: int = 0
    start: str | None = None
    hold_transforms: bool = False
    spread_from: float | None = None

    def __post_init__(self) -> None:
        _one_of("architecture", self.architecture, TRAINABLE)
        _one_of("metric", self.metric, METRICS)
        _one_of("schedule", self.schedule, SCHEDULES)
        _one_of("precision", self.precision, PRECISIONS)
        _one_of("quantization", self.quantization, QUANTIZATIONS)
        for name in ("lmbda", "learning_rate", "auxiliary_rate", "clip"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise TrainingError(f"{name} is a positive number; got {value}.")
        for name in ("steps", "batch"):
            if getattr(self, name) < 1:
                raise TrainingError(f"{name} is at least 1; got {getattr(self, name)}.")
        most = len(ARCHITECTURES[TRAINABLE[self.architecture]].widths)
        channels, others = self.widths[:2], self.widths[2:]
        sound = all(8 <= width <= 1024 for width in channels) and all(1 <= width <= 1024 for width in others)
        if not (2 <= len(self.widths) <= most and sound):
            wanted = "two numbers" if most == 2 else f"two to {most} numbers"
            raise TrainingError(f"widths are {wanted} of channels, N,M, from 8 to 1024; got {self.widths}.")
        if self.hold_transforms and self.start is None:
            raise TrainingError("Transforms that are to be held come from a start; none is given.")
        if not (0 <= self.ema < 1 and 0 <= self.sparsity < 1):
            raise TrainingError(f"ema and sparsity are from 0 to below 1; got {self.ema} and {self.sparsity}.")
        least = _MS_SSIM_CROP if self.metric == "ms-ssim" else STRIDE
        if self.crop < least or self.crop % STRIDE:
            raise TrainingError(f"crop is a multiple of {STRIDE} from {least} with {self.metric}; got {self.crop}.")
        if self.spread_from is not None and (self.start is None or not self.spread_from > 0):
            raise TrainingError(f"spread_from is the λ, above 0, of a start; got {self.spread_from}, {self.start}.")
        if self.seed < 0:
            raise TrainingError(f"seed is 0 or more; got {self.seed}.")

    def to_json(self) -> str:
        """Return the run as text; `from_json` gives it back."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Config":
        """Return the run that `to_json` wrote."""
        values: dict[str, Any] = json.loads(text)
        return cls(**values | {"widths": tuple(values["widths"])})

    def differences(self, other: "Config") -> list[str]:
        """Return the names of what differs in another run."""
        return [field.name for field in fields(self) if getattr(self, field.name) != getattr(other, field.name)]


@dataclass(frozen=True)
class Reporting:
    """What a run writes and when; none of it changes the weights.

    Args:
        folder: that the run is kept in, and resumed from.
        evaluation: folder of pictures that are coded every `evaluate_every` steps and at the end; None for none.
        evaluate_every: steps.
        checkpoint_seconds: between checkpoints.
        log_every: steps between lines of the log.
    """

    folder: Path
    evaluation: Path | None = None
    evaluate_every: int = 2000
    checkpoint_seconds: float = 60.0
    log_every: int = 50

    def __post_init__(self) -> None:
        if self.evaluate_every < 1 or self.log_every < 1:
            raise TrainingError(
                f"evaluate_every and log_every are at least 1; got {self.evaluate_every} and {self.log_every}."
            )


def _one_of(name: str, value: str, known: Any) -> None:
    if value not in known:
        raise TrainingError(f"{name} is one of {', '.join(known)}; got {value!r}.")
