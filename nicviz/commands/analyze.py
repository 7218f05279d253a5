"""`analyze`: an image, perhaps corrupted, through codecs, measured."""

import argparse
import sys
from pathlib import Path

from nicviz.analysis.compare import analyze
from nicviz.analysis.manifest import analysis_record, command_line, manifest, result_files, save_files, to_json
from nicviz.analysis.spectra.record import add_spectra
from nicviz.codecs.catalog import catalog
from nicviz.commands.shared import Commands, corruption_arguments, image_arguments, image_setting, print_json, say
from nicviz.errors import NicvizError
from nicviz.metrics import format_value
from nicviz.tasks.settings import CodecSetting, CorruptionSetting, Match


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add("analyze", "compress an image with codecs and measure the results")
    image_arguments(parser)
    parser.add_argument("--codec", action="append", required=True, metavar="NAME[:QUALITY]")
    corruption_arguments(parser)
    parser.add_argument("--match", metavar="bpp=0.5|psnr=32")
    parser.add_argument("--save", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    codecs = catalog()
    settings = [CodecSetting.parse(text, codecs) for text in options.codec]
    match = Match.parse(options.match) if options.match else None
    if match and any(setting.quality is not None for setting in settings):
        raise NicvizError("With --match the quality is searched for: leave out :QUALITY.")
    corruption = CorruptionSetting.parse(options.corruption, options.seed) if options.corruption else None
    setting = image_setting(options)
    original = setting.load()
    for notice in original.notices:
        say(f"{original.name}: {notice}")
    source, results = analyze(original, settings, codecs, corruption, match, progress=say)
    record = analysis_record(original, options.image, corruption, results)
    files = result_files(source, results) if options.save else None
    add_spectra(record, original, source, results, files)
    if files is not None:
        command = command_line(setting, settings, corruption, match)
        files["manifest.json"] = to_json(manifest(record, command, results, original.notices)).encode()
        save_files(files, options.save)
        say(f"wrote {len(files)} files to {options.save}")
    if options.json:
        print_json(record)
        return
    for row in record["results"]:
        name = row["codec"] if row["quality"] is None else f"{row['codec']}:{row['quality']:g}"
        figures = "  ".join(f"{key} {format_value(key, row[key])}" for key in ("psnr_db", "ms_ssim", "delta_e00"))
        sys.stdout.write(f"{name:34} {row['num_bytes']:>9} bytes  {row['bpp']:.4f} bpp  {figures}\n")
