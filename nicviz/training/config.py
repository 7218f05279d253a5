"""What a training run is asked to do."""

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from nicviz.codecs.neural.architectures import ARCHITECTURES, Architecture
from nicviz.errors import TrainingError

TRAINABLE = {
    "factorized": "bmshj2018-factorized",
    "hyperprior": "bmshj2018-hyperprior",
    "mean-scale": "mbt2018-mean",
    "vbr": "bmshj2018-hyperprior-vbr",
    "coarse-to-fine": "hu2020-coarse2fine",
    "film": "bmshj2018-hyperprior-film",
    "lee2019": "lee2019",
    "elic": "elic2022-compact",
    "3d-context": "mentzer2018",
    "recurrent": "toderici2017",
}
METRICS = tuple(dict.fromkeys(metric for name in TRAINABLE.values() for metric in ARCHITECTURES[name].metrics))
WITHOUT_RATE = ("l1",)  # metrics of models whose rate is fixed, so that there is no λ
SCHEDULES = ("cosine", "plateau")
PRECISIONS = ("bfloat16", "float32")
QUANTIZATIONS = ("noise", "rounding")
KERNELS = ("float32", "float16")
_MS_SSIM_CROP = 192  # the smallest multiple of 64 that the five scales of MS-SSIM take


@dataclass(frozen=True)
class Config:
    """A training run; the same one gives the same weights on one machine with as many threads.

    Args:
        pictures: folder of photographs.
        lmbda: weight of the distortion. For a variable-rate model that of its highest quality; None for one whose rate
            is fixed.
        architecture: a key of `TRAINABLE`.
        widths: channels N of the transforms and M of the latent, and others that an architecture has; of a recurrent
            model those of its layers.
        metric: of the distortion: "mse" (λ · 255² · MSE), "ms-ssim" (λ · (1 − MS-SSIM)), or "l1", the mean magnitude
            of what each iteration of a recurrent model leaves, and no rate.
        steps: optimizer steps in all.
        batch: crops a step.
        crop: side of a crop in pixels, a multiple of the architecture's stride.
        learning_rate: at the start, of Adam; it falls as the schedule says.
        auxiliary_rate: learning rate of the quantiles of the factorized prior.
        schedule: "cosine" to a hundredth of the learning rate, or "plateau": halved when the loss stops falling.
        clip: most norm of the gradient.
        ema: decay of the moving average of the weights, which is what is evaluated and shipped.
        sparsity: part of the kernels' weights that is zero in the end; a start that is sparse already stays so.
        precision: of the transforms: "bfloat16" autocast, or "float32". Priors always work in float32.
        quantization: what stands for rounding in the latents that are decoded: uniform "noise" (Ballé et al., 2017), or
            "rounding" with the gradient of the identity (Minnen and Singh, 2020). Rates are always those of noise. A
            variable-rate model rounds in any case. In a recurrent model they stand for the sign.
        iterations: of a recurrent model that a step goes through.
        kernels: what the averaged kernels are rounded to: "float16" loses nothing when it is packaged.
        seed: of the initial weights, crops, flips and noise.
        start: checkpoint to take weights from; None for new ones.
        hold_transforms: whether g_a and g_s stay as in the start: the entropy model alone is trained for the rate, on
            latents that are made once.
        spread_from: λ of a start of one rate, for a variable-rate model that can begin as that at all rates.
    """

    pictures: str
    lmbda: float | None
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
    iterations: int = 16
    kernels: str = "float32"
    seed: int = 0
    start: str | None = None
    hold_transforms: bool = False
    spread_from: float | None = None

    def __post_init__(self) -> None:
        _one_of("architecture", self.architecture, TRAINABLE)
        _one_of("metric", self.metric, self.model_class.metrics)
        _one_of("schedule", self.schedule, SCHEDULES)
        _one_of("precision", self.precision, PRECISIONS)
        _one_of("quantization", self.quantization, QUANTIZATIONS)
        _one_of("kernels", self.kernels, KERNELS)
        if self.metric in WITHOUT_RATE and self.lmbda is not None:
            raise TrainingError(f"There is no λ with {self.metric}, because the rate is fixed; got {self.lmbda}.")
        rated = () if self.metric in WITHOUT_RATE else ("lmbda",)
        for name in (*rated, "learning_rate", "auxiliary_rate", "clip"):
            value = getattr(self, name)
            if value is None or not (math.isfinite(value) and value > 0):
                raise TrainingError(f"{name} is a positive number; got {value}.")
        for name in ("steps", "batch", "iterations"):
            if getattr(self, name) < 1:
                raise TrainingError(f"{name} is at least 1; got {getattr(self, name)}.")
        most = len(self.model_class.widths)
        least = most if self.metric in WITHOUT_RATE else 2
        channels, others = self.widths[:2], self.widths[2:]
        sound = all(8 <= width <= 1024 for width in channels) and all(1 <= width <= 1024 for width in others)
        if not (least <= len(self.widths) <= most and sound):
            wanted = "two numbers" if most == 2 else f"{most} numbers" if least == most else f"two to {most} numbers"
            raise TrainingError(f"widths are {wanted} of channels, N,M, from 8 to 1024; got {self.widths}.")
        if self.hold_transforms and self.start is None:
            raise TrainingError("Transforms that are to be held come from a start; none is given.")
        if not (0 <= self.ema < 1 and 0 <= self.sparsity < 1):
            raise TrainingError(f"ema and sparsity are from 0 to below 1; got {self.ema} and {self.sparsity}.")
        stride = self.model_class.stride
        least = _MS_SSIM_CROP if self.metric == "ms-ssim" else stride
        if self.crop < least or self.crop % stride:
            raise TrainingError(f"crop is a multiple of {stride} from {least} with {self.metric}; got {self.crop}.")
        if self.spread_from is not None and (self.start is None or not self.spread_from > 0):
            raise TrainingError(f"spread_from is the λ, above 0, of a start; got {self.spread_from}, {self.start}.")
        if self.seed < 0:
            raise TrainingError(f"seed is 0 or more; got {self.seed}.")

    @property
    def model_class(self) -> Architecture:
        """The record of its architecture."""
        return ARCHITECTURES[TRAINABLE[self.architecture]]

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
