"""Read a run: its rows by SQL or as a table, its mean spectra, plan and manifest. Also while it is being written.

run = open_run(Path("runs/kodak-c"))
run.query("select codec, avg(psnr_db) from trials where failed is null group by codec")
run.table(["image", "psnr_db"])     # pyarrow
run.mean_spectra()                  # SumKey → SpectrumSum
"""

import io
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from nicviz.errors import NicvizError
from nicviz.sweeps.columns import arrow_schema
from nicviz.sweeps.folder import MANIFEST, live, read_json
from nicviz.sweeps.merge import sums_in
from nicviz.sweeps.plan import Plan, read_plan
from nicviz.sweeps.sums import Sums

if TYPE_CHECKING:
    import duckdb
    import pyarrow

TABLE = "trials"
ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Answer:
    """What a query gave: names of columns, and rows of values as Python has them."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries.

        Raises:
            NicvizError: two columns of one name.
        """
        for name in self.columns:
            if self.columns.count(name) > 1:
                raise NicvizError(f"Two columns are named {name!r}; name one of them otherwise, with `as`.")
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Run:
    """A run's folder, read only."""

    folder: Path

    @cached_property
    def plan(self) -> Plan:
        """What it measures."""
        return read_plan(self.folder)

    @property
    def manifest(self) -> dict[str, Any]:
        """Texts of the versions by hash, and the sessions that worked on it: {"versions", "sessions", "finished"}."""
        path = self.folder / MANIFEST
        return read_json(path) if path.exists() else {"versions": {}, "sessions": [], "finished": False}

    @property
    def num_rows(self) -> int:
        """How many units have a row."""
        import pyarrow.parquet

        return sum(pyarrow.parquet.read_metadata(path).num_rows for path in self._files())

    def table(self, columns: Sequence[str] | None = None) -> "pyarrow.Table":
        """Return the rows as an Arrow table, all columns or some; types are those of `columns.arrow_schema`."""
        import pyarrow
        import pyarrow.parquet

        schema = arrow_schema(self.plan.metrics)
        names = schema.names if columns is None else list(columns)
        unknown = [name for name in names if name not in schema.names]
        if unknown:
            raise NicvizError(f"The table trials has no column {unknown[0]!r}. It has {', '.join(schema.names)}.")
        empty = pyarrow.schema([schema.field(name) for name in names]).empty_table()

        def read(files: list[Path]) -> "pyarrow.Table":
            return pyarrow.concat_tables([empty, *(pyarrow.parquet.read_table(path, columns=names) for path in files)])

        try:
            return self._steadily(read)
        except pyarrow.ArrowInvalid as error:
            raise self._damaged(error) from error

    def mean_spectra(self) -> Sums:
        """Return the sums of D, G and R spectra by step, condition and kind; `.mean()` makes means of them."""
        import pyarrow

        while True:
            files = live(self.folder)
            try:
                found = sums_in(self.folder, files)
            except pyarrow.ArrowInvalid as error:
                raise self._damaged(error) from error
            if live(self.folder) == files:  # else a merge took some of them away meanwhile
                return found

    def query(self, sql: str) -> Answer:
        """Return the answer to one SQL statement over the table `trials`; only what selects is taken.

        Raises:
            NicvizError: a statement of another kind, or what DuckDB says of it, in one line.
        """
        import duckdb

        try:
            return self._steadily(lambda files: self._answer(sql, files))
        except duckdb.Error as error:
            raise NicvizError(_one_line(error)) from error

    def _answer(self, sql: str, files: list[Path]) -> Answer:
        with closing(self._connect(files)) as connection:
            _check_selects(connection, sql)
            done = connection.execute(sql)
            if done is None or not done.description:  # an empty statement
                return Answer((), [])
            return Answer(tuple(column[0] for column in done.description), done.fetchall())

    def _steadily(self, read: Callable[[list[Path]], ResultT]) -> ResultT:
        """Return what is read of the run's files; once more where a merge removed them between listing and reading."""
        import duckdb

        files = self._files()
        try:
            return read(files)
        except (FileNotFoundError, duckdb.IOException):
            if all(file.exists() for file in files):
                raise
        return read(self._files())

    def _connect(self, files: list[Path]) -> "duckdb.DuckDBPyConnection":
        """Return a connection in memory that sees the run's files and no others."""
        import duckdb

        paths = [str(path) for path in files]
        connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
        if paths:
            connection.read_parquet(paths).create_view(TABLE)
        else:
            connection.register(TABLE, self.table())
        connection.execute("set allowed_paths = $paths", {"paths": paths})
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return connection

    def _damaged(self, error: Exception) -> NicvizError:
        return NicvizError(f"{self.folder} has a damaged file: {str(error).splitlines()[0]}")

    def _files(self) -> list[Path]:
        return [self.folder / each.trials for each in live(self.folder)]


def open_run(folder: Path) -> Run:
    """Return the run in a folder.

    Raises:
        NicvizError: there is none, or it is damaged, or of another schema.
    """
    run = Run(folder)
    _ = run.plan
    return run


def _check_selects(connection: "duckdb.DuckDBPyConnection", sql: str) -> None:
    """DuckDB has no way to open files for reading only: COPY and ATTACH would write what a view may read."""
    import duckdb

    statements = connection.extract_statements(sql)
    if len(statements) > 1 or any(each.type != duckdb.StatementType.SELECT for each in statements):
        raise NicvizError("A query is one statement that selects: SELECT, WITH … SELECT, DESCRIBE or SUMMARIZE.")


def parquet_bytes(run: Run) -> bytes:
    """Return all rows of a run as one Parquet file; they and it are held in memory."""
    import pyarrow.parquet

    buffer = io.BytesIO()
    pyarrow.parquet.write_table(run.table(), buffer, compression="zstd")
    return buffer.getvalue()


def _one_line(error: Exception) -> str:
    """Return the first sentence of what DuckDB says, with its hint, without the drawing of where it is."""
    lines = [line.strip() for line in str(error).splitlines()]
    kept = []
    for line in lines:
        if line.startswith("LINE ") or set(line) == {"^"}:
            break
        if line:
            kept.append(line)
    return " ".join(kept)[:500]
