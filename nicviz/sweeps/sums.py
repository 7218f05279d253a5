"""Mean spectra as sums that can be merged: one a step, condition and kind of error, over however many pictures."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nicviz.spectra.power import Plane
from nicviz.spectra.summary import HALF
from nicviz.tasks.task import Kind

if TYPE_CHECKING:
    import pyarrow


class SumKey(NamedTuple):
    """What a mean spectrum is of; corruption, severity and seed are None for clean pictures."""

    codec: str
    setting: str
    corruption: str | None
    severity: int | None
    seed: int | None
    kind: Kind


@dataclass
class SpectrumSum:
    """A sum of coarse spectra.

    Attributes:
        num_images: that it goes over.
        total: (64, 33) float64, see `nicviz.spectra.summary.Summary.coarse`.
    """

    num_images: int
    total: Plane

    def mean(self) -> Plane:
        """Return the mean spectrum in levels², (64, 33)."""
        return self.total / self.num_images


Sums = dict[SumKey, SpectrumSum]


def add_spectrum(sums: Sums, key: SumKey, coarse: Plane, num_images: int = 1) -> None:
    """Add a spectrum, or a sum of several, to what is there."""
    found = sums.get(key)
    if found is None:
        sums[key] = SpectrumSum(num_images, np.array(coarse, np.float64))
    else:
        found.num_images += num_images
        found.total += coarse


def merged(parts: Iterable[Sums]) -> Sums:
    """Return the sum of sums; the parts stay as they are."""
    whole: Sums = {}
    for part in parts:
        for key, each in part.items():
            add_spectrum(whole, key, each.total, each.num_images)
    return whole


def sums_table(sums: Sums) -> "pyarrow.Table":
    """Return sums as a table: the fields of their keys, `num_images`, and `total`, 2112 numbers row by row."""
    import pyarrow

    fields = [
        ("codec", pyarrow.string()), ("setting", pyarrow.string()), ("corruption", pyarrow.string()),
        ("severity", pyarrow.int8()), ("seed", pyarrow.int64()), ("kind", pyarrow.string()),
        ("num_images", pyarrow.int64()), ("total", pyarrow.list_(pyarrow.float64())),
    ]  # fmt: skip
    rows = [{**key._asdict(), "num_images": each.num_images, "total": each.total.ravel()} for key, each in sums.items()]
    return pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(fields))


def sums_of(table: "pyarrow.Table") -> Sums:
    """Return the sums that `sums_table` wrote down."""
    sums: Sums = {}
    totals = table.column("total")
    for number, row in enumerate(table.drop_columns(["total"]).to_pylist()):
        num_images = row.pop("num_images")
        plane = np.asarray(totals[number].values, np.float64).reshape(HALF)
        add_spectrum(sums, SumKey(**row), plane, num_images)
    return sums
