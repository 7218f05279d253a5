"""From a trained checkpoint to a packaged codec: file, figures on the Kodak images, model card."""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import fmean

from nicviz.analysis.rd.published import is_kodak
from nicviz.codecs import NeuralCodec
from nicviz.codecs.neural.architectures import ARCHITECTURES
from nicviz.codecs.neural.family.cards import Card, Described, Figures, Training, manifest_text, read_manifest
from nicviz.codecs.neural.family.compact import MANIFEST, compact_codec
from nicviz.codecs.neural.family.kinds import FAMILY, LICENSE, Kind
from nicviz.codecs.neural.weights.locate import Weights, weights_of
from nicviz.codecs.neural.weights.read import read_state, recognized
from nicviz.codecs.neural.weights.write import PRECISIONS, file_content, is_exact_in_half, sparsity
from nicviz.errors import NicvizError, WeightsError
from nicviz.images import Image, load_file
from nicviz.metrics import METRICS
from nicviz.rate import bits_per_pixel

MOST_MOVED_DB = 0.02  # what half precision may do to the PSNR of any picture
DEFAULT_QUALITY = 4.0
_SPARSITY_TOLERANCE = 0.005


def kodak_images(folder: Path) -> list[Image]:
    """Return the 24 Kodak images in a folder, told by their pixels.

    Raises:
        NicvizError: the folder holds others, or fewer.
    """
    images = [load_file(file) for file in sorted(folder.glob("*.png"))]
    if not is_kodak(image.sha256 for image in images):
        raise NicvizError(f"{folder} does not hold the 24 Kodak images as PNG files and nothing else.")
    return [image.pixels for image in images]


def mean_figures(codec: NeuralCodec, qualities: Collection[float], images: Sequence[Image]) -> dict[float, Figures]:
    """Return the means over images by quality, from bitstreams that the decoder alone turned into pictures."""
    rows: dict[float, list[tuple[float, ...]]] = {quality: [] for quality in qualities}
    for image in images:
        for quality, num_bytes, picture in _coded(codec, qualities, image):
            figures = (METRICS[name].function(image, picture) for name in ("psnr_db", "ms_ssim"))
            rows[quality].append((bits_per_pixel(num_bytes, image.shape), *figures))
    return {
        quality: Figures(*(round(fmean(values), 4) for values in zip(*found, strict=True)))
        for quality, found in rows.items()
    }


def _coded(codec: NeuralCodec, qualities: Collection[float], image: Image) -> Iterator[tuple[float, int, Image]]:
    """Yield each quality with the bytes of its bitstream and what was decoded from it."""
    if codec.progression is None:
        for quality in qualities:
            bitstream = codec.encode(image, quality)
            yield quality, len(bitstream), codec.decode(bitstream)
        return
    bitstream = codec.encode(image, max(qualities))  # the others are its beginnings
    pictures: list[Image] = []
    codec.progression.decode(bitstream, pictures.append)
    for quality, end, picture in zip(codec.qualities, codec.progression.ends(bitstream), pictures, strict=False):
        if quality in qualities:
            yield quality, end, picture


def package(
    checkpoint: Path, kind: Kind, quality: float | None, training: Training, images: Sequence[Image], folder: Path
) -> Card:
    """Write the weights of a checkpoint into a folder of packaged weights and describe them in its manifest.

    Codecs that work with the weights of this one get cards of their own.

    Args:
        checkpoint: what was trained.
        kind: the codec that it is a model of.
        quality: native; None for a variable-rate model.
        training: how it came about.
        images: the Kodak images.
        folder: with or without a manifest; a model of the same quality is replaced.

    Returns:
        The card of the codec itself.

    Raises:
        NicvizError: a codec that has no weights of its own, a quality that is not a number from 1 on, or one for a
            variable-rate model.
        WeightsError: the checkpoint is no model of this kind, or its quality leaves a gap between those in the folder.
    """
    if kind.weights_of:
        raise NicvizError(f"{kind.name} works with the weights of {kind.weights_of} and is packaged with it.")
    state = read_state(checkpoint, checkpoint.name)
    architecture, widths = recognized(state, checkpoint.name)
    zeros = sparsity(state)
    _check(kind, architecture.name, training, zeros)
    qualities = _qualities(kind, quality)
    file = f"{kind.name}.safetensors" if quality is None else f"{kind.name}-{quality:g}.safetensors"
    contents = [file_content(state, precision) for precision in PRECISIONS]
    draft = Card(file, "", widths, zeros, "", training, dict.fromkeys(qualities, Figures(0, 0, 0)))
    kinds = (kind, *(each for each in FAMILY.values() if each.weights_of == kind.name))
    _with(dict.fromkeys(kinds, draft), _codecs_in(folder))  # a gap is refused before minutes of work
    described = _describe(kind, (draft,))
    half, whole = (compact_codec(described, partial(_always, weights_of(content, file))) for content in contents)
    stored = 0 if is_exact_in_half(state) or moved_db(half, whole, images) < MOST_MOVED_DB else 1
    content = contents[stored]
    card = replace(draft, sha256=sha256(content).hexdigest(), precision=PRECISIONS[stored])
    cards = {each: _measured(card, each, weights_of(content, file), images) for each in kinds}
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / file, content)
    _write(folder / MANIFEST, manifest_text(_with(cards, _codecs_in(folder))).encode())
    return cards[kind]


def _measured(card: Card, kind: Kind, weights: Weights, images: Sequence[Image]) -> Card:
    codec = compact_codec(_describe(kind, (card,)), partial(_always, weights))
    return replace(card, kodak=mean_figures(codec, card.kodak, images))


def moved_db(one: NeuralCodec, other: NeuralCodec, images: Sequence[Image]) -> float:
    """Return the most by which the PSNR of an image differs between two codecs on their ladder."""
    psnr_db = METRICS["psnr_db"].function
    return max(
        abs(
            psnr_db(image, one.estimate(image, quality).reconstruction)
            - psnr_db(image, other.estimate(image, quality).reconstruction)
        )
        for quality in one.ladder
        for image in images
    )


def _check(kind: Kind, architecture: str, training: Training, zeros: float) -> None:
    for what, found, wanted in (
        ("is a", architecture, kind.architecture),
        ("was trained for", training.metric, kind.metric),
    ):
        if found != wanted:
            raise WeightsError(f"The checkpoint {what} {found}; {kind.name} is {wanted}.")
    if abs(zeros - kind.sparsity) > _SPARSITY_TOLERANCE:
        raise WeightsError(
            f"{100 * zeros:.1f} % of the kernels' weights are zero; {kind.name} has {100 * kind.sparsity:.0f} %."
        )


def _qualities(kind: Kind, quality: float | None) -> tuple[float, ...]:
    model = ARCHITECTURES[kind.architecture]
    variable = model.variable
    if variable and quality is None:
        return tuple(each for each in model.ladder if kind.highest is None or each <= kind.highest)
    if variable or quality is None or not (quality >= 1 and float(quality).is_integer()):
        wanted = "no quality, because it has all" if variable else "a whole number from 1 on as its quality"
        raise NicvizError(f"A model of {kind.name} is given {wanted}; got {quality}.")
    return (float(quality),)


def _describe(kind: Kind, cards: tuple[Card, ...]) -> Described:
    cards = tuple(sorted(cards, key=lambda card: min(card.kodak)))
    qualities = [quality for card in cards for quality in card.kodak]
    default = min(qualities, key=lambda quality: abs(quality - DEFAULT_QUALITY))
    return Described(kind.name, kind.title, kind.description, kind.architecture, default, LICENSE, cards, kind.search)


def _codecs_in(folder: Path) -> dict[str, Described]:
    manifest = folder / MANIFEST
    return read_manifest(manifest) if manifest.exists() else {}


def _with(cards: Mapping[Kind, Card], codecs: dict[str, Described]) -> dict[str, Described]:
    """Return the codecs with cards that are new or replace those of their files, in the order of the family."""
    for kind, card in cards.items():
        others = codecs[kind.name].cards if kind.name in codecs else ()
        kept = tuple(other for other in others if other.file != card.file)
        codecs = codecs | {kind.name: _describe(kind, (*kept, card))}
    return {name: codecs[name] for name in FAMILY if name in codecs}


def _write(file: Path, content: bytes) -> None:
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def _always(weights: Weights, quality: float) -> Weights:
    del quality
    return weights
