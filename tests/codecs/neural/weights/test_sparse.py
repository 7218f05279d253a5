"""Pruned kernels in a file: whole again bit for bit, smaller, and refused when their parts do not fit."""

import numpy as np
import pytest
import safetensors.torch
import torch

from nicviz.codecs.neural.weights import sparse
from nicviz.codecs.neural.weights.read import read_state
from nicviz.errors import WeightsError


def pruned_kernel(zeros: float = 0.9, shape: tuple[int, ...] = (5, 3, 3, 3)) -> torch.Tensor:
    random = np.random.default_rng(4)
    values = random.normal(size=shape) * (random.random(shape) > zeros)
    return torch.from_numpy(values).half()


@pytest.mark.parametrize("shape", [(5, 3, 3, 3), (1, 1, 1, 1), (8, 2, 5, 5)])
def test_a_pruned_kernel_comes_back_bit_for_bit(shape: tuple[int, ...]) -> None:
    tensors = {"g_a.0.weight": pruned_kernel(shape=shape), "g_a.0.bias": torch.zeros(7)}
    restored = sparse.unpack(sparse.pack(tensors), "file")
    assert restored.keys() == tensors.keys()
    assert all(torch.equal(restored[name], tensors[name]) for name in tensors)


def test_a_kernel_of_zeros_alone_comes_back() -> None:
    tensors = {"g_a.0.weight": torch.zeros(4, 4, 3, 3, dtype=torch.float16)}
    assert torch.equal(sparse.unpack(sparse.pack(tensors), "file")["g_a.0.weight"], tensors["g_a.0.weight"])


def test_the_bits_are_in_c_order_with_the_first_one_highest() -> None:
    kernel = torch.zeros(1, 1, 3, 3, dtype=torch.float16)
    kernel[0, 0, 0, 0], kernel[0, 0, 2, 2] = 1.5, -2
    packed = sparse.pack({"w": kernel})
    assert packed["w:mask"].tolist() == [0b10000000, 0b10000000]
    assert packed["w:values"].tolist() == [1.5, -2]
    assert packed["w:shape"].tolist() == [1, 1, 3, 3]


def test_zeros_are_left_out_only_where_that_takes_fewer_bytes() -> None:
    tensors = {"dense": pruned_kernel(0.0), "pruned": pruned_kernel(0.95, (64, 64, 5, 5)), "gamma": torch.zeros(64, 64)}
    packed = sparse.pack(tensors)
    assert {"dense", "gamma"} <= packed.keys()
    assert "pruned" not in packed
    size = sum(packed[name].nbytes for name in packed if name.startswith("pruned:"))
    assert size <= 1.9 / 8 * tensors["pruned"].numel()


def damaged_parts() -> dict[str, dict[str, torch.Tensor | None]]:
    whole = sparse.pack({"w": pruned_kernel()})
    longer = torch.cat([whole["w:mask"], torch.zeros(1, dtype=torch.uint8)])
    flipped = whole["w:mask"].clone()
    flipped[0] ^= 0b10000000
    tail = whole["w:mask"].clone()
    tail[-1] |= 1  # a bit behind the last of the 135 weights
    return {
        "no mask": {"w:mask": None},
        "no shape": {"w:shape": None},
        "no values": {"w:values": None},
        "mask too long": {"w:mask": longer},
        "a bit more or less": {"w:mask": flipped},
        "a bit behind the end": {"w:mask": tail, "w:values": torch.cat([whole["w:values"], whole["w:values"][:1]])},
        "a value less": {"w:values": whole["w:values"][1:]},
        "integers": {"w:values": whole["w:values"].int()},
        "values of 8 bits": {"w:values": whole["w:values"].to(torch.float8_e4m3fn)},
        "mask of words": {"w:mask": whole["w:mask"].int()},
        "three sides": {"w:shape": torch.tensor([5, 3, 9], dtype=torch.int32)},
        "no side": {"w:shape": torch.tensor([], dtype=torch.int32)},
        "a negative side": {"w:shape": torch.tensor([-5, -3, 3, 3], dtype=torch.int32)},
        "more weights than bits": {"w:shape": torch.tensor([1024, 1024, 1024, 1024], dtype=torch.int32)},
        "twice": {"w": pruned_kernel()},
    }


@pytest.mark.parametrize("what", damaged_parts())
def test_parts_that_do_not_fit_are_refused_with_the_kernel_named(what: str, tmp_path) -> None:
    changed = sparse.pack({"w": pruned_kernel()}) | damaged_parts()[what]
    file = tmp_path / "pruned.safetensors"
    safetensors.torch.save_file({name: tensor for name, tensor in changed.items() if tensor is not None}, file)
    with pytest.raises(WeightsError, match=r"pruned\.safetensors.* the pruned kernel w "):
        read_state(file, file.name)


def test_a_small_file_of_more_zeros_than_any_model_has_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = sparse.pack({"v": pruned_kernel(), "w": pruned_kernel()})
    monkeypatch.setattr(sparse, "_MOST_WEIGHTS", 2 * 136)
    assert sparse.unpack(packed, "file").keys() == {"v", "w"}
    monkeypatch.setattr(sparse, "_MOST_WEIGHTS", 2 * 136 - 1)
    with pytest.raises(WeightsError, match=r"file holds pruned kernels of 272 weights; at most 271"):
        sparse.unpack(packed, "file")
