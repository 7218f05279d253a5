"""`package`: put a trained checkpoint among the codecs that come with nicviz, with its model card."""

import argparse
from dataclasses import asdict
from pathlib import Path

from nicviz.codecs.neural.family import compact
from nicviz.codecs.neural.family.cards import read_manifest
from nicviz.codecs.neural.family.kinds import FAMILY
from nicviz.commands.shared import Commands, print_json, say

DATA = "574 photographs: BSDS500 (Arbeláez et al., 2011) without six, and Sun-Hays 80"


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.parser("package", "make a packaged codec of a training run: weights, Kodak figures, model card")
    parser.add_argument("run_folder", type=Path, metavar="RUN", help="the folder that `train --save` named")
    own = [kind.name for kind in FAMILY.values() if not kind.weights_of]
    parser.add_argument("--codec", choices=own, required=True)
    parser.add_argument("--quality", type=float, help="native; none for a variable-rate model")
    parser.add_argument("--kodak", type=Path, required=True, metavar="FOLDER", help="of the 24 Kodak images")
    parser.add_argument("--data", default=DATA, metavar="TEXT", help="what it was trained on")
    parser.add_argument("--before", default="", metavar="TEXT", help="what a start holds that is no run of `train`")
    parser.add_argument("--into", type=Path, default=compact.FOLDER, metavar="FOLDER", help="of weights and manifest")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from nicviz.analysis.package import kodak_images, package
    from nicviz.training.checkpoint import NAME
    from nicviz.training.lineage import read_training

    manifest = options.into / compact.MANIFEST
    described = read_manifest(manifest).values() if manifest.exists() else ()
    known = {card.sha256: card.training for codec in described for card in codec.cards}
    name = options.codec if options.quality is None else f"{options.codec}-{options.quality:g}"
    checkpoint = options.run_folder / NAME
    training = read_training(checkpoint, name, options.data, options.before, known)
    images = kodak_images(options.kodak)
    card = package(checkpoint, FAMILY[options.codec], options.quality, training, images, options.into)
    size = sum(file.stat().st_size for file in options.into.glob("*.safetensors"))
    say(f"{card.file} is in {options.into}; all files there take {size / 1e6:.1f} of {compact.MAX_BYTES / 1e6:.0f} MB.")
    print_json(asdict(card) | {"kodak": {f"{quality:g}": asdict(each) for quality, each in card.kodak.items()}})
