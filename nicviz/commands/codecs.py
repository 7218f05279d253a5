"""`codecs`: what can be asked for, and what would make the rest available."""

import argparse
import sys
from typing import Any

from nicviz.analysis.check import check_codec
from nicviz.codecs import CODECS
from nicviz.codecs.catalog import catalog
from nicviz.codecs.external import read_tables
from nicviz.commands.shared import Commands, print_json, say
from nicviz.errors import CodecError, UnknownName


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add("codecs", "list the codecs and what would make the others available")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--check", metavar="NAME", help="send a sample through a codec and say what is wrong, if anything"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    problems = read_tables(CODECS).problems
    if options.check:
        _check(options.check, problems)
        return
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
    if options.json:
        print_json(rows)
        return
    for row in rows:
        scale = row["quality"]
        span = f"{scale['label']} {scale['low']:g}–{scale['high']:g}" if scale else "one setting"
        state = "available" if row["available"] else f"missing: {row['reason']} {row['remedy'] or ''}".rstrip()
        sys.stdout.write(f"{row['name']:34} {row['family']:10} {span:28} {state}\n")


def _check(name: str, problems: tuple[str, ...]) -> None:
    """Say what a codec does with a sample, step by step; raise what it does wrong."""
    try:
        codec = catalog()[name]
    except UnknownName as error:
        raise CodecError(" ".join((str(error), *problems))) from None
    for sentence in check_codec(codec):
        say(f"{name}: {sentence}")
    say(f"{name}: all is well")
