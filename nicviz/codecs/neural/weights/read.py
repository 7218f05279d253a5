"""Read checkpoints of CompressAI's architectures: weights only, never code; what they are is told by their tensors."""

import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nicviz.codecs.neural.architectures import ARCHITECTURES, PARTS, Architecture, recognize
from nicviz.codecs.neural.weights import sparse
from nicviz.codecs.neural.weights.renamed import renamed
from nicviz.errors import WeightsError

if TYPE_CHECKING:
    import torch

State = dict[str, "torch.Tensor"]
_MAX_WIDTH = 1024
_WRAPPERS = ("state_dict", "model_state_dict", "model", "network", "net", "params")  # of state dicts, or of each other
_DEEPEST = 4  # wrappers in wrappers
_PREFIXES = ("module.", "_orig_mod.", "model.", "network.", "net.")  # of parallel, compiled and wrapped models
_TAKEN = (
    "What is taken: a state dict of a CompressAI model, alone or under one of the keys "
    f"{', '.join(_WRAPPERS)}, beside numbers, text, lists and dictionaries."
)


def read_state(content: Path | bytes, name: str) -> State:
    """Return the tensors of a checkpoint under today's key names.

    Args:
        content: a file, or the bytes of one; safetensors or torch's format.
        name: for messages.

    Raises:
        WeightsError: unreadable, or holding anything but tensors and plain values (which would be code).
    """
    loaded = _read_safetensors(content, name) if _is_safetensors(content) else _read_torch(content, name)
    return _plain(loaded, name)


def _is_safetensors(content: Path | bytes) -> bool:
    if isinstance(content, Path):
        with content.open("rb") as file:
            start = file.read(9)
    else:
        start = content[:9]
    return len(start) == 9 and start[8:] == b"{"


def _read_safetensors(content: Path | bytes, name: str) -> Mapping[str, Any]:
    import safetensors.torch
    from safetensors import SafetensorError

    try:
        stored = safetensors.torch.load(content.read_bytes() if isinstance(content, Path) else content)
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"{name} is not a readable safetensors file: {error}") from error
    return sparse.unpack(stored, name)


def _read_torch(content: Path | bytes, name: str) -> Any:
    import pickle

    import torch

    source = content if isinstance(content, Path) else BytesIO(content)
    try:
        _check_archive(source, name)
        _take_numbers()
        return torch.load(source, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        named = re.search(r"GLOBAL ([\w.]+)", str(error))
        found = f"{named[1]}, which would run as code" if named else "pickled code, or it is damaged"
        raise WeightsError(
            f"{name} holds more than weights ({found}) and was not loaded; nothing in it was run. {_TAKEN} Save the "
            "model's state_dict() alone."
        ) from error
    except WeightsError:
        raise
    except (
        RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError, TypeError, IndexError,
        zipfile.BadZipFile,
    ) as error:  # fmt: skip
        raise WeightsError(f"{name} is not a readable checkpoint: {error}") from error


@cache
def _take_numbers() -> None:
    """Let torch read the NumPy numbers that training scripts leave beside weights, such as a loss; none is code."""
    import torch

    scalar: Callable[..., Any] = np.float64(0).__reduce__()[0]  # type: ignore[assignment]
    names = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")  # NumPy 1 and 2 write them
    kinds = {type(np.dtype(kind)) for kind in np.typecodes["AllInteger"] + np.typecodes["Float"] + "?"}
    torch.serialization.add_safe_globals([*((scalar, name) for name in names), np.dtype, *kinds])


def _check_archive(source: Path | BytesIO, name: str) -> None:
    """Raise `WeightsError` if a ZIP archive unpacks to more than it is: torch writes none, and would unpack it."""
    if zipfile.is_zipfile(source):
        size = source.stat().st_size if isinstance(source, Path) else len(source.getbuffer())
        with zipfile.ZipFile(source) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > size:
            raise WeightsError(f"{name} is compressed: {unpacked} bytes in a file of {size}. Save it with torch.save.")
    if isinstance(source, BytesIO):
        source.seek(0)


def _plain(loaded: Any, name: str) -> State:
    """Return the state dict within what was loaded: itself, or nested as training scripts save it."""
    import torch

    for _ in range(_DEEPEST):  # one may hold itself
        if isinstance(loaded, Mapping) and (inner := [loaded[key] for key in _WRAPPERS if _is_mapping(loaded, key)]):
            loaded = inner[0]
    if not isinstance(loaded, Mapping):
        raise WeightsError(f"{name} holds no state dict but a {type(loaded).__name__}. {_TAKEN}")
    loaded = _joined(loaded)
    tensors = {str(key): value for key, value in loaded.items() if isinstance(value, torch.Tensor)}
    state = {_current_key(key): value for key, value in tensors.items()}
    if len(state) < len(tensors):
        raise WeightsError(f"{name} holds tensors of one name under two prefixes; its keys are {_some(tensors)}.")
    for key, tensor in state.items():
        if not _is_dense(tensor):
            raise WeightsError(f"{name}: the tensor {key} is no plain one but sparse, quantized, complex or expanded.")
    if not state:
        raise WeightsError(f"{name} holds no tensors; its keys are {_some(loaded) or 'none'}. {_TAKEN}")
    return renamed(state)


def _joined(loaded: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Return a model's parts that lie under names of their own as one state dict."""
    parts = [part for part in PARTS if _is_mapping(loaded, part)]
    return {**loaded, **{f"{part}.{_bare(str(key))}": value for part in parts for key, value in loaded[part].items()}}


def _bare(key: str) -> str:
    """Return a name without what parallel training and compilation put before it."""
    while key.startswith(_PREFIXES):
        key = key.partition(".")[2]
    return key


def _is_mapping(loaded: Mapping[Any, Any], key: str) -> bool:
    return isinstance(loaded.get(key), Mapping)


def _some(names: Iterable[Any]) -> str:
    return ", ".join(map(str, list(names)[:8]))


def _is_dense(tensor: "torch.Tensor") -> bool:
    """Return whether all values of a tensor are in memory, one by one: a view may stand for any number of them."""
    import torch

    if tensor.layout is not torch.strided or tensor.is_meta or tensor.is_quantized or tensor.is_complex():
        return False
    return tensor.numel() * tensor.element_size() <= tensor.untyped_storage().nbytes()


def _current_key(key: str) -> str:
    """Return the name that CompressAI gives today to a tensor of a published, parallel-trained or compiled model."""
    from compressai.zoo.pretrained import load_pretrained

    (current,) = load_pretrained({_bare(key): None})
    return str(current)


def recognized(state: State, name: str) -> tuple[Architecture, tuple[int, ...]]:
    """Return the architecture that has these tensors, and its widths, such as (N, M).

    Raises:
        WeightsError: none of the architectures known here, or absurd widths; the message says what was found.
    """
    architecture = recognize(state)
    if architecture is None:
        found = ", ".join(sorted({".".join(key.split(".")[:2]) for key in state})[:12])
        raise WeightsError(
            f"{name} is of no CompressAI architecture that nicviz knows ({', '.join(ARCHITECTURES)}). It has: {found}."
        )
    widths = architecture.sizes(state)
    if not all(0 < width <= _MAX_WIDTH for width in widths):
        raise WeightsError(f"{name} has layers of {widths} channels; 1 to {_MAX_WIDTH} are taken.")
    if any(min(tensor.shape[:2], default=0) < widths[0] for tensor in architecture.repeated(state)):
        raise WeightsError(
            f"{name} does not fit its architecture: repeated layers have fewer than {widths[0]} channels."
        )
    return architecture, widths
