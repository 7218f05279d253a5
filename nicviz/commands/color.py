"""`color`: the quality transitions of codecs over pictures.

With --json, to standard output:

    {"images": [names of the pictures that were read],
     "corruption": {"name", "severity", "seed"} | null,
     "unique_ab": mean number of unique a*b* of the pictures that the codecs were given,
     "codecs": [{"codec", "num_images": pictures that the codec took, "images": their names,
                 "ladder": [{"quality", "bpp", "estimated", "unique_ab",
                             "cumulative_change": {"mean", "std"}, "delta_e00", "psnr_db", "psnr_bpp",
                             "num_infinite_psnr"}]}]}

The ladder goes from the highest quality to the lowest. All figures are means over pictures; `cumulative_change` is the
change of unique a*b* from the highest quality to this one, with the sample standard deviation over pictures (null for
one picture). ΔE00 and PSNR are against what the codec was given; infinite PSNR are left out
of the mean and counted, and `psnr_bpp` is the rate of the pictures that the mean is over.
A picture that cannot be read, or that a codec refuses, is named on standard error and left out: the exit code is 1.
"""

import sys
from math import inf
from statistics import fmean
from typing import Any

from nicviz.analysis.color.ladder import Descent, descend, ladder_records
from nicviz.analysis.pictures import readable
from nicviz.codecs.catalog import catalog
from nicviz.color import unique_ab
from nicviz.commands.shared import INCOMPLETE, Commands, print_json, say
from nicviz.errors import CodecError, NicvizError
from nicviz.metrics import format_value
from nicviz.requests.commands import Color
from nicviz.tasks.compress import corrupted


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    commands.add(Color, "count colors from quality to quality, with ΔE00 and PSNR against rate", _run)


def _run(request: Color) -> int:
    known = catalog()
    codecs = {name: known[name] for name in request.codecs}
    corruption = request.corruption
    left_out: list[str] = []

    def leave_out(message: str) -> None:
        left_out.append(message)
        say(message)

    settings = request.images.settings()
    names: list[str] = []
    descents: dict[str, list[Descent]] = {name: [] for name in codecs}
    counts: list[int] = []
    for number, original in enumerate(readable(settings, leave_out), start=1):
        image = corrupted(original, corruption) if corruption else original
        names.append(image.name)
        counts.append(unique_ab(image.pixels))
        for name, codec in codecs.items():
            say(f"{number} of {len(settings)}: {image.name} · {name}")
            try:
                descents[name].append(descend(image, codec))
            except CodecError as error:
                leave_out(f"{image.name} · {name}: {error}")
    if not names:
        raise NicvizError("None of the pictures could be read.")
    record = {
        "images": names,
        "corruption": vars(corruption) if corruption else None,
        "unique_ab": fmean(counts),
        "codecs": ladder_records(descents),
    }
    if request.json:
        print_json(record)
    else:
        _print_table(record)
    return INCOMPLETE if left_out else 0


def _print_table(record: dict[str, Any]) -> None:
    for entry in record["codecs"]:
        sys.stdout.write(f"{entry['codec']} ({entry['num_images']} pictures)\n")
        for rung in entry["ladder"]:
            change = rung["cumulative_change"]
            psnr = inf if rung["psnr_db"] is None and rung["num_infinite_psnr"] else rung["psnr_db"]
            spread = "" if change["std"] is None else f" ± {change['std']:.1f}"
            sys.stdout.write(
                f"  {rung['quality']:>8g} {rung['bpp']:8.4f} bpp  {rung['unique_ab']:9.1f} unique a*b*  "
                f"{change['mean']:+9.1f}{spread}  ΔE00 {format_value('delta_e00', rung['delta_e00'])}  "
                f"PSNR {format_value('psnr_db', psnr)} dB\n"
            )
