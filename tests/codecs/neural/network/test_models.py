"""The cache of loaded models, and what happens when memory runs out."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from nicviz.codecs import CODECS
from nicviz.codecs.neural.encode import coder
from nicviz.codecs.neural.family import compact
from nicviz.codecs.neural.network import models
from nicviz.codecs.neural.network.models import ModelCache, cache_limit, working
from nicviz.codecs.neural.weights.locate import Weights, weights_of
from nicviz.errors import CodecError, NicvizError, WeightsError
from tests.codecs.neural.small import saved, small_model, small_network
from tests.codecs.pictures import noise, photograph


def small_weights(seed: int) -> Weights:
    return weights_of(saved(small_network("bmshj2018-factorized", seed).state_dict()), f"seed {seed}")


def test_the_least_recently_used_models_go_when_the_bytes_are_over_the_limit():
    first, second, third = (small_weights(seed) for seed in (1, 2, 3))
    size = ModelCache(lambda: 0).get(first, None, "cpu").num_bytes
    cache = ModelCache(lambda: 2 * size)
    kept = cache.get(first, None, "cpu")
    dropped = cache.get(second, None, "cpu")
    assert cache.get(first, None, "cpu") is kept
    cache.get(third, None, "cpu")
    assert cache.num_bytes == 2 * size
    assert cache.get(first, None, "cpu") is kept
    assert cache.get(second, None, "cpu") is not dropped


def test_a_model_larger_than_the_limit_is_kept_as_the_only_one():
    cache = ModelCache(lambda: 1)
    model = cache.get(small_weights(1), None, "cpu")
    assert cache.get(small_weights(1), None, "cpu") is model
    cache.get(small_weights(2), None, "cpu")
    assert cache.num_bytes == model.num_bytes


def test_references_count_and_go_before_any_model():
    first, second = (small_weights(seed) for seed in (1, 2))
    size = ModelCache(lambda: 0).get(first, None, "cpu").num_bytes
    cache = ModelCache(lambda: 3 * size)
    model, other = cache.get(first, None, "cpu"), cache.get(second, None, "cpu")

    def near(model, name, num_bytes):
        return cache.near(model, (name, (1, 1, 3), 0.0), lambda: replace(model, num_bytes=num_bytes))

    half = near(model, b"a", size // 2)
    assert near(model, b"a", 10 * size) is half, "kept"
    assert cache.num_bytes == 2 * size + size // 2
    whole = near(other, b"b", size)
    assert cache.num_bytes == 3 * size
    assert near(other, b"b", 0) is whole
    assert near(model, b"a", 1) is not half, "dropped, and no model"
    assert cache.get(first, None, "cpu") is model
    assert cache.get(second, None, "cpu") is other


def test_a_reference_larger_than_the_limit_is_kept_with_its_model_alone():
    first, second = (small_weights(seed) for seed in (1, 2))
    limit = [1 << 30]
    cache = ModelCache(lambda: limit[0])
    model, other = cache.get(first, None, "cpu"), cache.get(second, None, "cpu")
    limit[0] = 1
    reference = (b"", (1, 1, 3), 0.0)
    near = cache.near(model, reference, lambda: replace(model, num_bytes=1000))
    assert cache.near(model, reference, lambda: pytest.fail("prepared again")) is near
    assert cache.num_bytes == model.num_bytes + 1000
    assert cache.get(second, None, "cpu") is not other
    assert cache.num_bytes == other.num_bytes, "a model that is loaded drops the reference, and then the oldest model"
    limit[0] = 1 << 30
    cache.near(model, reference, lambda: replace(model, num_bytes=1000))
    assert cache.num_bytes == other.num_bytes + 1000
    cache.forget_references()
    assert cache.num_bytes == other.num_bytes


def test_many_threads_that_ask_for_one_model_load_it_once(monkeypatch):
    loaded = []
    load = models.load

    def counted(weights, device):
        loaded.append(weights.name)
        return load(weights, device)

    monkeypatch.setattr(models, "load", counted)
    cache = ModelCache(lambda: 1 << 30)
    weights = [small_weights(1), small_weights(2)]
    start = threading.Barrier(8)

    def ask(number):
        start.wait()
        return cache.get(weights[number % 2], None, "cpu")

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(ask, range(8)))
    assert sorted(loaded) == ["seed 1", "seed 2"]
    assert len({id(model) for model in got}) == 2


def test_a_checkpoint_that_cannot_be_loaded_is_tried_again():
    cache = ModelCache(lambda: 1 << 30)
    broken = weights_of(b"broken", "broken.pth")
    for _ in range(2):
        with pytest.raises(WeightsError, match="broken"):
            cache.get(broken, None, "cpu")


def test_another_architecture_than_expected_is_refused():
    cache = ModelCache(lambda: 1 << 30)
    for _ in range(2):  # loaded, and from the cache
        with pytest.raises(WeightsError, match="bmshj2018-factorized model where mbt2018 was expected"):
            cache.get(small_weights(1), "mbt2018", "cpu")


def test_many_threads_code_with_one_model_as_one_does():
    codec = CODECS["compact-hyperprior"]
    images = [noise(65, 40 + number) for number in range(8)]
    alone = [codec.encode(image, 4) for image in images]
    pictures = [codec.decode(bitstream) for bitstream in alone]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda image: codec.encode(image, 4), images))
        decoded = list(pool.map(codec.decode, together))
    assert together == alone
    assert all(np.array_equal(a, b) for a, b in zip(decoded, pictures, strict=True))


@pytest.mark.parametrize("message", ["torch", "python", "allocator"])
def test_running_out_of_memory_is_an_error_with_advice(monkeypatch, message):
    import torch

    error = {
        "torch": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"),
        "python": MemoryError(),
        "allocator": RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
    }[message]

    def fail(_):
        raise error

    model = small_model("bmshj2018-factorized")
    monkeypatch.setattr(model.network.g_a, "forward", fail)
    for use in (lambda: coder.encode(model, "x", photograph(16), 1), lambda: coder.estimate(model, photograph(16), 1)):
        with pytest.raises(CodecError, match="Crop or downscale"):
            use()
    assert model.lock.acquire(blocking=False), "the lock is free again"


def test_other_errors_are_not_taken_for_a_lack_of_memory():
    model = small_model("bmshj2018-factorized")
    with pytest.raises(RuntimeError, match="something else"), working(model):
        raise RuntimeError("something else")


def test_the_limit_is_set_in_megabytes(monkeypatch):
    monkeypatch.delenv("NICVIZ_MODEL_CACHE_MB", raising=False)
    assert cache_limit() == 1500 << 20
    monkeypatch.setenv("NICVIZ_MODEL_CACHE_MB", "0.5")
    assert cache_limit() == 1 << 19
    for wrong in ("-1", "many", "nan", "inf", "0"):
        monkeypatch.setenv("NICVIZ_MODEL_CACHE_MB", wrong)
        with pytest.raises(NicvizError, match=f"NICVIZ_MODEL_CACHE_MB.*{wrong}"):
            cache_limit()


def test_global_random_numbers_are_left_alone():
    import torch

    before = torch.get_rng_state()
    ModelCache(lambda: 1 << 30).get(compact.find("compact-hyperprior", 2), None, "cpu")
    assert torch.equal(torch.get_rng_state(), before)
