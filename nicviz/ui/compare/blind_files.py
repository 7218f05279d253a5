"""The files of a blind comparison, and the commands that make its reconstructions again."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from nicviz.analysis.blind import PLACES, Share, Tally
from nicviz.analysis.manifest import rows_csv, to_json
from nicviz.requests.commands import Analyze
from nicviz.requests.words import command
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.compare.blind_session import TIE, Rounds
from nicviz.ui.kit.downloads import File, made_by, take_with_you
from nicviz.ui.shell.picture import named_picture


def blind_downloads(rounds: Rounds, tally: Tally) -> None:
    """Draw the downloads: a row a round, and all of it with the settings."""
    again = reconstructions(rounds)
    rows = round_rows(rounds)
    files = [
        File("Votes (CSV)", "blind-votes.csv", lambda: votes_csv(rounds),
             "a row a round; the settings stand above it in lines that begin with #"),
        File("Votes and result (JSON)", "blind-votes.json",
             lambda: to_json({**made_by(again), "settings": settings_of(rounds), "result": result_of(rounds, tally),
                              "rounds": rows})),
    ]  # fmt: skip
    take_with_you(files, again, "The reconstructions that were shown, with all figures, without a browser", bool(rows))


def settings_of(rounds: Rounds) -> dict[str, Any]:
    """Return what the comparison was; the plan follows from `seed` (numpy.random.default_rng) and `pictures`."""
    return {
        "codecs": [codec.name for codec in rounds.codecs],
        "bpp": rounds.bpp,
        "rounds_planned": len(rounds.plan),
        "rounds_answered": len(rounds.answers),
        "comparison_of_session": rounds.number,
        "pictures": [prepared.name for prepared in rounds.pictures],
        "seed": str(rounds.entropy),
        "numpy": np.__version__,
    }


def result_of(rounds: Rounds, tally: Tally) -> dict[str, Any]:
    """Return the tally with its intervals."""
    names = [codec.name for codec in rounds.codecs]
    return {
        "votes": dict(zip(names, tally.wins, strict=True)),
        "no_difference": tally.ties,
        "shares": {name: _record(share) for name, share in zip(names, tally.shares, strict=True)},
        "pairs": [
            {"codec": names[one], "against": names[other], **_record(tally.between(one, other))}
            for one, other in tally.pairs
        ],
    }


def _record(share: Share | None) -> dict[str, Any]:
    fields = ("count", "decided", "chance", "low", "high", "p_value")
    return {name: None if share is None else getattr(share, name) for name in fields}


def round_rows(rounds: Rounds) -> list[Mapping[str, Any]]:
    """Return a row a round: picture, what stood at each place, vote, seconds; what there is not is empty (None)."""
    rows: list[Mapping[str, Any]] = []
    for number, (shown, answer) in enumerate(zip(rounds.plan, rounds.answers, strict=False)):
        prepared = rounds.pictures[shown.picture]
        row: dict[str, Any] = {"round": number + 1, "picture": prepared.name, "bpp": prepared.rates.bpp}
        for place, codec in zip(PLACES, shown.order, strict=False):
            row[f"codec_{place}"] = rounds.codecs[codec].name
            row[f"quality_{place}"] = prepared.rates.matched[codec].quality
            row[f"bpp_{place}"] = answer.bpp[codec] if answer.bpp else None
        preferred = None if answer.skipped else rounds.preferred(number)
        row |= {
            "vote": {TIE: "no difference", "": None}.get(answer.vote, answer.vote),
            "preferred": None if preferred is None else rounds.codecs[preferred].name,
            "seconds": None if answer.skipped else round(answer.seconds, 2),
            "original_shown": None if answer.skipped else answer.with_original,
            "rates_estimated": None if answer.skipped else answer.estimated,
            "skipped": answer.skipped or None,
        }
        rows.append(row)
    return rows


def votes_csv(rounds: Rounds) -> str:
    """Return the rounds as CSV below the settings, each in a line that begins with #."""
    lines = []
    for name, value in settings_of(rounds).items():
        lines.append(f"# {name}: {json.dumps(value, ensure_ascii=False)}\n")
    return "".join(lines) + rows_csv(round_rows(rounds))


def reconstructions(rounds: Rounds) -> str:
    """Return the commands that make the reconstructions of the answered rounds again, one a picture."""
    lines = {}
    for shown, _ in zip(rounds.plan, rounds.answers, strict=False):
        prepared = rounds.pictures[shown.picture]
        settings = tuple(
            CodecSetting(codec.name, matched.quality)
            for codec, matched in zip(rounds.codecs, prepared.rates.matched, strict=True)
        )
        lines[shown.picture] = command(Analyze(image=named_picture(prepared.setting), codecs=settings, json=True))
    return "\n".join(lines.values())
