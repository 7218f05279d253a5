"""The architectures that nicviz knows: each a record of all that tells it from the others.

Adding one is one record, and its module where CompressAI has none: a network with g_a, g_s, `downsampling_factor` and
the parts that its entropy model asks for.
"""

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nicviz.codecs.base import QualityScale
from nicviz.codecs.neural.entropy.binary import BinaryPrior
from nicviz.codecs.neural.entropy.coarse2fine import CoarseToFinePrior
from nicviz.codecs.neural.entropy.context import ContextPrior
from nicviz.codecs.neural.entropy.factorized import FactorizedPrior
from nicviz.codecs.neural.entropy.groups import GroupPrior
from nicviz.codecs.neural.entropy.hyperprior import HyperPrior
from nicviz.codecs.neural.entropy.prior import STEPPED, Prior
from nicviz.codecs.neural.entropy.volume import VolumePrior
from nicviz.codecs.neural.entropy.window import WindowPrior

if TYPE_CHECKING:
    import torch

PARTS = ("encoder", "binarizer", "decoder")  # of models that training scripts save in parts, as the recurrent one
_LAST_OF_HYPER_SYNTHESIS = "h_s.4.weight"
# Of the variable-rate models: eight trained levels, and all between.
_LEVELS = QualityScale("quality", 1.0, 8.0, 4.0, 0.0)


@dataclass(frozen=True)
class Architecture:
    """One architecture.

    Args:
        name: as in CompressAI's zoo, where it is there.
        class_name: of its network.
        prior: its entropy model.
        cost, compact_cost: seconds a megapixel, as in `Codec`, at the published and at the compact widths.
        has, lacks: names of tensors that its checkpoints hold, and that they do not hold.
        widths: names of the tensors whose sides are what the network is built with, such as (N, M); of a name with a *
            how many tensors there are.
        axis: which sides; 0 are the outputs of a convolution, 1 its inputs.
        means: whether means of the latent are sent along, not only scales.
        hyper_outputs: what the hyper-synthesis gives for an element of the latent; None for its scale, and mean if any.
        variable: whether one model codes at many rates.
        conditioned: whether that is by a condition of its transforms, which `at` gives for a quality, and not by a gain
            before rounding.
        scale, ladder: the native qualities of a variable one, and up to eight of them.
        metrics: what it can be trained for.
        options: constructor options, and the tensor that a checkpoint has where one was on.
        searchable: whether there is a search for its latents.
        module: where its class is.
        inputs: a tensor and its second side, which tell it from an architecture with the same names of tensors.
        public: a tensor's name in checkpoints of its authors' code, where nicviz has another.
        revised: whether nicviz estimates otherwise than CompressAI's forward pass.
        begins: what new transforms start from, a key of `nicviz.training.networks.STARTS`.
        stride: what the sides of a crop are a multiple of.
    """

    name: str
    class_name: str
    prior: type[Prior]
    cost: float
    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()
    widths: tuple[str, ...] = ("g_a.0.weight", "g_a.6.weight")
    means: bool = False
    axis: int = 0
    hyper_outputs: int | None = None
    variable: bool = False
    conditioned: bool = False
    scale: QualityScale = _LEVELS
    ladder: tuple[float, ...] = tuple(map(float, range(1, 9)))
    metrics: tuple[str, ...] = ("mse", "ms-ssim")
    options: Mapping[str, str] = field(default_factory=dict)
    searchable: bool = False
    module: str = "compressai.models"
    inputs: tuple[str, int] | None = None
    public: str = ""
    revised: bool = False
    begins: str = "klt"
    stride: int = 64
    compact_cost: float = 0.35

    @property
    def serial(self) -> bool:
        """Whether it codes position after position."""
        return self.prior.serial

    @property
    def has_gains(self) -> bool:
        """Whether its latent is scaled before rounding, by a gain for each rate."""
        return self.variable and not self.conditioned and self.prior.has_scales

    def fits(self, state: "Mapping[str, torch.Tensor]") -> bool:
        """Return whether a checkpoint is of this architecture, by its tensors."""
        if not state.keys() >= set(self.has) or any(name in state for name in self.lacks):
            return False
        if self.inputs and state[self.inputs[0]].shape[1] != self.inputs[1]:
            return False
        sizes = self.sizes(state)
        if not all(sizes) or len(sizes) < 2 or _LAST_OF_HYPER_SYNTHESIS not in state:
            return all(sizes)
        outputs = state[_LAST_OF_HYPER_SYNTHESIS].shape[:1].numel()
        return outputs == sizes[1] * (self.hyper_outputs or 1 + self.means)

    def sizes(self, state: "Mapping[str, torch.Tensor]") -> tuple[int, ...]:
        """Return what the network of a checkpoint is built with, by its tensors; 0 where it has none for it."""
        return tuple(
            len(fnmatch.filter(state, name)) if "*" in name
            else state[name].shape[self.axis] if name in state and state[name].ndim > self.axis
            else 0
            for name in self.widths
        )  # fmt: skip

    def repeated(self, state: "Mapping[str, torch.Tensor]") -> "list[torch.Tensor]":
        """Return the tensors that `sizes` counts: of layers that are as wide as the first of the sizes."""
        return [state[key] for name in self.widths if "*" in name for key in fnmatch.filter(state, name)]

    def options_in(self, state: "Mapping[str, torch.Tensor]") -> frozenset[str]:
        """Return the constructor options that were on in a checkpoint."""
        return frozenset(option for option, name in self.options.items() if name in state)

    def build(self, widths: tuple[int, ...], options: frozenset[str] = frozenset()) -> Any:
        """Return a network with fresh weights; loads torch."""
        network = getattr(import_module(self.module), self.class_name)
        return network(*widths, **dict.fromkeys(options, True))


_GDN, _BOTTLENECK, _HYPER = "g_a.1.gamma", "entropy_bottleneck.quantiles", _LAST_OF_HYPER_SYNTHESIS
_CONTEXT, _GAIN, _CHENG = "context_prediction.weight", "QuantABCD.0.weight", "g_a.0.conv1.weight"
_ATTENTION, _GROUPS = "g_a.3.conv_a.0.conv.0.weight", "aggregation.0.0.weight"
_FOURTH_GROUP = "latent_codec.y.channel_context.y3.0.weight"
_WINDOW = "bit_free.weight"
_FILM = "film.g_a.0.scale.0.weight"
_CENTERS, _FIRST_OF_VOLUME = "centers", "context.conv0.weight"
_OWN = "nicviz.codecs.neural.network"
_STEP = {STEPPED: "gayn2zqstep.0.weight"}
_ENCODER, _DECODER = ("encoder.rnn1", "encoder.rnn2", "encoder.rnn3"), tuple(f"decoder.rnn{k}" for k in range(1, 5))
_RECURRENT = (
    "encoder.rnn1.conv_ih.weight",
    *(f"{layer}.conv_hh.weight" for layer in _ENCODER),
    "decoder.conv1.weight",
    *(f"{layer}.conv_hh.weight" for layer in _DECODER),
)

ARCHITECTURES: Mapping[str, Architecture] = {
    each.name: each
    for each in (
        Architecture("bmshj2018-factorized", "FactorizedPrior", FactorizedPrior, 1.0, (_BOTTLENECK, _GDN), (_HYPER,)),
        Architecture(
            "bmshj2018-factorized-relu",
            "FactorizedPriorReLU",
            FactorizedPrior,
            0.9,
            (_BOTTLENECK,),  # it has no tensor of its own
            (_HYPER, _GDN),
        ),
        Architecture(
            "bmshj2018-hyperprior",
            "ScaleHyperprior",
            HyperPrior,
            1.1,
            (_BOTTLENECK, _GDN, _HYPER),
            (_GAIN, _CONTEXT, _FILM, _WINDOW, _GROUPS),
            searchable=True,
        ),
        Architecture(
            "bmshj2018-hyperprior-film",
            "FilmHyperprior",
            HyperPrior,
            1.1,
            (_BOTTLENECK, _GDN, _HYPER, _FILM),
            (_GAIN, _CONTEXT),
            ("g_a.0.weight", "g_a.6.weight", _FILM),
            variable=True,
            conditioned=True,
            module=f"{_OWN}.film",
            public="film_ga1.sigma_linear1.weight",
        ),
        Architecture(
            "bmshj2018-hyperprior-vbr",
            "ScaleHyperpriorVbr",
            HyperPrior,
            1.2,
            (_BOTTLENECK, _GDN, _HYPER, _GAIN),
            (_CONTEXT,),
            variable=True,
            options=_STEP,
            revised=True,
        ),
        Architecture(
            "mbt2018-mean",
            "MeanScaleHyperprior",
            HyperPrior,
            1.2,
            (_BOTTLENECK, _GDN, _HYPER),
            (_GAIN, _CONTEXT, _WINDOW, _FILM, _GROUPS),
            means=True,
        ),
        Architecture(
            "mbt2018-mean-vbr",
            "MeanScaleHyperpriorVbr",
            HyperPrior,
            2.5,
            (_BOTTLENECK, _GDN, _HYPER, _GAIN),
            (_CONTEXT,),
            means=True,
            variable=True,
            options=_STEP,
            revised=True,
        ),
        Architecture(
            "mbt2018",
            "JointAutoregressiveHierarchicalPriors",
            ContextPrior,
            3.5,
            (_BOTTLENECK, _GDN, _HYPER, _CONTEXT),
            (_GAIN,),
            means=True,
            revised=True,
        ),
        Architecture(
            "lee2019",
            "ContextAdaptive",
            WindowPrior,
            3.0,
            (_BOTTLENECK, _GDN, _HYPER, _WINDOW),
            (_GAIN, _CONTEXT),
            ("g_a.0.weight", "g_a.6.weight", "h_a.0.weight", _WINDOW, "estimator.1.weight", "estimator.3.weight"),
            means=True,
            hyper_outputs=1,
            module=f"{_OWN}.lee2019",
            revised=True,
        ),
        Architecture(
            "mbt2018-vbr",
            "JointAutoregressiveHierarchicalPriorsVbr",
            ContextPrior,
            6.2,
            (_BOTTLENECK, _GDN, _HYPER, _CONTEXT, _GAIN),
            means=True,
            variable=True,
            revised=True,
        ),
        Architecture(
            "cheng2020-anchor",
            "Cheng2020Anchor",
            ContextPrior,
            12.0,
            (_CHENG,),
            (_ATTENTION,),
            (_CHENG,),
            means=True,
            revised=True,
        ),
        Architecture(
            "cheng2020-attn",
            "Cheng2020Attention",
            ContextPrior,
            13.0,
            (_CHENG, _ATTENTION),
            (),
            (_CHENG,),
            means=True,
            revised=True,
        ),
        Architecture(
            "hu2020-coarse2fine",
            "Coarse2Fine",
            CoarseToFinePrior,
            6.0,
            (_GDN, "coarse_scales"),
            (),
            (
                *("g_a.0.weight", "g_a.6.weight", "h_a_fine.6.weight", "h_a_coarse.6.weight"),
                *("h_a_fine.2.weight", "predict_y.layers.0.weight", "g_s.mix.2.weight"),
            ),
            means=True,
            module="nicviz.codecs.neural.network.coarse2fine",
        ),
        *(
            Architecture(
                name,
                class_name,
                GroupPrior,
                3.0,
                (_FOURTH_GROUP,),
                (),
                ("g_a.0.weight", "g_a.13.weight"),
                means=True,
                module=f"{_OWN}.elic",
                inputs=(_FOURTH_GROUP, known),
            )
            for name, class_name, known in (
                ("elic2022-official", "OfficialElic", 16 + 16 + 32),  # all groups before it
                ("elic2022-chandelier", "ChandelierElic", 16 + 32),  # the first and the last one
            )
        ),
        Architecture(
            "elic2022-compact",
            "CompactElic",
            GroupPrior,
            1.0,
            (_BOTTLENECK, _GDN, _HYPER, _GROUPS),
            means=True,
            variable=True,
            module=f"{_OWN}.elic",
        ),
        Architecture(
            "mentzer2018",
            "Mentzer2018",
            VolumePrior,
            6.0,
            (_CENTERS, _FIRST_OF_VOLUME),
            widths=("g_a.0.2.weight", "g_s.0.weight", "g_s.2.groups.*.0.conv1.weight", _FIRST_OF_VOLUME, _CENTERS),
            module=f"{_OWN}.mentzer",
            begins="centers",
            compact_cost=4.0,
        ),
        Architecture(
            "toderici2017",
            "Recurrent",
            BinaryPrior,
            70.0,
            ("encoder.conv.weight", "binarizer.conv.weight"),
            widths=_RECURRENT,
            axis=1,
            variable=True,
            scale=QualityScale("iterations", 1.0, 16.0, 4.0, 1.0),
            ladder=(1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0),
            metrics=("l1",),
            module="nicviz.codecs.neural.network.recurrent",
            revised=True,
            begins="recurrent",
            stride=16,
            compact_cost=2.5,
        ),
    )
}


def recognize(state: "Mapping[str, torch.Tensor]") -> Architecture | None:
    """Return the architecture that a checkpoint is of, by its tensors under today's names; None for none."""
    return next((each for each in ARCHITECTURES.values() if each.fits(state)), None)


def likely(head: bytes) -> Architecture | None:
    """Return an architecture that codes as a checkpoint's, by the names in the first bytes of its file; None for none.

    What shapes alone tell (whether means are sent along) is open; it makes no difference to cost or placement.
    """
    told = next((each for each in ARCHITECTURES.values() if each.public and each.public.encode() in head), None)
    if told is not None:
        return told
    for each in ARCHITECTURES.values():
        if all(_named(name, head) for name in each.has) and not any(_named(name, head) for name in each.lacks):
            return each
    return None


def _named(tensor: str, head: bytes) -> bool:
    """Return whether a tensor's name is in a file, whole or as that of one of a model's parts, which lies by itself."""
    part, _, own = tensor.partition(".")
    return tensor.encode() in head or (part in PARTS and part.encode() in head and own.encode() in head)
