"""`rd`: rate–distortion curves over pictures, and BD-rates against the first codec."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from nicviz.analysis.pictures import expand
from nicviz.analysis.rd.bd_rate import METHODS
from nicviz.analysis.rd.points import Findings, Ladder, Plan
from nicviz.analysis.rd.record import rd_record
from nicviz.analysis.rd.sweep import measure_points
from nicviz.codecs import Codec
from nicviz.codecs.catalog import catalog
from nicviz.commands.shared import INCOMPLETE, Commands, corruption_arguments, print_json, progress, require, say
from nicviz.errors import NicvizError
from nicviz.metrics import format_value
from nicviz.tasks.settings import CorruptionSetting, ImageSetting, number, parse_crop


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add("rd", "measure rate-distortion curves over images, with BD-rates against the first codec")
    parser.add_argument(
        "images", nargs="+", metavar="IMAGE_OR_FOLDER", help="files, folders, samples or sets of samples"
    )
    parser.add_argument("--crop", metavar="LEFT,TOP,WIDTH,HEIGHT", help="in pixels, of every image")
    parser.add_argument(
        "--longest-side", type=int, metavar="PIXELS", help="downscale every image to this after the crop"
    )
    parser.add_argument("--codec", action="append", required=True, metavar="NAME[:Q,Q,...]",
                        help="without qualities the codec's ladder is used; the first codec is the anchor")  # fmt: skip
    corruption_arguments(parser)
    parser.add_argument("--method", choices=METHODS, default=METHODS[0], help="interpolation of the BD-rate")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_run)


def parse_ladder(text: str, codecs: Mapping[str, Codec]) -> Ladder:
    """Return the codec written as NAME or NAME:Q,Q,… with its qualities checked; without any, its ladder."""
    name, colon, qualities = text.partition(":")
    codec = codecs[name]
    if not colon:
        return default_ladder(codec)
    values = [codec.quality(number(part, f"quality of {name}")) for part in qualities.split(",")]
    return Ladder(name, tuple(dict.fromkeys(values)))


def default_ladder(codec: Codec) -> Ladder:
    """Return a codec with its own ladder; one without a scale has one point."""
    return Ladder(codec.name, tuple(map(float, codec.ladder)) or (codec.quality(None),))


def _run(options: argparse.Namespace) -> int:
    codecs = catalog()
    ladders = _ladders(options.codec, codecs)
    corruption = CorruptionSetting.parse(options.corruption, options.seed) if options.corruption else None
    crop = parse_crop(options.crop) if options.crop else None
    pictures = [
        ImageSetting(setting.source, crop=crop, longest_side=options.longest_side) for setting in expand(options.images)
    ]
    found = Findings()
    with progress(lambda: f"{found.done} of {found.total} points"):
        measure_points([picture.load for picture in pictures], Plan(ladders, (corruption,)), codecs, found)
    trials = found.trials()
    if not trials and len(found.problems) == 1:
        raise NicvizError(found.problems[0])
    for problem in found.problems:
        say(f"nicviz: {problem}")
    if not trials:
        raise NicvizError("None of the images gave a point.")
    record = rd_record(found, [ladder.codec for ladder in ladders], corruption, codecs, options.method)
    if options.json:
        print_json(record)
    else:
        _print(record)
    return INCOMPLETE if found.problems else 0


def _ladders(texts: list[str], codecs: Mapping[str, Codec]) -> tuple[Ladder, ...]:
    ladders = tuple(parse_ladder(text, codecs) for text in texts)
    for ladder in ladders:
        require(codecs[ladder.codec])
    names = [ladder.codec for ladder in ladders]
    for name in names:
        if names.count(name) > 1:
            raise NicvizError(f"{name} is named twice: write its qualities in one, as {name}:Q,Q,….")
    return ladders


def _print(record: Mapping[str, Any]) -> None:
    for curve in record["curves"]:
        for point in curve["points"]:
            quality = "" if point["quality"] is None else f":{point['quality']:g}"
            figures = "  ".join(f"{key} {format_value(key, point[key])}" for key in ("psnr_db", "ms_ssim", "delta_e00"))
            sys.stdout.write(f"{curve['codec'] + quality:34} {point['bpp']:.4f} bpp  {figures}\n")
    for row in record["bd_rate"]:
        percent = "–" if row["percent"] is None else f"{row['percent']:+.2f} %"
        note = f"  ({row['note']})" if row["note"] else ""
        sys.stdout.write(f"BD-rate {row['codec']} to {row['anchor']}, {row['metric']}: {percent}{note}\n")
