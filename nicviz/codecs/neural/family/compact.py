"""The codecs whose weights come with nicviz: the compact family, as its manifest describes it."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

from nicviz.codecs.base import QualityScale
from nicviz.codecs.neural.codec import neural_codec
from nicviz.codecs.neural.encode.search import Search
from nicviz.codecs.neural.family.cards import Card, Described, read_manifest
from nicviz.codecs.neural.weights.locate import Weights, weights_in
from nicviz.codecs.neural_base import NeuralCodec
from nicviz.errors import WeightsError

FOLDER = Path(__file__).parents[1] / "weights"
MANIFEST = "manifest.json"
MAX_BYTES = 50_000_000  # of all files together
_COST_OF_STEP = 0.2  # seconds a megapixel of each step of a search
_COST_OF_FRONTS = 0.2  # of coding position after position


@cache
def manifest() -> Mapping[str, Described]:
    """Return the codecs of the family with their model cards, by name, compact-hyperprior first."""
    return read_manifest(FOLDER / MANIFEST)


def card_of(described: Described, quality: float) -> Card:
    """Return the card of the model that codes a quality.

    Raises:
        WeightsError: no such quality.
    """
    variable = described.model_class.variable
    for card in described.cards:
        if quality in card.kodak or (variable and min(card.kodak) <= quality <= max(card.kodak)):
            return card
    raise WeightsError(f"{described.name} has no weights for quality {quality:g}.")


def find(name: str, quality: float) -> Weights:
    """Return the packaged weights for one quality.

    Raises:
        WeightsError: no such quality, or a file that is missing or damaged.
    """
    card = card_of(manifest()[name], quality)
    weights = weights_in(FOLDER / card.file)
    if weights.sha256 != card.sha256:
        raise WeightsError(f"The weights {weights.name} in the package are damaged; install nicviz again.")
    return weights


def search_of(described: Described, quality: float) -> Search:
    """Return how a codec searches for its latents."""
    lmbda = card_of(described, quality).training.lmbda
    if lmbda is None:
        raise WeightsError(f"{described.name} was trained without λ, which a search needs.")
    return Search(lmbda, described.search)


def compact_codec(described: Described, find: Callable[[float], Weights]) -> NeuralCodec:
    """Return the codec that a description and its weights make."""
    qualities = tuple(described.kodak)
    model = described.model_class
    step = model.scale.step if model.variable else described.step
    label = model.scale.label if model.variable else "quality"
    return neural_codec(
        described.name,
        described.title,
        described.description,
        model,
        find,
        QualityScale(label, qualities[0], qualities[-1], described.default, step),
        qualities,
        search=partial(search_of, described) if described.search else None,
        cost=model.compact_cost + _COST_OF_STEP * described.search + _COST_OF_FRONTS * model.serial,
    )


COMPACT = tuple(compact_codec(described, partial(find, name)) for name, described in manifest().items())
