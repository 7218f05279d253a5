"""Loaded models, kept in a cache that is bounded by bytes and safe with many threads."""

import struct
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np

from nicviz import environment
from nicviz.codecs.neural.device import torch_device
from nicviz.codecs.neural.entropy.tables import Tables, tables_of
from nicviz.codecs.neural.network.build import build_network
from nicviz.codecs.neural.weights.locate import Weights
from nicviz.codecs.neural.weights.read import read_state
from nicviz.errors import CodecError, WeightsError

_MEGABYTE = 1 << 20


@dataclass(eq=False)  # one model is one object: caches ask for that one
class Model:
    """A network on its device with what coding needs.

    Args:
        network: the CompressAI model, float32, channels-last.
        architecture: CompressAI's name of it.
        conditional: tables of the main latent given its scales; None for factorized priors.
        bottleneck: tables of the factorized prior; None where they depend on the quality.
        identity: 32 bits that tell weights and tables apart.
        num_bytes: what it holds.
        lock: held while the network works, so that memory does not grow with the number of users.
    """

    network: Any
    architecture: str
    conditional: Tables | None
    bottleneck: Tables | None
    identity: int
    num_bytes: int
    lock: threading.RLock = field(default_factory=threading.RLock)
    bottlenecks: "OrderedDict[float, Tables]" = field(default_factory=OrderedDict)


def load(weights: Weights, device: str | None = None) -> Model:
    """Return a model made from weights, without the cache.

    Args:
        weights: where the tensors are.
        device: as torch takes it; None for the device of this machine.

    Raises:
        WeightsError: as in `read_state` and `build_network`.
        CodecError: not enough memory.
    """
    import torch

    from nicviz.codecs.neural.network.fold import fold

    flush_denormals()  # before torch starts threads, which inherit it
    with _memory_errors_told():
        network, architecture = build_network(read_state(weights.content, weights.name), weights.name)
        conditional = tables_of(network.gaussian_conditional) if hasattr(network, "gaussian_conditional") else None
        bottleneck = None if hasattr(network, "gayn2zqstep") else tables_of(network.entropy_bottleneck)
        fold(network)
        target = torch.device(device) if device else torch_device()
        if target.type == "cuda":
            _make_cuda_reproducible()
        network.to(device=target, memory_format=torch.channels_last)
    tables = b"".join(table.digest() for table in (conditional, bottleneck) if table is not None)
    digest = sha256(bytes.fromhex(weights.sha256) + tables).digest()
    tensors = [*network.parameters(), *network.buffers()]
    num_bytes = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    identity = int(struct.unpack("<I", digest[:4])[0])
    return Model(network, architecture, conditional, bottleneck, identity, num_bytes)


def flush_denormals() -> None:
    """Let this thread, and those it starts, treat denormal numbers as zero."""
    import torch

    for kind in (np.float16, np.float32, np.float64):
        np.finfo(kind)  # NumPy keeps what it finds out once, and warns where denormals are gone by then
    torch.set_flush_denormal(True)


def _make_cuda_reproducible() -> None:
    """Set what a decoder must find as its encoder did: no TF32, no algorithm that adds in a changing order."""
    import torch

    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


@contextmanager
def working(model: Model) -> Iterator[Any]:
    """Hold a model's network for one computation, in inference mode; running out of memory becomes a `CodecError`."""
    import torch

    with _memory_errors_told(), model.lock, torch.inference_mode():
        flush_denormals()  # saturated models are ten times slower without
        yield model.network


@contextmanager
def _memory_errors_told() -> Iterator[None]:
    import torch

    advice = "Not enough memory for this image and model. Crop or downscale the image, or set NICVIZ_DEVICE=cpu."
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        raise CodecError(advice) from error
    except RuntimeError as error:
        if "allocate memory" not in str(error) and "out of memory" not in str(error):
            raise
        raise CodecError(advice) from error


class ModelCache:
    """Models by the content of their weights; the least recently used go when the bytes are over the limit.

    Args:
        limit: returns the most bytes that the kept models may hold together; the newest one is always kept.
    """

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._models: OrderedDict[tuple[str, str | None], Model] = OrderedDict()
        self._loading: dict[tuple[str, str | None], threading.Lock] = {}

    def get(self, weights: Weights, expected: str | None, device: str | None = None) -> Model:
        """Return the model for these weights; of several threads that ask for it at once, one loads it."""
        key = (weights.sha256, device or str(torch_device()))
        with self._lock:
            gate = self._loading.setdefault(key, threading.Lock())
        with gate:
            with self._lock:
                model = self._models.get(key)
                if model is not None:
                    self._models.move_to_end(key)
            if model is None:
                model = load(weights, device)
                with self._lock:
                    self._models[key] = model
                    self._loading.pop(key, None)
                    self._drop_oldest()
        if expected is not None and model.architecture != expected:
            raise WeightsError(f"{weights.name} holds a {model.architecture} model where {expected} was expected.")
        return model

    def _drop_oldest(self) -> None:
        while len(self._models) > 1 and self.num_bytes > self._limit():
            self._models.popitem(last=False)

    @property
    def num_bytes(self) -> int:
        """What the kept models hold together."""
        return sum(model.num_bytes for model in self._models.values())

    def clear(self) -> None:
        """Forget all models."""
        with self._lock:
            self._models.clear()


def cache_limit() -> int:
    """Return NICVIZ_MODEL_CACHE_MB (1500 by default) in bytes."""
    return int(environment.MODEL_CACHE_MB.read() * _MEGABYTE)


MODELS = ModelCache(cache_limit)
