"""Downloads of the Spectra page, with the settings that made them and the command that gives the numbers again."""

import io
import re
import shlex
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nicviz.analysis.manifest import npy_bytes, rows_csv, to_json
from nicviz.analysis.spectra.errors import Group, Shape
from nicviz.images import encode_png
from nicviz.plots.planes import Scale, TitledPlane, plane_pixels, planes_svg
from nicviz.requests.commands import Analyze
from nicviz.requests.parts import upload_digest
from nicviz.requests.view import View
from nicviz.requests.words import argv
from nicviz.spectra.bands import EDGES, fine_bands
from nicviz.spectra.power import Plane
from nicviz.spectra.radial import natural_rings
from nicviz.ui.kit.downloads import File, Rows, figure_files, file_buttons, made_by, take_with_you
from nicviz.ui.shell.picture import view_command
from nicviz.ui.spectra.computing import Spectra
from nicviz.ui.spectra.controls import Choices


@dataclass(frozen=True)
class Drawn:
    """The planes on the screen, their scale of color and the unit of their values."""

    planes: Sequence[TitledPlane]
    scale: Scale
    unit: str


def spectra_downloads(
    view: View, spectra: Spectra, shape: Shape, choices: Choices, drawn: Drawn | None = None,
    edges: tuple[int, int] = EDGES,
) -> None:  # fmt: skip
    """Draw the downloads of planes, profiles and bands of what is finished, and the command line.

    `drawn` is what the frequency planes show, where they are shown.
    """
    groups = zip(view.codecs, spectra.codec_groups(shape), strict=True)
    done = [(str(setting), group) for setting, group in groups if group is not None]
    ready = bool(done) and spectra.inputs.done
    command = _command(view, choices)
    settings = _settings(view, choices, shape, edges, command)
    files = [
        File("Planes (ZIP of .npy)", "spectra.zip", partial(_zip, spectra, shape, done, settings)),
        File("Profiles (CSV)", "profiles.csv", partial(_profiles, spectra, shape, done)),
        File("Bands (JSON)", "bands.json", partial(_bands, done, edges, settings)),
    ]
    if drawn is not None and drawn.planes:
        files[:0] = [
            File("Planes (SVG)", "planes.svg", partial(planes_svg, drawn.planes, drawn.scale, drawn.unit, encode_png)),
            File("Planes (ZIP of PNG)", "planes.zip", partial(_pictures, drawn)),
        ]
    take_with_you(files, command, _sentence(view, choices), ready)


def table_download(view: View, rows: Rows, name: str) -> None:
    """Draw the download of a table: CSV, and JSON with the settings that made it."""
    file_buttons(figure_files(rows, name, view_command(view)), bool(rows))


def _sentence(view: View, choices: Choices) -> str:
    if choices.is_set:
        return "Total, energy and density per band of every picture without a browser, in luminance"
    own = ", with your own file's path" if upload_digest(view.image.source) else ""
    return (
        f"The same totals, energies and densities without a browser, in luminance{own} "
        "(`--save DIR` writes the planes; D comes without `--corruption`)"
    )


def _command(view: View, choices: Choices) -> str:
    if not choices.is_set:
        return view_command(view)
    one = argv(Analyze.of(view, choices.pictures[0]))
    names = shlex.join(setting.word for setting in choices.pictures)
    return f'for image in {names}; do python -m nicviz {one[0]} "$image" {shlex.join(one[2:])}; done'


def _settings(view: View, choices: Choices, shape: Shape, edges: tuple[int, int], command: str) -> dict[str, Any]:
    return {
        **made_by(command),
        "pictures": [setting.source for setting in choices.pictures],
        "shape": list(shape),
        "corruption": vars(view.corruption) if view.corruption else None,
        "convention": choices.convention,
        "unit": choices.unit,
        "band_edges_nyquist": [edge / 64 for edge in edges],
    }


def _planes(spectra: Spectra, shape: Shape, done: Sequence[tuple[str, Group]]) -> dict[str, Plane]:
    group = spectra.input_group(shape)
    found = dict(group.power) if group else {}
    for name, each in done:
        found |= {f"{name.replace(':', '-')}.{kind}": plane for kind, plane in each.power.items()}
    return found


def _profiles(spectra: Spectra, shape: Shape, done: Sequence[tuple[str, Group]]) -> str:
    rings = natural_rings(shape)
    columns = {"frequency_cycles_per_pixel": rings.frequency, "num_frequencies": rings.count}
    columns |= {name: rings.mean(plane) for name, plane in _planes(spectra, shape, done).items()}
    for name, group in done:
        if (transfer := group.transfer) is not None:
            columns |= {f"{name}.gain": transfer.gain(), f"{name}.coherence": transfer.coherence()}
    return rows_csv([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])


def _bands(done: Sequence[tuple[str, Group]], edges: tuple[int, int], settings: Mapping[str, Any]) -> str:
    results = []
    for name, group in done:
        fine = {kind: fine_bands(plane) for kind, plane in group.power.items()}
        spectra = {
            kind: {"total": each.total, **{band: vars(value) for band, value in each.bands(edges).items()}}
            for kind, each in fine.items()
        }
        quality = group.compared.compression.setting if group.compared and group.num_pictures == 1 else name
        results.append({"codec": quality, "num_pictures": group.num_pictures, "bpp": group.bpp, "spectra": spectra})
    return to_json({**settings, "results": results})


def _pictures(drawn: Drawn) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, plane in enumerate(drawn.planes, start=1):
            name = re.sub(r"[^\w.]+", "-", plane.title).strip("-")
            archive.writestr(
                zipfile.ZipInfo(f"{number}-{name}.png"), encode_png(plane_pixels(plane.power, drawn.scale))
            )
    return buffer.getvalue()


def _zip(spectra: Spectra, shape: Shape, done: Sequence[tuple[str, Group]], settings: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, plane in _planes(spectra, shape, done).items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), npy_bytes(plane))
        archive.writestr(zipfile.ZipInfo("profiles.csv"), _profiles(spectra, shape, done))
        archive.writestr(zipfile.ZipInfo("settings.json"), to_json(settings))
    return buffer.getvalue()
