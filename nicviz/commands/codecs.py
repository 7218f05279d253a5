"""`codecs`: what can be asked for, and what would make the rest available."""

import sys
from typing import Any

from nicviz.codecs.catalog import catalog
from nicviz.commands.shared import Commands, print_json
from nicviz.requests.commands import Codecs


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    commands.add(Codecs, "list the codecs and what would make the others available", _run)


def _run(request: Codecs) -> int:
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
