"""What nicviz reads of its environment: variables, each declared once as in the README's table, and cores.

A variable is read when it is asked for, so that it may change while the program runs. An empty one counts as unset.
"""

import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from nicviz.errors import NicvizError

T = TypeVar("T")


def usable_cores() -> int:
    """Return how many cores this process may use, which can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Variable(Generic[T]):
    """An environment variable.

    Args:
        name: as in the environment.
        meaning: of its value.
        accepts: what a value may be, as an error says it.
        parse: from the text without blanks around it to the value; raises `ValueError` for what is not accepted.
        default: the value where the variable is unset.
    """

    name: str
    meaning: str
    accepts: str
    parse: Callable[[str], T]
    default: T

    def read(self) -> T:
        """Return the value; raise `NicvizError`, which names the variable and what it takes, for a wrong one."""
        text = os.environ.get(self.name, "").strip()
        if not text:
            return self.default
        try:
            return self.parse(text)
        except (ValueError, RuntimeError):  # RuntimeError: the home of a user that is not there
            raise NicvizError(f"{self.name} takes {self.accepts}; got {text!r}.") from None


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise ValueError
    return value


def _whole(text: str) -> int:
    return int(_matching(r"[0-9]{1,9}", text))


def _device(text: str) -> str:
    return _matching(r"cpu|cuda(:[0-9]+)?", text.lower())


def _address(text: str) -> str:
    if urlsplit(text).scheme not in {"http", "https"}:
        raise ValueError
    return text


def _place(text: str) -> Path:
    return Path(text).expanduser()


def _matching(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError
    return text


def _number(name: str, meaning: str, default: float) -> Variable[float]:
    return Variable(name, meaning, f"a positive number, {default:g} by default", _positive, default)


def _path(name: str, meaning: str) -> Variable[Path | None]:
    return Variable(name, meaning, "a folder", _place, None)


IMAGES = _path("NICVIZ_IMAGES", "a folder of pictures; its subfolders are sets")
MAX_MEGAPIXELS = _number("NICVIZ_MAX_MEGAPIXELS", "the largest image, in 10⁶ pixels", 64)
MAX_MEGABYTES = _number("NICVIZ_MAX_MEGABYTES", "the largest file of an image, in 10⁶ bytes", 64)
WEIGHTS = _path("NICVIZ_WEIGHTS", "a folder of weights: published files by their names, and checkpoints of the user")
WEIGHTS_URL: Variable[str | None] = Variable(
    "NICVIZ_WEIGHTS_URL", "a mirror of the published files", "an http or https address", _address, None
)
DATASETS_URL: Variable[str | None] = Variable(
    "NICVIZ_DATASETS_URL",
    "a mirror of the data sets' files, by their names",
    "an http or https address",
    _address,
    None,
)
DEVICE: Variable[str | None] = Variable(
    "NICVIZ_DEVICE", "where neural codecs run; unset: CUDA where there is one", "cpu, cuda or cuda:N", _device, None
)
NEURAL_MEGAPIXELS = _number(
    "NICVIZ_NEURAL_MEGAPIXELS", "the largest image for a neural codec on a CPU, in megapixels", 8
)
MODEL_CACHE_MB = _number("NICVIZ_MODEL_CACHE_MB", "bound of the models kept loaded, in 2²⁰ bytes", 1500)
FFMPEG: Variable[Path | None] = Variable(
    "NICVIZ_FFMPEG", "an ffmpeg for `vvc` and `hevc`; unset: that of the package imageio-ffmpeg", "a program file",
    _place, None,
)  # fmt: skip
CODECS: Variable[Path | None] = Variable(
    "NICVIZ_CODECS", "a TOML file that makes programs codecs, or a folder of such files", "a file or a folder", _place,
    None,
)  # fmt: skip
RUNS = _path("NICVIZ_RUNS", "a folder of runs that `sweep` wrote, for the Robustness page")
CACHE = _path("NICVIZ_CACHE", "where results are kept; unset: the platform's folder of caches")
CACHE_MB = Variable(
    "NICVIZ_CACHE_MB",
    "bound of the results kept, in 2²⁰ bytes",
    "a whole number of megabytes, 0 for no cache",
    _whole,
    2048,
)

UPLOAD_HOURS = _number("NICVIZ_UPLOAD_HOURS", "how long an upload is kept after its last use, in hours", 24)
UPLOADS_MB = Variable(
    "NICVIZ_UPLOADS_MB",
    "bound of the uploads kept, in 2²⁰ bytes",
    "a whole number of megabytes, 0 to keep them only while the server runs",
    _whole,
    2048,
)

VARIABLES: tuple[Variable[Any], ...] = (
    IMAGES, MAX_MEGAPIXELS, MAX_MEGABYTES, WEIGHTS, WEIGHTS_URL, DATASETS_URL, DEVICE, NEURAL_MEGAPIXELS,
    MODEL_CACHE_MB, FFMPEG, CODECS, RUNS, CACHE, CACHE_MB, UPLOAD_HOURS, UPLOADS_MB,
)  # fmt: skip

_OF_RESULTS = tuple(
    each for each in VARIABLES if each not in (RUNS, CACHE, CACHE_MB, MODEL_CACHE_MB, UPLOAD_HOURS, UPLOADS_MB)
)


def given() -> dict[str, str]:
    """Return the variables that are set and that results depend on, name to value; paths are absolute.

    Raises:
        NicvizError: a value is wrong.
    """
    read = {each.name: each.read() for each in _OF_RESULTS if os.environ.get(each.name, "").strip()}
    return {name: str(value.absolute() if isinstance(value, Path) else value) for name, value in read.items()}
