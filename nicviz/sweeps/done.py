"""Which units of a plan a run has already, and the rates on clean pictures, both by the units' numbers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nicviz.sweeps.columns import IDENTITY
from nicviz.sweeps.folder import live
from nicviz.sweeps.plan import Plan, condition_identity

if TYPE_CHECKING:
    import pyarrow

_ABSENT = -1


class CleanRates:
    """The rate of each step on each clean picture of a plan, as far as it is known."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._clean = plan.conditions.index(None) if None in plan.conditions else _ABSENT
        self._rates = np.full(len(plan.pictures) * len(plan.steps), np.nan)

    def note(self, number: int, bpp: float | None) -> None:
        """Take the rate of a unit, if it is of a clean picture."""
        condition, place = self._place(number)
        if condition == self._clean and bpp is not None:
            self._rates[place] = bpp

    def of(self, number: int) -> float | None:
        """Return the rate on the clean picture of a corrupted unit; None where it is not known, and for a clean one."""
        condition, place = self._place(number)
        rate = float(self._rates[place])
        return None if condition == self._clean or np.isnan(rate) else rate

    def note_all(self, numbers: NDArray[np.int64], rates: NDArray[np.float64]) -> None:
        """Take the rates (NaN for none) of many units."""
        conditions, places = self._places(numbers)
        known = (conditions == self._clean) & ~np.isnan(rates)
        self._rates[places[known]] = rates[known]

    def of_all(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the rates as `of` does, NaN for None."""
        conditions, places = self._places(numbers)
        return np.where((conditions == self._clean) | (numbers < 0), np.nan, self._rates[places])

    def _place(self, number: int) -> tuple[int, int]:
        picture, rest = divmod(number, self.plan.per_picture)
        condition, step = divmod(rest, len(self.plan.steps))
        return condition, picture * len(self.plan.steps) + step

    def _places(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        picture, rest = np.divmod(np.maximum(numbers, 0), self.plan.per_picture)
        condition, step = np.divmod(rest, len(self.plan.steps))
        return condition, picture * len(self.plan.steps) + step


def done_units(folder: Path, plan: Plan, clean: CleanRates) -> tuple[NDArray[np.bool_], int]:
    """Return which units have a row, (num_units,), and how many of them failed; note the rates on clean pictures."""
    import pyarrow.parquet

    done, num_failed = np.zeros(plan.num_units, np.bool_), 0
    for each in live(folder):
        file = pyarrow.parquet.ParquetFile(
            folder / each.trials, read_dictionary=[name for name in IDENTITY if name not in ("severity", "seed")]
        )
        with file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, [*IDENTITY, "bpp", "failed"])
                numbers = unit_numbers(table, plan)
                done[numbers[numbers >= 0]] = True
                num_failed += len(table) - table.column("failed").null_count
                clean.note_all(numbers, table.column("bpp").to_numpy())
    return done, num_failed


def unit_numbers(table: "pyarrow.Table", plan: Plan) -> NDArray[np.int64]:
    """Return the numbers of the units of rows, −1 of one that the plan does not have."""
    picture = _codes(table, ("image_sha256",), {(sha256,): k for k, sha256 in enumerate(plan.hashes)})
    wanted: dict[tuple[Any, ...], int] = {condition_identity(each): k for k, each in enumerate(plan.conditions)}
    condition = _codes(table, ("corruption", "severity", "seed"), wanted)
    step = _codes(table, ("setting",), {(each.setting,): k for k, each in enumerate(plan.steps)})
    number = picture * plan.per_picture + condition * len(plan.steps) + step
    return np.where((picture < 0) | (condition < 0) | (step < 0), _ABSENT, number)


def _codes(table: "pyarrow.Table", names: tuple[str, ...], places: dict[tuple[Any, ...], int]) -> NDArray[np.int64]:
    """Return for each row the place of its values; looked up once for each combination that occurs."""
    import pyarrow
    import pyarrow.compute

    combined = np.zeros(len(table), np.int64)
    choices: list[list[Any]] = []
    for name in names:
        column = table.column(name).combine_chunks()
        if isinstance(column, pyarrow.ChunkedArray):  # a table without rows
            return combined
        if not pyarrow.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        values = [*column.dictionary.to_pylist(), None]
        indexes = column.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
        combined = combined * len(values) + indexes
        choices.append(values)
    seen, inverse = np.unique(combined, return_inverse=True)
    found = np.array([places.get(_split(int(code), choices), _ABSENT) for code in seen], np.int64)
    return found[inverse]


def _split(code: int, choices: list[list[Any]]) -> tuple[Any, ...]:
    values: list[Any] = []
    for each in reversed(choices):
        code, place = divmod(code, len(each))
        values.append(each[place])
    return tuple(reversed(values))
