"""One unit of work, and its result, as plain values: they can be kept, compared, and sent to another process."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from nicviz.codecs import CodecReference
from nicviz.images import LoadedImage
from nicviz.metrics import ON_AXES, Figures
from nicviz.spectra.bands import FineBands
from nicviz.spectra.power import Channel
from nicviz.tasks.settings import CorruptionSetting

Kind = Literal["D", "G", "R"]
_INFINITE = "inf"  # JSON has no infinity


@dataclass(frozen=True)
class Picture:
    """An image by its content.

    Args:
        sha256: of shape and pixels (`nicviz.images.content_hash`).
        name: what people call it.
        width, height: in pixels.
    """

    sha256: str
    name: str
    width: int
    height: int

    @classmethod
    def of(cls, image: LoadedImage) -> "Picture":
        """Return what stands for an image."""
        height, width = image.pixels.shape[:2]
        return cls(image.sha256, image.name, width, height)

    @property
    def megapixels(self) -> float:
        """Its size."""
        return self.width * self.height / 1e6


@dataclass(frozen=True)
class Task:
    """An image, perhaps corrupted, through a codec at one quality, and what is to be measured.

    Args:
        picture: the original.
        corruption: None where the codec is given the original.
        codec: from which any process gets the codec itself.
        quality: native.
        exact: make the bitstream even where that takes long; otherwise a codec that has a quicker estimate gives that.
        metrics: by name: against the input and, with a corruption, against the original too.
        bands: the channel whose errors are summed up by frequency; None for none.
    """

    picture: Picture
    corruption: CorruptionSetting | None
    codec: CodecReference
    quality: float
    exact: bool = True
    metrics: tuple[str, ...] = ON_AXES
    bands: Channel | None = None

    def to_record(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            **vars(self),
            "picture": asdict(self.picture),
            "corruption": None if self.corruption is None else asdict(self.corruption),
            "codec": self.codec.to_record(),
            "metrics": list(self.metrics),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Task":
        """Return the task that `to_record` wrote down."""
        corruption = record["corruption"]
        return cls(**{
            **record,
            "picture": Picture(**record["picture"]),
            "corruption": None if corruption is None else CorruptionSetting(**corruption),
            "codec": CodecReference.from_record(record["codec"]),
            "metrics": tuple(record["metrics"]),
        })  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """What came of a task.

    Args:
        task: that was done.
        bpp: measured on the bitstream, or from likelihoods where there is none.
        num_bytes: of the bitstream; None where the rate is estimated.
        figures: metrics against the input and, with a corruption, against the original too (`clean_name`); None where
            there is no value, inf for an exact PSNR.
        encode_seconds, decode_seconds: of the run that made it; None for an estimate.
        alone: whether nothing else ran meanwhile, so that the seconds say something.
        bands: kind of error to its sums by frequency, where they were asked for: D on a clean picture, else G and R.
    """

    task: Task
    bpp: float
    num_bytes: int | None
    figures: Figures
    encode_seconds: float | None = None
    decode_seconds: float | None = None
    alone: bool = False
    bands: Mapping[Kind, FineBands] | None = None

    @property
    def estimated(self) -> bool:
        """Whether there is no bitstream."""
        return self.num_bytes is None

    @property
    def codec(self) -> str:
        """The codec's name."""
        return self.task.codec.name

    @property
    def quality(self) -> float:
        """The native quality."""
        return self.task.quality

    @property
    def corruption(self) -> CorruptionSetting | None:
        """Of the task."""
        return self.task.corruption

    @property
    def picture(self) -> Picture:
        """Of the task."""
        return self.task.picture

    def to_record(self) -> dict[str, Any]:
        """Return it as JSON values; numbers that are infinite as words."""
        return {"task": self.task.to_record(), **result_record(self)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Trial":
        """Return the trial that `to_record` wrote down."""
        return trial_of(Task.from_record(record["task"]), record)


def result_record(trial: Trial) -> dict[str, Any]:
    """Return a trial without its task as JSON values."""
    bands = {
        kind: {"energy": fine.energy.tolist(), "count": fine.count.tolist()}
        for kind, fine in (trial.bands or {}).items()
    }
    return {
        "bpp": trial.bpp,
        "num_bytes": trial.num_bytes,
        "figures": {name: _INFINITE if value == math.inf else value for name, value in trial.figures.items()},
        "encode_seconds": trial.encode_seconds,
        "decode_seconds": trial.decode_seconds,
        "alone": trial.alone,
        "bands": bands or None,
    }


def trial_of(task: Task, record: Mapping[str, Any]) -> Trial:
    """Return the trial of a task from `result_record`."""
    bands: dict[Kind, FineBands] = {
        kind: FineBands(np.array(fine["energy"]), np.array(fine["count"], np.intp))
        for kind, fine in (record["bands"] or {}).items()
    }
    return Trial(
        task=task,
        bpp=record["bpp"],
        num_bytes=record["num_bytes"],
        figures={name: math.inf if value == _INFINITE else value for name, value in record["figures"].items()},
        encode_seconds=record["encode_seconds"],
        decode_seconds=record["decode_seconds"],
        alone=record["alone"],
        bands=bands or None,
    )
