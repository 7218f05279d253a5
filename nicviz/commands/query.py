"""`query`: SQL over the rows of a run; with --json a list of records, else a table."""

import decimal
import math
import sys
from typing import Any

from nicviz.commands.shared import Commands, print_json
from nicviz.requests.runs import Query
from nicviz.sweeps.query import Answer, open_run

_WIDEST = 40


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    commands.add(Query, "answer a question in SQL to a run of sweep", _run)


def _run(request: Query) -> int:
    answer = open_run(request.run).query(request.sql)
    if request.json:
        print_json([{name: _json(value) for name, value in record.items()} for record in answer.records()])
    else:
        _print(answer)
    return 0


def _json(value: Any) -> Any:
    """Return a value as JSON has it: null for NaN and infinity, text for what JSON has no kind for."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _json(each) for name, each in value.items()}
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _print(answer: Answer) -> None:
    """Write the answer as columns of text, numbers to the right."""
    texts = [[_text(value) for value in row] for row in answer.rows]
    widths = [max(map(len, column)) for column in zip(answer.columns, *texts, strict=True)] if answer.columns else []
    numbers = [
        bool(answer.rows) and all(row[k] is None or isinstance(row[k], int | float) for row in answer.rows)
        for k in range(len(answer.columns))
    ]
    for line in (list(answer.columns), *texts):
        cells = [text.rjust(width) if right else text.ljust(width)
                 for text, width, right in zip(line, widths, numbers, strict=True)]  # fmt: skip
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _text(value: Any) -> str:
    if value is None:
        return "–"
    text = f"{value:.6g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
