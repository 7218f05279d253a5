"""`codecs`: what can be asked for, and what would make the rest available."""

import sys
from typing import Any

from nicviz.analysis.check import check_codec
from nicviz.codecs import CODECS
from nicviz.codecs.catalog import catalog
from nicviz.codecs.external import read_tables
from nicviz.commands.shared import Commands, print_json, say
from nicviz.errors import CodecError, UnknownName
from nicviz.requests.commands import Codecs


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    commands.add(Codecs, "list the codecs and what would make the others available", _run)


def _run(request: Codecs) -> int:
    problems = read_tables(CODECS).problems
    if request.check is not None:
        _check(request.check, problems)
        return 0
    for problem in problems:
        say(problem)
    rows: list[dict[str, Any]] = []
    for codec in catalog().values():
        available, scale = codec.availability(), codec.scale
        rows.append(
            {
                "name": codec.name,
                "title": codec.title,
                "family": codec.family,
                "available": available.ok,
                "reason": available.reason or None,
                "remedy": available.remedy or None,
                "quality": vars(scale) if scale else None,
                "ladder": list(codec.ladder),
            }
        )
    if request.json:
        print_json(rows)
        return 0
    for row in rows:
        scale = row["quality"]
        span = f"{scale['label']} {scale['low']:g}–{scale['high']:g}" if scale else "one setting"
        state = "available" if row["available"] else f"missing: {row['reason']} {row['remedy'] or ''}".rstrip()
        sys.stdout.write(f"{row['name']:34} {row['family']:10} {span:28} {state}\n")
    return 0


def _check(name: str, problems: tuple[str, ...]) -> None:
    """Say what a codec does with a sample, step by step; raise what it does wrong."""
    try:
        codec = catalog()[name]
    except UnknownName as error:
        raise CodecError(" ".join((str(error), *problems))) from None
    for sentence in check_codec(codec):
        say(f"{name}: {sentence}")
    say(f"{name}: all is well")
