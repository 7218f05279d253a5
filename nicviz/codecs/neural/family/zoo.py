"""CompressAI's zoo: the published models, one codec each; their weights are downloaded or put into a folder."""

from functools import partial

from nicviz.codecs.base import Availability, QualityScale
from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.codecs.neural.codec import neural_codec
from nicviz.codecs.neural.weights.locate import Weights, folders, locate, published_weights
from nicviz.codecs.neural.weights.published import ENDING, FIXED_RATE, VARIABLE_RATE, file_of
from nicviz.codecs.neural_base import NeuralCodec

_TITLES = {
    "bmshj2018-factorized": ("Factorized prior", "Ballé et al. (2018): nonlinear transforms with a fixed prior"),
    "bmshj2018-hyperprior": ("Scale hyperprior", "Ballé et al. (2018): the scales of the latent are sent along"),
    "mbt2018-mean": ("Mean-scale hyperprior", "Minnen et al. (2018) without the context model"),
    "mbt2018": ("Joint autoregressive", "Minnen et al. (2018): hyperprior and context model; codes serially"),
    "cheng2020-anchor": (
        "Cheng 2020 anchor",
        "Cheng et al. (2020): residual blocks, hyperprior and context model; codes serially",
    ),
    "cheng2020-attn": ("Cheng 2020 attention", "Cheng et al. (2020) with attention; codes serially"),
}
RELU = "bmshj2018-factorized-relu"
_DEFAULT_QUALITY = 4.0


def _fixed(name: str) -> NeuralCodec:
    architecture = name.removesuffix("-msssim")
    title, what = _TITLES[architecture]
    metric = "MS-SSIM" if name.endswith("-msssim") else "MSE"
    count = len(FIXED_RATE[name])
    return neural_codec(
        name,
        f"{title}, {metric}" if metric != "MSE" else title,
        f"{what}; weights optimized for {metric}, one file for each quality.",
        ARCHITECTURES[architecture],
        partial(_published, name),
        QualityScale("quality", 1.0, float(count), _DEFAULT_QUALITY, 1.0),
        tuple(float(quality) for quality in range(1, count + 1)),
        partial(_availability, name),
    )


def _variable(name: str) -> NeuralCodec:
    title, what = _TITLES[name.removesuffix("-vbr")]
    return neural_codec(
        name,
        f"{title}, variable rate",
        f"{what}; one file for all rates (Kamisli et al., 2024), any quality from 1 to 8.",
        ARCHITECTURES[name],
        partial(_published, name),
        ARCHITECTURES[name].scale,
        ARCHITECTURES[name].ladder,
        partial(_availability, name),
    )


def _relu() -> NeuralCodec:
    """Return the one architecture of the zoo that CompressAI publishes no weights for."""
    return neural_codec(
        RELU,
        "Factorized prior, ReLU",
        "The factorized prior with ReLU in place of divisive normalization; CompressAI publishes no weights for it.",
        ARCHITECTURES[RELU],
        partial(_own, RELU),
        QualityScale("quality", 1.0, 8.0, _DEFAULT_QUALITY, 1.0),
        tuple(float(quality) for quality in range(1, 9)),
        _relu_availability,
    )


def _published(name: str, quality: float) -> Weights:
    return published_weights(name, file_of(name, quality))


def _own(name: str, quality: float) -> Weights:
    return published_weights(name, f"{name}-{quality:g}{ENDING}")


def _availability(name: str) -> Availability:
    """Return whether the weights for any quality are here; one that is missing is named when it is asked for."""
    qualities = range(1, 2 if name in VARIABLE_RATE else 1 + len(FIXED_RATE[name]))
    if any(locate(file_of(name, quality)) for quality in qualities):
        return Availability(ok=True)
    files = file_of(name, 1) if len(qualities) == 1 else f"{file_of(name, 1)} (quality 1) and its kin"
    return Availability(
        ok=False,
        reason="Its weights are not here.",
        remedy=f"Download them, or put {files} into {folders()[0]}.",
    )


def _relu_availability() -> Availability:
    if any(locate(f"{RELU}-{quality}{ENDING}") for quality in range(1, 9)):
        return Availability(ok=True)
    return Availability(
        ok=False,
        reason="CompressAI publishes no weights for this architecture.",
        remedy=f"Train one and put it into {folders()[0]} as {RELU}-1{ENDING} (to -8).",
    )


ZOO = (*(_fixed(name) for name in FIXED_RATE), _relu(), *(_variable(name) for name in VARIABLE_RATE))
