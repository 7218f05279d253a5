"""Model cards of the weights that come with nicviz: what weights/manifest.json says of each file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from nicviz.codecs.neural.architectures import ARCHITECTURES, Architecture
from nicviz.errors import WeightsError


@dataclass(frozen=True)
class Figures:
    """Means over the 24 Kodak images, of bitstreams and of the 8-bit pictures that were decoded from them."""

    bpp: float
    psnr_db: float
    ms_ssim: float


@dataclass(frozen=True)
class Training:
    """How weights came about.

    Args:
        lmbda: λ of the loss; for a variable-rate model that of its highest quality; None where the rate is fixed.
        metric: of the loss, "mse" (λ·255²·MSE + bpp), "ms-ssim" (λ·(1 − MS-SSIM) + bpp), or "l1" (the mean magnitude of
            what each iteration leaves; no rate).
        data: what it was trained on.
        steps: optimizer steps of all commands together.
        before: what the first command started from, in words; empty for new weights.
        commands: that made it, the last one last; PHOTOGRAPHS stands for the folder of `data`.
    """

    lmbda: float | None
    metric: str
    data: str
    steps: int
    before: str
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """One trained model, in one file.

    Args:
        file: name in the folder of the manifest.
        sha256: hex digest of its content.
        widths: channels N of the transforms and M of the latent; of a recurrent model those of its layers.
        sparsity: part of the kernels' weights that is zero.
        precision: of the stored kernels, "float16" or "float32".
        training: how it came about.
        kodak: native quality to figures; one quality, or several of a variable-rate model.
    """

    file: str
    sha256: str
    widths: tuple[int, ...]
    sparsity: float
    precision: str
    training: Training
    kodak: Mapping[float, Figures]


@dataclass(frozen=True)
class Described:
    """A codec of the compact family and its models.

    Args:
        name, title, description: as in `Codec`.
        architecture: its name in `architectures.py`.
        default: native quality that the interface starts with.
        license: of the weights.
        cards: its models, by rising quality.
        search: steps of the search for a latent; 0 for what the analysis transform gives.

    Raises:
        WeightsError: models of one rate each whose qualities are not equally far from each other, or a search with
            models that it is not made for.
    """

    name: str
    title: str
    description: str
    architecture: str
    default: float
    license: str
    cards: tuple[Card, ...]
    search: int = 0

    def __post_init__(self) -> None:
        if not self.model_class.variable and len(self._steps) > 1:
            raise WeightsError(
                f"The qualities of {self.name} are not equally far from each other: "
                f"{', '.join(f'{quality:g}' for quality in self.kodak)}."
            )
        metrics = {card.training.metric for card in self.cards}
        if self.search and not (self.model_class.searchable and metrics == {"mse"}):
            searchable = " or a ".join(each.name for each in ARCHITECTURES.values() if each.searchable)
            raise WeightsError(
                f"{self.name} would search with a {self.architecture} trained for {', '.join(metrics)}; only a "
                f"{searchable} trained for mse is searched with."
            )

    @property
    def model_class(self) -> Architecture:
        """The record of its architecture."""
        return ARCHITECTURES[self.architecture]

    @property
    def kodak(self) -> dict[float, Figures]:
        """Figures of all qualities, by rising quality."""
        return dict(sorted((quality, figures) for card in self.cards for quality, figures in card.kodak.items()))

    @property
    def step(self) -> float:
        """Distance of the qualities of models of one rate each."""
        return next(iter(self._steps))

    @property
    def _steps(self) -> set[float]:
        return {after - before for before, after in pairwise(self.kodak)} or {1.0}


def read_manifest(file: Path) -> dict[str, Described]:
    """Return the codecs that a manifest describes, by name, in its order."""
    entries: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return {
        name: Described(name, **entry | {"cards": tuple(_card(**card) for card in entry["cards"])})
        for name, entry in entries.items()
    }


def manifest_text(codecs: Mapping[str, Described]) -> str:
    """Return the manifest that `read_manifest` reads."""
    entries = {}
    for name, codec in codecs.items():
        entry = {key: value for key, value in asdict(codec).items() if key != "name"}
        for card in entry["cards"]:
            card["kodak"] = {f"{quality:g}": figures for quality, figures in card["kodak"].items()}
        entries[name] = entry
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def _card(widths: list[int], training: dict[str, Any], kodak: dict[str, dict[str, float]], **rest: Any) -> Card:
    return Card(
        widths=tuple(widths),
        training=Training(**training | {"commands": tuple(training["commands"])}),
        kodak={float(quality): Figures(**figures) for quality, figures in kodak.items()},
        **rest,
    )
