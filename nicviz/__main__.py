"""The command line: the same analysis without a browser. JSON goes to standard output, messages to standard error."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nicviz import __version__
from nicviz.analysis.catalog import catalog
from nicviz.analysis.compare import analyze
from nicviz.analysis.compress import corrupted
from nicviz.analysis.manifest import analysis_record, command_line, manifest, result_files, save_files, to_json
from nicviz.analysis.settings import CodecSetting, CorruptionSetting, ImageSetting, Match, parse_crop
from nicviz.errors import NicvizError
from nicviz.images import encode_png
from nicviz.metrics import format_value

BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 2 with one line on standard error for bad input."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except NicvizError as error:
        _say(f"nicviz: {error}")
        return BAD_INPUT
    except OSError as error:
        _say(f"nicviz: {error.filename or ''}: {error.strerror or error}")
        return BAD_INPUT
    except KeyboardInterrupt:
        _say("nicviz: interrupted")
        return 128 + signal.SIGINT
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nicviz", description="The lab bench for image codecs.")
    parser.add_argument("--version", action="version", version=f"nicviz {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    listing = commands.add_parser("codecs", help="list the codecs and what would make the others available")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_codecs)

    analysis = commands.add_parser("analyze", help="compress an image with codecs and measure the results")
    _image_arguments(analysis)
    analysis.add_argument("--codec", action="append", required=True, metavar="NAME[:QUALITY]")
    analysis.add_argument("--corruption", metavar="NAME:SEVERITY")
    analysis.add_argument("--seed", type=int, default=0)
    analysis.add_argument("--match", metavar="bpp=0.5|psnr=32")
    analysis.add_argument("--save", type=Path, metavar="DIR")
    analysis.add_argument("--json", action="store_true")
    analysis.set_defaults(run=_analyze)

    corruption = commands.add_parser("corrupt", help="write a corrupted image as PNG")
    _image_arguments(corruption)
    corruption.add_argument("--corruption", required=True, metavar="NAME:SEVERITY")
    corruption.add_argument("--seed", type=int, default=0)
    corruption.add_argument("--save", type=Path, required=True, metavar="FILE.png")
    corruption.set_defaults(run=_corrupt)
    return parser


def _image_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", metavar="IMAGE", help="a file, or a sample such as astronaut or zone-plate@512")
    parser.add_argument("--crop", metavar="LEFT,TOP,WIDTH,HEIGHT", help="in pixels, before anything else")
    parser.add_argument("--longest-side", type=int, metavar="PIXELS", help="downscale to this after the crop")


def _image_setting(options: argparse.Namespace) -> ImageSetting:
    box = parse_crop(options.crop) if options.crop else None
    return ImageSetting(options.image, crop=box, longest_side=options.longest_side)


def _codecs(options: argparse.Namespace) -> None:
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
        _print_json(rows)
        return
    for row in rows:
        scale = row["quality"]
        span = f"{scale['label']} {scale['low']:g}–{scale['high']:g}" if scale else "one setting"
        state = "available" if row["available"] else f"missing: {row['reason']} {row['remedy'] or ''}".rstrip()
        sys.stdout.write(f"{row['name']:34} {row['family']:10} {span:28} {state}\n")


def _analyze(options: argparse.Namespace) -> None:
    codecs = catalog()
    settings = [CodecSetting.parse(text, codecs) for text in options.codec]
    match = Match.parse(options.match) if options.match else None
    if match and any(setting.quality is not None for setting in settings):
        raise NicvizError("With --match the quality is searched for: leave out :QUALITY.")
    corruption = CorruptionSetting.parse(options.corruption, options.seed) if options.corruption else None
    setting = _image_setting(options)
    original = setting.load()
    for notice in original.notices:
        _say(f"{original.name}: {notice}")
    source, results = analyze(original, settings, codecs, corruption, match, progress=_say)
    record = analysis_record(original, options.image, corruption, results)
    if options.save:
        command = command_line(setting, settings, corruption, match)
        files = result_files(source, results)
        files["manifest.json"] = to_json(manifest(record, command, results, original.notices)).encode()
        save_files(files, options.save)
        _say(f"wrote {len(files)} files to {options.save}")
    if options.json:
        _print_json(record)
        return
    for row in record["results"]:
        name = row["codec"] if row["quality"] is None else f"{row['codec']}:{row['quality']:g}"
        figures = "  ".join(f"{key} {format_value(key, row[key])}" for key in ("psnr_db", "ms_ssim", "delta_e00"))
        sys.stdout.write(f"{name:34} {row['num_bytes']:>9} bytes  {row['bpp']:.4f} bpp  {figures}\n")


def _corrupt(options: argparse.Namespace) -> None:
    setting = CorruptionSetting.parse(options.corruption, options.seed)
    image = corrupted(_image_setting(options).load(), setting)
    options.save.parent.mkdir(parents=True, exist_ok=True)
    save_files({options.save.name: encode_png(image.pixels)}, options.save.parent)
    _say(f"wrote {options.save}")


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _say(message: str) -> None:
    sys.stderr.write(message + "\n")


if __name__ == "__main__":
    sys.exit(main())
