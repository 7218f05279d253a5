"""Which device is chosen, how it is shown, and the pixel limit that follows from it."""

import os
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from nicviz.codecs import CODECS
from nicviz.codecs.neural import device
from nicviz.errors import CodecError, NicvizError


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for variable in ("NICVIZ_DEVICE", "NICVIZ_NEURAL_MEGAPIXELS"):
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.slow
def test_the_device_is_told_without_loading_torch(monkeypatch):
    code = (
        "import sys\nfrom nicviz.codecs.neural.device import device_label, device_name\n"
        "print(device_name(), '|', device_label(), '|', 'torch' in sys.modules)"
    )
    for setting, name, label in (("cpu", "cpu", "CPU ("), ("cuda:1", "cuda:1", "CUDA:1")):
        monkeypatch.setenv("NICVIZ_DEVICE", setting)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        shown = [part.strip() for part in done.stdout.split("|")]
        assert shown[0] == name
        assert shown[1].startswith(label)
        assert shown[2] == "False"


@pytest.mark.parametrize(("platform", "driver", "torch_says", "name"), [
    ("linux", False, True, "cpu"), ("linux", True, False, "cpu"), ("linux", True, True, "cuda"),
    ("win32", False, True, "cuda"), ("win32", False, False, "cpu"),
])  # fmt: skip
def test_torch_is_asked_where_there_may_be_a_device_and_the_answer_stays(
    monkeypatch, tmp_path, platform, driver, torch_says, name
):
    """A driver beside a torch without CUDA was "cuda" until torch was loaded, and results were kept as its own."""
    told = [torch_says]
    monkeypatch.setattr(device.sys, "platform", platform)
    monkeypatch.setattr(device, "_DRIVERS", (tmp_path / "none", tmp_path if driver else tmp_path / "missing"))
    monkeypatch.setattr("torch.cuda.is_available", lambda: told[0])
    monkeypatch.setattr(device, "_cuda_present", cache(device._cuda_present.__wrapped__))
    assert device.device_name() == name
    told[0] = not torch_says
    assert device.device_name() == name


def test_the_label_counts_cores(monkeypatch):
    monkeypatch.setenv("NICVIZ_DEVICE", "CPU")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert device.device_label() == "CPU (1 core)"
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3}, raising=False)
    assert device.device_label() == "CPU (2 cores)"


@pytest.mark.parametrize("wrong", ["gpu", "cuda:", "cuda:x", "mps", "cpu:0"])
def test_a_setting_that_is_no_device_is_named(monkeypatch, wrong):
    monkeypatch.setenv("NICVIZ_DEVICE", wrong)
    with pytest.raises(NicvizError, match=f"NICVIZ_DEVICE.*{wrong}"):
        device.device_name()


def test_a_device_that_is_not_here_is_named(monkeypatch):
    monkeypatch.setenv("NICVIZ_DEVICE", "cuda:77")
    with pytest.raises(NicvizError, match="cuda:77"):
        device.torch_device()


def test_on_a_cpu_eight_megapixels_are_taken_unless_set(monkeypatch):
    monkeypatch.setenv("NICVIZ_DEVICE", "cpu")
    assert device.pixel_limit() == 8_000_000
    monkeypatch.setenv("NICVIZ_NEURAL_MEGAPIXELS", "0.01")
    assert device.pixel_limit() == 10_000
    codec = CODECS["compact-hyperprior"]
    for use in (codec.encode, codec.estimate):
        with pytest.raises(CodecError, match=r"0\.01 megapixels.*101×100.*Crop or downscale"):
            use(np.zeros((100, 101, 3), np.uint8), 1)
    monkeypatch.setenv("NICVIZ_NEURAL_MEGAPIXELS", "1000")
    assert device.pixel_limit() == 64_000_000
    monkeypatch.setenv("NICVIZ_NEURAL_MEGAPIXELS", "lots")
    with pytest.raises(NicvizError, match=r"NICVIZ_NEURAL_MEGAPIXELS.*lots"):
        device.pixel_limit()


def test_on_cuda_only_the_general_limit_holds(monkeypatch):
    monkeypatch.setenv("NICVIZ_DEVICE", "cuda")
    assert device.pixel_limit() == 64_000_000


def test_a_bitstream_of_more_pixels_than_are_taken_is_refused(monkeypatch):
    codec = CODECS["compact-hyperprior"]
    monkeypatch.setenv("NICVIZ_DEVICE", "cpu")
    bitstream = codec.encode(np.zeros((101, 100, 3), np.uint8), 1)
    monkeypatch.setenv("NICVIZ_NEURAL_MEGAPIXELS", "0.01")
    with pytest.raises(CodecError, match="100×101"):
        codec.decode(bitstream)


def test_what_the_processor_says_of_bfloat16_is_what_torch_says():
    import torch

    device.multiplies_bfloat16.cache_clear()
    assert device.multiplies_bfloat16() == torch.cpu._is_avx512_bf16_supported()


@pytest.mark.parametrize(("flags", "mode"), [("sse avx512_bf16 fma", "bfloat16 near"), ("sse avx512f", "float32")])
def test_the_arithmetic_of_estimates_is_that_of_the_processor_and_of_no_gpu(flags, mode, monkeypatch, tmp_path):
    monkeypatch.setattr(device, "_PROCESSOR", tmp_path / "cpuinfo")
    (tmp_path / "cpuinfo").write_text(f"processor : 0\nmodel name : avx512_bf16\nflags\t\t: {flags}\nbugs : none\n")
    device.multiplies_bfloat16.cache_clear()
    for setting, expected in (("cpu", mode), ("cuda", "float32")):
        monkeypatch.setenv("NICVIZ_DEVICE", setting)
        assert device.arithmetic() == {"estimates": expected}
    device.multiplies_bfloat16.cache_clear()


@pytest.mark.slow
def test_the_arithmetic_is_told_without_loading_torch():
    code = (
        "import sys\nfrom nicviz.codecs import CODECS\nfrom nicviz.codecs.neural.device import arithmetic\n"
        "arithmetic(); CODECS['compact-hyperprior-search'].versions(4)\nprint('torch' in sys.modules)"
    )
    environment = {**os.environ, "NICVIZ_DEVICE": "cpu"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_search_says_in_which_arithmetic_it_synthesizes(monkeypatch):
    monkeypatch.setenv("NICVIZ_DEVICE", "cpu")
    said = []
    for faster in (True, False):
        monkeypatch.setattr(device, "multiplies_bfloat16", lambda faster=faster: faster)
        said.append(CODECS["compact-hyperprior-search"].versions(4))
    assert [each["search"].rpartition(" ")[2] for each in said] == ["bfloat16", "float32"]
    assert "search" not in CODECS["compact-hyperprior"].versions(4)
