"""Downloads of the Latents page, and the command that gives the same."""

from dataclasses import replace
from functools import partial

from nicviz.analysis.latents.look import Look
from nicviz.analysis.latents.record import channel_rows, look_arrays, look_record, npz_bytes
from nicviz.analysis.manifest import rows_csv, to_json
from nicviz.requests.commands import Latents
from nicviz.requests.view import View
from nicviz.requests.words import command
from nicviz.tasks.settings import CodecSetting
from nicviz.ui.kit.downloads import File, made_by, take_with_you
from nicviz.ui.latents.controls import Inside
from nicviz.ui.latents.operation import donor_now, surgery_now
from nicviz.ui.shell.picture import named_picture


def latents_downloads(view: View, inside: Inside, found: Look | None, changed: bool) -> None:
    """Draw the downloads of the look at what the codec is given; `changed`: the command does the surgery too."""
    quality = inside.quality if inside.codec.scale else None
    request = Latents(image=named_picture(view.image), codec=CodecSetting(inside.codec.name, quality),
                      corruption=view.corruption, json=True)  # fmt: skip
    if changed and found is not None:
        request = replace(request, surgery=surgery_now(found), hyper_latent_of=donor_now())
    shell = command(request)
    files = [
        File("Latents (NPZ)", "latents.npz", partial(_arrays, found),
             "y_hat, z_hat, means, scales, bits of each element, what else the model has, and the map of bits, as "
             "NumPy arrays."),
        File("Channels (CSV)", "channels.csv", partial(_channels, found)),
        File("Figures (JSON)", "latents.json", partial(_json, found, shell)),
    ]  # fmt: skip
    sentence = "The same figures without a browser (`--save DIR` writes the arrays)"
    take_with_you(files, shell, sentence, found is not None)


def _arrays(found: Look | None) -> bytes:
    return b"" if found is None else npz_bytes(look_arrays(found))


def _channels(found: Look | None) -> str:
    return "" if found is None else rows_csv(channel_rows(found))


def _json(found: Look | None, shell: str) -> str:
    return to_json({**made_by(shell), **({} if found is None else look_record(found))})
