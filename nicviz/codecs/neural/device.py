"""Where neural codecs run, and in which arithmetic: CUDA where there is one, else the CPU; NICVIZ_DEVICE overrides."""

import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nicviz import environment
from nicviz.codecs.base import MEGAPIXEL, no_limit
from nicviz.environment import usable_cores
from nicviz.errors import NicvizError

if TYPE_CHECKING:
    import torch

_DRIVERS = (Path("/proc/driver/nvidia/version"), Path("/dev/dxg"))  # NVIDIA's on Linux, and in its guest on Windows
_PROCESSOR = Path("/proc/cpuinfo")


def device_name() -> str:
    """Return "cpu", "cuda" or "cuda:N": one answer for as long as the process lives, because keys hold it.

    torch is loaded and asked, but not on a Linux without a driver for a CUDA device.

    Raises:
        NicvizError: NICVIZ_DEVICE is none of these.
    """
    return environment.DEVICE.read() or ("cuda" if _cuda_present() else "cpu")


@cache
def _cuda_present() -> bool:
    if sys.platform == "linux" and not any(driver.exists() for driver in _DRIVERS):
        return False
    import torch

    return bool(torch.cuda.is_available())


def torch_device() -> "torch.device":
    """Return the device as torch takes it; loads torch.

    Raises:
        NicvizError: NICVIZ_DEVICE is malformed, or names a device that is not here.
    """
    import torch

    device = torch.device(device_name())
    if device.type == "cuda":
        count = torch.cuda.device_count()
        if (device.index or 0) >= count:
            raise NicvizError(f"NICVIZ_DEVICE is {device}, but torch finds {count or 'no'} CUDA device(s) here.")
    return device


def device_label() -> str:
    """Return the device as the interface shows it, such as "CPU (2 cores)"; exact once torch is loaded."""
    name = device_name()
    if name == "cpu":
        cores = usable_cores()
        return f"CPU ({cores} core{'s' if cores > 1 else ''})"
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "cuda") or not torch.cuda.is_available():  # NICVIZ_DEVICE may say anything
        return name.upper()
    return f"{name.upper()} ({torch.cuda.get_device_name(torch.device(name))})"


@cache
def multiplies_bfloat16() -> bool:
    """Return whether this CPU has instructions that multiply bfloat16; without them it is slower than float32.

    Linux is asked, or else torch, which is loaded then and says the same.
    """
    try:
        flags = re.search(r"^flags\s*:(.*)$", _PROCESSOR.read_text(), re.MULTILINE)
    except OSError:
        import torch

        return bool(torch.cpu._is_avx512_bf16_supported())
    return flags is not None and "avx512_bf16" in flags[1].split()


def searches_in_bfloat16(cuda: bool) -> bool:
    """Return whether a search synthesizes in bfloat16 meanwhile, on a CUDA device or on the CPU."""
    if not cuda:
        return multiplies_bfloat16()
    import torch

    return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def arithmetic() -> Mapping[str, str]:
    """Return how estimates of images near a reference are computed here, for cache keys; loads nothing on Linux."""
    near = device_name() == "cpu" and multiplies_bfloat16()
    return {"estimates": "bfloat16 near" if near else "float32"}


def pixel_limit() -> int:
    """Return the most pixels that a neural codec takes: on a CPU 8 megapixels or NICVIZ_NEURAL_MEGAPIXELS.

    Raises:
        NicvizError: NICVIZ_NEURAL_MEGAPIXELS is not a positive number.
    """
    if device_name() != "cpu":
        return no_limit()
    return min(no_limit(), int(environment.NEURAL_MEGAPIXELS.read() * MEGAPIXEL))


def searching_pixel_limit() -> int:
    """Return the most pixels that a codec takes whose encoder searches: a quarter, because gradients need memory."""
    return pixel_limit() // 4
