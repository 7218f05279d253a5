"""`heatmap`: what each single frequency does to a codec's PSNR and rate.

Writes `heatmap.npy` (the metric), `change.npy` (its change from the unperturbed image), `heatmap.png` and
`heatmap.json`, which --json also prints. Arrays are float64, axis 0 is v, axis 1 is u, NaN where a cell failed.
"""

import sys
from functools import partial

from nicviz.analysis.heatmap.map import Heatmap, compute
from nicviz.analysis.heatmap.record import heatmap_files, heatmap_record
from nicviz.analysis.manifest import save_files
from nicviz.codecs.catalog import catalog
from nicviz.commands.shared import Commands, print_json, progress, require, say
from nicviz.images import encode_png
from nicviz.plots.heatmap import picture_of
from nicviz.requests import commands as requests


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    commands.add(requests.Heatmap, "map how a codec reacts to each single frequency added to an image", _run)


def _run(request: requests.Heatmap) -> int:
    codec = catalog()[request.codec.codec]
    require(codec)
    quality = codec.quality(request.codec.quality)
    pictures = request.images.settings()
    heatmap = Heatmap(request.setting, len(pictures))
    with progress(partial(_how_far, heatmap)):
        compute(heatmap, [picture.load for picture in pictures], codec, quality)
    for u, v, message in heatmap.failures:
        say(f"nicviz: the cell u {u}, v {v} has no value: {message}")
    record = heatmap_record(heatmap, [picture.word for picture in pictures], codec, quality, request.metric)
    picture, drawn = picture_of(heatmap.values(request.metric, False), heatmap.values(request.metric, True))
    record = {**record, "picture": drawn}
    files = {**heatmap_files(heatmap, record), "heatmap.png": encode_png(picture)}
    save_files(files, request.save)
    say(f"wrote {len(files)} files to {request.save}")
    if request.json:
        print_json(record)
    else:
        change = record["mean_change"]
        text = "" if change is None else f"  mean change {change:+.4f} {record['unit']}"
        sys.stdout.write(f"{codec.setting(quality):34} {record['cells']} cells{text}\n")
    return 0


def _how_far(heatmap: Heatmap) -> str:
    left = heatmap.seconds_left
    return f"{heatmap.done} of {heatmap.total} cells" + (f", {left:.0f} s to go" if left else "")
