"""`heatmap`: what each single frequency does to a codec's PSNR and rate.

Writes `heatmap.npy` (the metric), `change.npy` (its change from the unperturbed image), `heatmap.png` and
`heatmap.json`, which --json also prints. Arrays are float64, axis 0 is v, axis 1 is u, NaN where a cell failed.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

from nicviz.analysis.heatmap.map import Heatmap, compute
from nicviz.analysis.heatmap.record import heatmap_files, heatmap_record
from nicviz.analysis.heatmap.setting import SIGNS, VALUES, HeatmapSetting
from nicviz.analysis.manifest import save_files
from nicviz.analysis.pictures import expand
from nicviz.codecs.catalog import catalog
from nicviz.commands.shared import Commands, print_json, progress, require, say
from nicviz.images import encode_png
from nicviz.plots.heatmap import picture_of
from nicviz.spectra.basis import GRIDS
from nicviz.tasks.settings import CodecSetting, ImageSetting, parse_crop


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add("heatmap", "map how a codec reacts to each single frequency added to an image")
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="files, folders, samples or sets; the mean is taken")
    parser.add_argument("--crop", metavar="LEFT,TOP,WIDTH,HEIGHT", help="in pixels, of every image, before the square")
    parser.add_argument("--longest-side", type=int, metavar="PIXELS", help="downscale every image to this after it")
    parser.add_argument("--codec", required=True, metavar="NAME[:QUALITY]")
    parser.add_argument("--grid", choices=list(GRIDS), default="lowest")
    parser.add_argument("--metric", choices=list(VALUES), default="psnr")
    parser.add_argument("--norm", type=float, default=4.0, help="L2 norm per channel of an image in [0, 1]")
    parser.add_argument("--signs", choices=list(SIGNS), default="mean")
    parser.add_argument("--seed", type=int, default=0, help="of random signs")
    parser.add_argument("--save", type=Path, required=True, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    codecs = catalog()
    wanted = CodecSetting.parse(options.codec, codecs)
    codec = codecs[wanted.codec]
    require(codec)
    quality = codec.quality(wanted.quality)
    crop = parse_crop(options.crop) if options.crop else None
    pictures = [
        ImageSetting(setting.source, crop=crop, longest_side=options.longest_side) for setting in expand(options.images)
    ]
    heatmap = Heatmap(HeatmapSetting(options.grid, options.signs, options.norm, options.seed), len(pictures))
    with progress(partial(_how_far, heatmap)):
        compute(heatmap, [picture.load for picture in pictures], codec, quality)
    for u, v, message in heatmap.failures:
        say(f"nicviz: the cell u {u}, v {v} has no value: {message}")
    record = heatmap_record(heatmap, [picture.source for picture in pictures], codec, quality, options.metric)
    picture, drawn = picture_of(heatmap.values(options.metric, False), heatmap.values(options.metric, True))
    record = {**record, "picture": drawn}
    files = {**heatmap_files(heatmap, record), "heatmap.png": encode_png(picture)}
    save_files(files, options.save)
    say(f"wrote {len(files)} files to {options.save}")
    if options.json:
        print_json(record)
    else:
        change = record["mean_change"]
        text = "" if change is None else f"  mean change {change:+.4f} {record['unit']}"
        sys.stdout.write(f"{codec.setting(quality):34} {record['cells']} cells{text}\n")


def _how_far(heatmap: Heatmap) -> str:
    left = heatmap.seconds_left
    return f"{heatmap.done} of {heatmap.total} cells" + (f", {left:.0f} s to go" if left else "")
