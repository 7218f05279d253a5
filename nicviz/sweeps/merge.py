"""Several files of a run become one, row group by row group: a run of any length in bounded memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nicviz.sweeps.columns import IDENTITY, arrow_schema
from nicviz.sweeps.done import CleanRates, unit_numbers
from nicviz.sweeps.folder import Batches, commit, remove
from nicviz.sweeps.sums import Sums, merged, sums_of, sums_table

if TYPE_CHECKING:
    import pyarrow

ROW_GROUP = 100_000  # smaller groups are slower to query; the last one has up to twice as many


def merge(
    folder: Path, files: list[Batches], clean: CleanRates, row_group: int = ROW_GROUP, drop_failed: bool = False
) -> None:
    """Make one file of consecutive ones, with the rates on clean pictures filled in where they are known by now.

    The new file's name covers the old ones, which therefore count no more from the moment that it has its name.

    Args:
        folder, files: of the run, in order.
        clean: the rates.
        row_group: rows of a group at least, where there are as many.
        drop_failed: leave out the rows that failed.
    """
    whole = Batches(files[0].first, files[-1].last)
    if len(files) == 1 and not drop_failed and _is_whole(folder / whole.trials, row_group, clean):
        return
    sums = sums_in(folder, files)
    if sums:
        write_table(folder / whole.spectra, sums_table(sums))
    commit(folder / whole.trials, lambda path: _rewrite(path, folder, files, clean, row_group, drop_failed))
    remove(folder, [each for each in files if each != whole])


def sums_in(folder: Path, files: list[Batches]) -> Sums:
    """Return the sums of spectra that belong to the rows of files."""
    import pyarrow.parquet

    paths = [folder / each.spectra for each in files]
    return merged(sums_of(pyarrow.parquet.read_table(path)) for path in paths if path.exists())


def write_table(path: Path, table: "pyarrow.Table") -> None:
    """Write a table as one row group, whole or not at all."""
    import pyarrow.parquet

    commit(path, lambda temporary: pyarrow.parquet.write_table(table, temporary, compression="zstd"))


def _rewrite(
    path: Path, folder: Path, files: list[Batches], clean: CleanRates, row_group: int, drop_failed: bool
) -> None:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetWriter(path, arrow_schema(clean.plan.metrics), compression="zstd") as writer:
        for table in _regrouped(_tables(folder, files, drop_failed), row_group):
            writer.write_table(_with_clean(table, clean), row_group_size=2 * row_group)


def _tables(folder: Path, files: list[Batches], drop_failed: bool) -> Iterator["pyarrow.Table"]:
    """Yield the rows of files, a row group at a time."""
    import pyarrow.compute
    import pyarrow.parquet

    for each in files:
        with pyarrow.parquet.ParquetFile(folder / each.trials) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                yield table.filter(pyarrow.compute.field("failed").is_null()) if drop_failed else table


def _regrouped(tables: Iterator["pyarrow.Table"], row_group: int) -> Iterator["pyarrow.Table"]:
    """Yield the same rows in tables of `row_group` rows, the last one of up to twice as many, less one."""
    import pyarrow

    held: list[pyarrow.Table] = []
    for table in tables:
        held.append(table)
        if sum(map(len, held)) >= 2 * row_group:
            whole = pyarrow.concat_tables(held)
            yield whole.slice(0, row_group)
            held = [whole.slice(row_group)]
    if held:
        yield pyarrow.concat_tables(held)


def _with_clean(table: "pyarrow.Table", clean: CleanRates) -> "pyarrow.Table":
    """Return rows with the rate on the clean picture where they lack it and it is known."""
    import pyarrow
    import pyarrow.compute

    rates = clean.of_all(unit_numbers(table, clean.plan))
    known = pyarrow.array(rates, mask=np.isnan(rates))
    place = table.schema.get_field_index("bpp_clean")
    filled = pyarrow.compute.coalesce(table.column(place), known)
    filled = pyarrow.compute.if_else(pyarrow.compute.is_null(table.column("bpp")), None, filled)
    return table.set_column(place, table.schema.field(place), filled)


def _is_whole(path: Path, row_group: int, clean: CleanRates) -> bool:
    """Whether a file has large row groups already, and all rates on clean pictures that are known."""
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(k).num_rows for k in range(file.num_row_groups)]
        if any(size < row_group for size in sizes[:-1]) or len(sizes) > 1 > sizes[-1] / row_group:
            return False
        table = file.read([*IDENTITY, "bpp", "bpp_clean"])
    return bool(_with_clean(table, clean).column("bpp_clean").equals(table.column("bpp_clean")))
