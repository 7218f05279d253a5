"""`rd`: rate–distortion curves over pictures, and BD-rates against the first codec."""

import sys
from collections.abc import Mapping
from math import inf
from typing import Any

from nicviz.analysis.rd.points import Findings, Ladder, Plan
from nicviz.analysis.rd.record import rd_record
from nicviz.analysis.rd.sweep import measure_points
from nicviz.codecs import Codec
from nicviz.codecs.catalog import catalog
from nicviz.commands.shared import INCOMPLETE, Commands, print_json, progress, require, say
from nicviz.errors import NicvizError
from nicviz.metrics import ON_AXES, format_value
from nicviz.requests.commands import RateDistortion
from nicviz.requests.parts import own_ladder


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    about = "measure rate-distortion curves over images, with BD-rates against the first codec"
    commands.add(RateDistortion, about, _run)


def _run(request: RateDistortion) -> int:
    codecs = catalog()
    ladders = tuple(_ladder(asked, codecs[asked.codec]) for asked in request.codecs)
    pictures = request.images.settings()
    found = Findings()
    with progress(lambda: f"{found.done} of {found.total} points"):
        measure_points([picture.load for picture in pictures], Plan(ladders, (request.corruption,)), codecs, found)
    trials = found.trials()
    if not trials and len(found.problems) == 1:
        raise NicvizError(found.problems[0])
    for problem in found.problems:
        say(f"nicviz: {problem}")
    if not trials:
        raise NicvizError("None of the images gave a point.")
    record = rd_record(found, [ladder.codec for ladder in ladders], request.corruption, codecs, request.method)
    if request.json:
        print_json(record)
    else:
        _print(record)
    return INCOMPLETE if found.problems else 0


def _ladder(asked: Ladder, codec: Codec) -> Ladder:
    require(codec)
    return asked if asked.qualities else own_ladder(codec)


def _print(record: Mapping[str, Any]) -> None:
    for curve in record["curves"]:
        for point in curve["points"]:
            quality = "" if point["quality"] is None else f":{point['quality']:g}"
            exact = point["psnr_db"] is None and point["num_exact"]
            values = {**point, "psnr_db": inf if exact else point["psnr_db"]}
            figures = "  ".join(f"{name} {format_value(name, values[name])}" for name in ON_AXES)
            sys.stdout.write(f"{curve['codec'] + quality:34} {point['bpp']:.4f} bpp  {figures}\n")
            for name in ON_AXES:
                over = point["over"][name]
                if 0 < over["num_images"] < point["num_images"]:
                    left_out = (
                        f"{over['num_images']} of {point['num_images']} pictures, without {', '.join(over['left_out'])}"
                    )
                    sys.stdout.write(f"{'':34} {over['bpp']:.4f} bpp  {name} is over {left_out}\n")
    for row in record["bd_rate"]:
        percent = "–" if row["percent"] is None else f"{row['percent']:+.2f} %"
        some = f"over {row['num_images_in_mean']} of {row['num_images']} pictures" if row["left_out"] else None
        note = "; ".join(filter(None, (row["note"], some)))
        sys.stdout.write(
            f"BD-rate {row['codec']} to {row['anchor']}, {row['metric']}: {percent}{note and f'  ({note})'}\n"
        )
