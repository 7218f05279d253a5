"""Loaded models, kept in a cache that is bounded by bytes and safe with many threads."""

import struct
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import numpy as np

from nicviz import environment
from nicviz.codecs.neural.architectures import Architecture
from nicviz.codecs.neural.device import torch_device
from nicviz.codecs.neural.entropy.prior import Prior
from nicviz.codecs.neural.network.build import build_network
from nicviz.codecs.neural.weights.locate import Weights
from nicviz.codecs.neural.weights.read import read_state
from nicviz.errors import CodecError, WeightsError
from nicviz.memory import clear_with_memory

_MEGABYTE = 1 << 20
_KEPT_QUALITIES = 16  # of conditioned models; 5 MB each with 64 channels
_KEPT_REFERENCES = 4  # one a codec on the page; 160 MB each with 64 channels and 512×512 pixels, 420 MB with 192


@dataclass(eq=False)  # one model is one object: caches ask for that one
class Model:
    """A network on its device with what coding needs.

    Args:
        network: the CompressAI model, float32, channels-last.
        architecture: of it.
        prior: its entropy model.
        identity: 32 bits that tell weights and tables apart.
        num_bytes: what it holds.
        lock: held while the network works, so that memory does not grow with the number of users.
    """

    network: Any
    architecture: Architecture
    prior: Prior
    identity: int
    num_bytes: int
    lock: threading.RLock = field(default_factory=threading.RLock)


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
        network, architecture, options = build_network(read_state(weights.content, weights.name), weights.name)
        prior = architecture.prior(network, architecture, options)
        if not architecture.conditioned:  # else what `at` makes of it is folded
            fold(network)
        target = torch.device(device) if device else torch_device()
        if target.type == "cuda":
            _make_cuda_reproducible()
        network.to(device=target, memory_format=torch.channels_last)
    digest = sha256(bytes.fromhex(weights.sha256) + prior.digest()).digest()
    identity = int(struct.unpack("<I", digest[:4])[0])
    return Model(network, architecture, prior, identity, _num_bytes(network))


def at(model: Model, quality: float) -> Model:
    """Return what codes at a quality: of a conditioned model its transforms there, made now; else the model itself."""
    import torch

    from nicviz.codecs.neural.network.fold import fold

    if not model.architecture.conditioned:
        return model
    with _memory_errors_told(), model.lock:  # in no inference mode: derivatives are taken through what it makes
        network = model.network.at(float(np.float32(quality))).requires_grad_(
            requires_grad=False
        )  # as a bitstream has it
        fold(network)
        network.to(memory_format=torch.channels_last)
    return replace(model, network=network, prior=model.prior.of(network), num_bytes=_num_bytes(network))


def _num_bytes(network: Any) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in (*network.parameters(), *network.buffers()))


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


Reference = tuple[bytes, tuple[int, int, int], float]
"""Pixels and shape of an image that others are near to, and a quality."""


class ModelCache:
    """Models by the content of their weights; the least recently used go when the bytes are over the limit.

    So do the models prepared for images near a reference (see `encode.near`), and those before all others.

    Args:
        limit: returns the most bytes that all that is kept may hold together; the newest model is always kept, and the
            newest reference with its model.
    """

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._models: OrderedDict[tuple[str, str | None], Model] = OrderedDict()
        self._loading: dict[tuple[str, str | None], threading.Lock] = {}
        self._near: OrderedDict[tuple[Model, Reference], Model] = OrderedDict()
        self._at: OrderedDict[tuple[Model, float], Model] = OrderedDict()

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
        if expected is not None and model.architecture.name != expected:
            raise WeightsError(f"{weights.name} holds a {model.architecture.name} model where {expected} was expected.")
        return model

    def at(self, model: Model, quality: float) -> Model:
        """Return what codes at a quality (see the function `at`), kept or made now."""
        if not model.architecture.conditioned:
            return model
        key = (model, quality)
        with self._lock:
            kept = self._at.get(key)
            if kept is not None:
                self._at.move_to_end(key)
                return kept
        made = at(model, quality)
        with self._lock:
            made = self._at.setdefault(key, made)  # of several threads the first
            if len(self._at) > _KEPT_QUALITIES:
                self._at.popitem(last=False)
            self._drop_oldest()
        return made

    def near(self, model: Model, reference: Reference, prepare: Callable[[], Model]) -> Model:
        """Return a model for images near a reference, kept or prepared now; the caller holds `working(model)`."""
        key = (model, reference)
        with self._lock:
            kept = self._near.get(key)
            if kept is not None:
                self._near.move_to_end(key)
                return kept
        prepared = prepare()
        with self._lock:
            self._near[key] = prepared
            if len(self._near) > _KEPT_REFERENCES:
                self._near.popitem(last=False)
            self._drop_oldest(newest_reference=model)
        return prepared

    def forget_references(self) -> None:
        """Forget what was prepared for images near references."""
        with self._lock:
            self._near.clear()

    def _drop_oldest(self, newest_reference: Model | None = None) -> None:
        """Drop references, then models; of the one whose reference was just made neither."""
        while len(self._near) > (newest_reference is not None) and self.num_bytes > self._limit():
            self._near.popitem(last=False)
        while len(self._at) > 1 and self.num_bytes > self._limit():
            self._at.popitem(last=False)
        while len(self._models) > 1 and self.num_bytes > self._limit():
            oldest = next((key for key, model in self._models.items() if model is not newest_reference), None)
            if oldest is None:
                return
            del self._models[oldest]

    @property
    def num_bytes(self) -> int:
        """What is kept holds together."""
        return sum(model.num_bytes for kept in (self._models, self._at, self._near) for model in kept.values())

    def clear(self) -> None:
        """Forget all models."""
        with self._lock:
            self._near.clear()
            self._at.clear()
            self._models.clear()


def cache_limit() -> int:
    """Return NICVIZ_MODEL_CACHE_MB (1500 by default) in bytes."""
    return int(environment.MODEL_CACHE_MB.read() * _MEGABYTE)


MODELS = ModelCache(cache_limit)
clear_with_memory(MODELS.forget_references)  # of many equal images, such as a heatmap's
