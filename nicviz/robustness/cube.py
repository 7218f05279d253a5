"""A run's figures as arrays over (picture, condition, step): a million rows are a few arrays of 8 MB, no objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.errors import NicvizError
from nicviz.metrics import METRICS
from nicviz.sweeps.columns import IDENTITY
from nicviz.sweeps.done import unit_numbers
from nicviz.sweeps.plan import Condition, PlannedPicture, Step
from nicviz.sweeps.query import Run

Float = NDArray[np.float64]
COLUMNS = (
    "bpp", "psnr_db", "psnr_clean_db", "ms_ssim", "delta_e00", "unique_ab", "unique_ab_original",
    "d_medium_density", "d_high_density", "g_total", "r_total",
)  # fmt: skip
OPTIONAL = (*METRICS, "psnr_clean_db")  # columns that a run of other metrics lacks


@dataclass(frozen=True)
class Cube:
    """The figures of a run.

    Attributes:
        pictures, conditions, steps: of the plan, in its order; None among the conditions is the clean picture.
        columns: name to (pictures, conditions, steps) float64; NaN where a unit is not done, failed, or has no such
            number (the PSNR of an exact reconstruction).
        num_failed: units that failed.
        num_done: units that have a row.
    """

    pictures: tuple[PlannedPicture, ...]
    conditions: tuple[Condition, ...]
    steps: tuple[Step, ...]
    columns: Mapping[str, Float]
    num_failed: int = 0
    num_done: int = 0

    def __getitem__(self, name: str) -> Float:
        if name not in self.columns:
            raise NicvizError(f"The run has no column {name}.")
        return self.columns[name]

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many pictures, conditions and steps there are."""
        return len(self.pictures), len(self.conditions), len(self.steps)

    @cached_property
    def codecs(self) -> tuple[str, ...]:
        """Names of the codecs in the order of the plan."""
        return tuple(dict.fromkeys(step.codec.name for step in self.steps))

    @cached_property
    def severities(self) -> tuple[int, ...]:
        """The severities of its corruptions, ascending."""
        return tuple(sorted({each.severity for each in self.conditions if each is not None}))

    @property
    def clean(self) -> int | None:
        """The place of the clean picture among the conditions; None where the run has none."""
        return self.conditions.index(None) if None in self.conditions else None

    def steps_of(self, codec: str) -> list[int]:
        """Return the places of a codec's steps."""
        return [place for place, step in enumerate(self.steps) if step.codec.name == codec]

    def corrupted(self, severity: int) -> dict[str, int]:
        """Return corruption to its place among the conditions, at one severity (the first seed of several)."""
        found: dict[str, int] = {}
        for place, each in enumerate(self.conditions):
            if each is not None and each.severity == severity:
                found.setdefault(each.name, place)
        return found

    def is_single(self, codec: str) -> bool:
        """Whether a codec has one step only: one that was matched, one quality, or no quality at all."""
        return len(self.steps_of(codec)) == 1

    def has_quality(self, codec: str) -> bool:
        """Whether a codec's steps are at a quality; a lossless one has none, and stands for itself at any rate."""
        return any(self.steps[k].quality is not None or self.steps[k].match is not None for k in self.steps_of(codec))


def read_cube(run: Run, columns: Sequence[str] = COLUMNS) -> Cube:
    """Return the figures of a run, as far as it has come.

    Raises:
        NicvizError: there is no run, or it has not such a column.
    """
    plan = run.plan
    known = [name for name in columns if name not in OPTIONAL or name.removesuffix("_clean") in plan.metrics
             or (name == "psnr_clean_db" and "psnr_db" in plan.metrics)]  # fmt: skip
    table = run.table([*IDENTITY, *known, "failed"])
    numbers = unit_numbers(table, plan)
    mine = numbers >= 0
    shape = len(plan.pictures), len(plan.conditions), len(plan.steps)
    arrays: dict[str, Float] = {}
    for name in known:
        flat = np.full(plan.num_units, np.nan)
        flat[numbers[mine]] = _numbers(table.column(name))[mine]
        arrays[name] = flat.reshape(shape)
    failed = len(table) - table.column("failed").null_count
    return Cube(plan.pictures, plan.conditions, plan.steps, arrays, failed, int(mine.sum()))


def _numbers(column: Any) -> Float:
    """Return a column as float64, NaN for null."""
    return np.asarray(column.to_numpy(), np.float64)
