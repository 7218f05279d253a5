"""Codecs from a user's own checkpoints: files in the folder NICVIZ_WEIGHTS, and uploads.

A file in the folder is listed without being read: torch loads it when the codec is used. What must be known before
(whether it codes serially, whether its rate is variable) is told by names that stand in the first bytes of the file.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from nicviz.codecs.neural.architectures import ARCHITECTURES, Architecture, likely
from nicviz.codecs.neural.codec import neural_codec
from nicviz.codecs.neural.family.zoo import RELU
from nicviz.codecs.neural.weights.locate import Weights, user_folder, weights_in, weights_of
from nicviz.codecs.neural.weights.published import ENDING, FIXED_RATE, VARIABLE_RATE
from nicviz.codecs.neural_base import NeuralCodec
from nicviz.codecs.reference import CodecReference
from nicviz.errors import WeightsError

ENDINGS = (".pth.tar", ".pth", ".pt", ".safetensors")
_HEAD_BYTES = 1 << 18
_ZOO_NAMES = frozenset(
    {file + ENDING for files in FIXED_RATE.values() for file in files}
    | {file + ENDING for file in VARIABLE_RATE.values()}
    | {f"{RELU}-{quality}{ENDING}" for quality in range(1, 9)}
)


def session_codec(content: Path | bytes, file_name: str, name: str | None = None) -> NeuralCodec:
    """Return a codec that works with a checkpoint of one of CompressAI's architectures; the model is loaded for that.

    Args:
        content: the file, or its bytes.
        file_name: the user's name of the file, for messages.
        name: of the codec, exactly; None for "user-" and the stem of the file's name.

    Raises:
        WeightsError: unreadable, holding code, of no known architecture, or not codable; it says what was found.
    """
    from nicviz.codecs.neural.network.models import MODELS

    weights = (
        replace(weights_in(content), name=file_name) if isinstance(content, Path) else weights_of(content, file_name)
    )
    architecture = MODELS.get(weights, None).architecture
    exact = codec_name(file_name) if name is None else name
    file = str(content.resolve()) if isinstance(content, Path) else None
    return _codec(
        exact,
        f"A checkpoint of the architecture {architecture.name}, from {file_name}.",
        architecture,
        partial(_always, weights),
        partial(CodecReference, exact, file, weights.sha256, architecture=architecture.name),
    )


def checkpoint_codec(reference: CodecReference) -> NeuralCodec:
    """Return the codec of a checkpoint file, under the reference's name; it refuses to work with other content.

    Raises:
        WeightsError: the file cannot be read, or has other content than the reference tells.
    """
    file = Path(reference.checkpoint or "")
    find = partial(_unchanged, file, reference.sha256)
    find(0.0)
    architecture = None if reference.architecture is None else ARCHITECTURES[reference.architecture]
    return _unread_codec(file, reference.name, find, architecture)


def folder_codecs() -> tuple[NeuralCodec, ...]:
    """Return a codec for each checkpoint in NICVIZ_WEIGHTS that is not one of CompressAI's published files.

    Cheap: a file that is not a usable checkpoint is found out when its codec is used (`WeightsError`).
    """
    folder = user_folder()
    if folder is None:
        return ()
    try:
        files = sorted(file for file in folder.iterdir() if _is_own_checkpoint(file))
        statuses = [file.stat() for file in files]
    except OSError as error:
        raise WeightsError(f"The folder NICVIZ_WEIGHTS, {folder}, cannot be read: {error.strerror}.") from error
    return tuple(
        _folder_codec(file, name, status.st_mtime_ns, status.st_size)
        for file, name, status in zip(files, _distinct_names(files), statuses, strict=True)
    )


def _distinct_names(files: list[Path]) -> list[str]:
    """Return a codec name for each file: of its stem, or of the whole name where stems are equal, or numbered."""
    stems = [codec_name(file.name) for file in files]
    names: list[str] = []
    for file, stem in zip(files, stems, strict=True):
        first = stem if stems.count(stem) == 1 else f"user-{_clean(file.name)}"
        candidates = (first, *(f"{first}-{number}" for number in range(2, len(files) + 2)))
        names.append(next(name for name in candidates if name not in names))
    return names


def _is_own_checkpoint(file: Path) -> bool:
    return file.name.lower().endswith(ENDINGS) and file.name not in _ZOO_NAMES and file.is_file()


@lru_cache(maxsize=64)
def _folder_codec(file: Path, name: str, changed: int, size: int) -> NeuralCodec:
    del changed, size  # they are there to tell a file from what it was before
    return _unread_codec(file, name, partial(_in_file, file))


def _unread_codec(
    file: Path, name: str, find: Callable[[float], Weights], architecture: Architecture | None = None
) -> NeuralCodec:
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD_BYTES)
    except OSError:
        head = b""  # told when the codec is used
    told = "recognized when it is used" if architecture is None else architecture.name
    return _codec(
        name,
        f"A checkpoint of your own, {file.name}; its architecture is {told}.",
        architecture,
        find,
        partial(_reference, file, name, None if architecture is None else architecture.name),
        likely(head),
    )


def _codec(
    name: str,
    description: str,
    architecture: Architecture | None,
    find: Callable[[float], Weights],
    refer: Callable[[], CodecReference],
    like: Architecture | None = None,
) -> NeuralCodec:
    like = architecture or like
    rates = like if like is not None and like.variable else None
    return neural_codec(
        name,
        name.removeprefix("user-"),
        description,
        architecture,
        find,
        None if rates is None else rates.scale,
        () if rates is None else rates.ladder,
        likely=like,
        refer=refer,
    )


def codec_name(file_name: str) -> str:
    """Return "user-" and the stem of a file name, without what a codec name cannot hold."""
    file_name = file_name.removeprefix("user-")
    ending = next((ending for ending in ENDINGS if file_name.lower().endswith(ending)), "")
    return f"user-{_clean(file_name[: len(file_name) - len(ending)])}"


def _clean(text: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-") or "checkpoint"


def _always(weights: Weights, quality: float) -> Weights:
    del quality
    return weights


def _in_file(file: Path, quality: float) -> Weights:
    del quality
    return weights_in(file)


def _unchanged(file: Path, sha256: str | None, quality: float) -> Weights:
    weights = _in_file(file, quality)
    if sha256 not in (None, weights.sha256):
        raise WeightsError(f"The checkpoint {file} has changed since it was chosen; choose it again.")
    return weights


def _reference(file: Path, name: str, architecture: str | None) -> CodecReference:
    return CodecReference(name, str(file.resolve()), weights_in(file).sha256, architecture=architecture)
