"""`latents`: what a neural codec codes of an image, where its bits go, and what becomes of a latent that is changed.

Writes, with --save, `latents.npz` (see the README), `input.png`, and `edited.png` where something is changed.
"""

import sys
from dataclasses import replace
from typing import Any

from nicviz.analysis.latents.levels import KEYS
from nicviz.analysis.latents.look import Look, Operated, look, perform
from nicviz.analysis.latents.record import look_arrays, look_record, npz_bytes, operated_record
from nicviz.analysis.manifest import save_files, to_json, versions
from nicviz.codecs import NeuralCodec
from nicviz.codecs.catalog import catalog
from nicviz.codecs.neural.device import device_label
from nicviz.commands.shared import Commands, print_json, require, say
from nicviz.errors import NicvizError
from nicviz.images import LoadedImage, encode_png, printable
from nicviz.requests.commands import Latents
from nicviz.requests.words import command
from nicviz.tasks.compress import corrupted


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    commands.add(Latents, "look inside a neural codec: latents, where the bits go, changed latents", _run)


def _run(request: Latents) -> int:
    codec = catalog()[request.codec.codec]
    if not isinstance(codec, NeuralCodec):
        raise NicvizError(f"{codec.name} has no latents: it is no neural codec.")
    require(codec)
    original = request.image.load()
    source = corrupted(original, request.corruption) if request.corruption else original
    found = look(source, codec, request.codec.quality)
    operated = _operated(request, source, codec, found)
    record = _record(request, original, found, operated)
    if request.save is not None:
        files = {"input.png": encode_png(source.pixels), "latents.npz": npz_bytes(look_arrays(found))}
        if operated is not None:
            files["edited.png"] = encode_png(operated.edited.reconstruction)
        again = command(replace(request, save=None, json=True))
        files["manifest.json"] = to_json({"command": again, "versions": versions(), **record}).encode()
        save_files(files, request.save)
        say(f"wrote {len(files)} files to {request.save}")
    if request.json:
        print_json(record)
    else:
        _print(codec.setting(found.quality), record)
    return 0


def _operated(request: Latents, source: LoadedImage, codec: NeuralCodec, found: Look) -> Operated | None:
    if request.surgery.is_none and request.hyper_latent_of is None:
        return None
    donor = None if request.hyper_latent_of is None else request.hyper_latent_of.load()
    return perform(source, codec, found, request.surgery, donor)


def _record(request: Latents, original: LoadedImage, found: Look, operated: Operated | None) -> dict[str, Any]:
    height, width = found.shape
    record: dict[str, Any] = {
        "image": {"path": printable(request.image.word), "width": width, "height": height, "sha256": original.sha256},
        "corruption": vars(request.corruption) if request.corruption else None,
        "device": device_label(),
        **look_record(found),
    }
    return record if operated is None else {**record, "edited": operated_record(operated)}


def _print(setting: str, record: dict[str, Any]) -> None:
    bits = record["bits"]
    sys.stdout.write(
        f"{setting:34} {record['bpp_estimated']:.4f} bpp estimated  "
        f"{'  '.join(f'{key} {bits[key]:.0f} bits' for key in bits if key in KEYS)}\n"
    )
    if "edited" in record:
        edited = record["edited"]
        psnr = "∞" if edited["psnr_db"] is None else f"{edited['psnr_db']:.2f}"
        sys.stdout.write(f"{'changed':34} {edited['bpp_estimated']:.4f} bpp estimated  PSNR {psnr} dB\n")
