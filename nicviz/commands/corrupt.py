"""`corrupt`: a corrupted image as a file."""

import argparse
from pathlib import Path

from nicviz.analysis.manifest import save_files
from nicviz.commands.shared import Commands, corruption_arguments, image_arguments, image_setting, say
from nicviz.errors import NicvizError
from nicviz.images import encode_png
from nicviz.tasks.compress import corrupted
from nicviz.tasks.settings import CorruptionSetting


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add("corrupt", "write a corrupted image as PNG")
    image_arguments(parser)
    corruption_arguments(parser, required=True)
    parser.add_argument("--save", type=Path, required=True, metavar="FILE.png")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    if options.save.suffix.lower() != ".png":
        raise NicvizError(
            f"The corrupted image is written as PNG: name a file that ends with .png, not {options.save}."
        )
    setting = CorruptionSetting.parse(options.corruption, options.seed)
    image = corrupted(image_setting(options).load(), setting)
    save_files({options.save.name: encode_png(image.pixels)}, options.save.parent)
    say(f"wrote {options.save}")
