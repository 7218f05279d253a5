"""What comes back of units, into the run and into the count."""

from collections.abc import Iterator, Mapping
from typing import Any

from nicviz.sweeps.groups import Group
from nicviz.sweeps.plan import Plan
from nicviz.sweeps.progress import Progress
from nicviz.sweeps.rows import failed_rows
from nicviz.sweeps.writer import Writer


def take(writer: Writer, progress: Progress, receipt: Mapping[str, Any]) -> None:
    """Write the rows of a receipt, and count those that are new."""
    numbers, rows = receipt["numbers"], receipt["rows"]
    new = set(writer.add(numbers, rows, receipt["sums"], receipt["versions"]))
    progress.add(row for number, row in zip(numbers, rows, strict=True) if number in new)


def fail(writer: Writer, progress: Progress, group: Group, why: str) -> None:
    """Write rows that say why units could not be done by any worker."""
    numbers, rows = zip(*failed_rows(writer.plan, group, why), strict=True)
    take(writer, progress, {"numbers": numbers, "rows": rows, "sums": [], "versions": {}})


def lacking(plan: Plan, group: Group, receipt: Mapping[str, Any]) -> Iterator[tuple[Group, str]]:
    """Yield the units of a group that were not done because a picture was not there, with why; a picture's together."""
    for sha256, why in receipt.get("need", {}).items():
        yield Group(tuple(k for k in group.numbers if plan.unit(k).picture.picture.sha256 == sha256)), why
