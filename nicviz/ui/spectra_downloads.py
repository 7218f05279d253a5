"""Downloads of the Spectra page, with the settings that made them and the command that gives the numbers again."""

import csv
import io
import shlex
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from nicviz.analysis.manifest import npy_bytes, to_json, versions
from nicviz.analysis.spectra import Shape
from nicviz.codecs.neural.device import device_label
from nicviz.spectra.bands import EDGES, fine_bands
from nicviz.spectra.power import Plane
from nicviz.spectra.radial import natural_rings
from nicviz.ui.compute import Outcome
from nicviz.ui.reproduce import view_command
from nicviz.ui.session import uploaded
from nicviz.ui.spectra_choices import Choices
from nicviz.ui.spectra_work import Spectra
from nicviz.ui.view import UPLOAD, View

Rows = Sequence[Mapping[str, Any]]


def spectra_downloads(
    view: View, spectra: Spectra, shape: Shape, choices: Choices, edges: tuple[int, int] = EDGES
) -> None:
    """Draw the downloads of planes, profiles and bands of what is finished, and the command line."""
    done = [(str(setting), outcome) for setting, outcome in zip(view.codecs, spectra.codecs, strict=True)
            if outcome.state == "done" and outcome.value.of(shape)]  # fmt: skip
    ready = bool(done) and spectra.inputs.state == "done"
    command = _command(view, choices)
    settings = _settings(view, choices, shape, edges, command)
    st.subheader("Take it with you", anchor=False)
    with st.container(horizontal=True):
        makers: list[tuple[str, Callable[[], str | bytes], str, str]] = [
            ("Planes (ZIP of .npy)", partial(_zip, spectra, shape, done, settings), "spectra.zip", "application/zip"),
            ("Profiles (CSV)", partial(_profiles, spectra, shape, done), "profiles.csv", "text/csv"),
            ("Bands (JSON)", partial(_bands, done, shape, edges, settings), "bands.json", "application/json"),
        ]
        for label, make, name, mime in makers:
            st.download_button(label, make, name, mime, on_click="ignore", disabled=not ready,
                               icon=":material/download:", key=f"get-{name}")  # fmt: skip
    _show_command(view, command, choices)


def table_download(view: View, rows: Rows, name: str) -> None:
    """Draw the download of a table: CSV, and JSON with the settings that made it."""
    settings = {"command": view_command(view), "versions": versions(), "device": device_label()}
    with st.container(horizontal=True):
        makers: list[tuple[str, Callable[[], str], str, str]] = [
            ("Figures (CSV)", partial(to_csv, rows), "csv", "text/csv"),
            ("Figures (JSON)", partial(to_json, {**settings, "rows": list(rows)}), "json", "application/json"),
        ]
        for label, make, ending, mime in makers:
            st.download_button(label, make, f"{name}.{ending}", mime, on_click="ignore", disabled=not rows,
                               icon=":material/download:", key=f"get-{name}-{ending}")  # fmt: skip


def to_csv(rows: Rows) -> str:
    """Return rows of equal keys as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _show_command(view: View, command: str, choices: Choices) -> None:
    own = ", with your own file's path" if view.image.source == UPLOAD and uploaded() else ""
    if choices.is_set:
        st.caption("Total, energy and density per band of every picture without a browser, in luminance:")
    else:
        st.caption(f"The same totals, energies and densities without a browser, in luminance{own} "
                   "(`--save DIR` writes the planes; D comes without `--corruption`):")  # fmt: skip
    st.code(command, language="bash", wrap_lines=True)


def _command(view: View, choices: Choices) -> str:
    if not choices.is_set:
        return view_command(view)
    one = shlex.split(view_command(view))
    head, tail = one[:4], one[one.index("--codec") :]
    names = shlex.join(setting.source for setting in choices.pictures)
    return f'for image in {names}; do {shlex.join(head)} "$image" {shlex.join(tail)}; done'


def _settings(view: View, choices: Choices, shape: Shape, edges: tuple[int, int], command: str) -> dict[str, Any]:
    return {
        "command": command,
        "pictures": [setting.source for setting in choices.pictures],
        "shape": list(shape),
        "corruption": vars(view.corruption) if view.corruption else None,
        "convention": choices.convention,
        "unit": choices.unit,
        "band_edges_nyquist": [edge / 64 for edge in edges],
        "versions": versions(),
        "device": device_label(),
    }


def _planes(spectra: Spectra, shape: Shape, done: Sequence[tuple[str, Outcome]]) -> dict[str, Plane]:
    group = spectra.input_group(shape)
    found = dict(group.power) if group else {}
    for name, outcome in done:
        found |= {f"{name.replace(':', '-')}.{kind}": plane for kind, plane in outcome.value.of(shape).power.items()}
    return found


def _profiles(spectra: Spectra, shape: Shape, done: Sequence[tuple[str, Outcome]]) -> str:
    rings = natural_rings(shape)
    columns = {"frequency_cycles_per_pixel": rings.frequency, "num_frequencies": rings.count}
    columns |= {name: rings.mean(plane) for name, plane in _planes(spectra, shape, done).items()}
    for name, outcome in done:
        if (transfer := outcome.value.of(shape).transfer) is not None:
            columns |= {f"{name}.gain": transfer.gain(), f"{name}.coherence": transfer.coherence()}
    return to_csv([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])


def _bands(
    done: Sequence[tuple[str, Outcome]], shape: Shape, edges: tuple[int, int], settings: Mapping[str, Any]
) -> str:
    results = []
    for name, outcome in done:
        group = outcome.value.of(shape)
        fine = {kind: fine_bands(plane) for kind, plane in group.power.items()}
        spectra = {
            kind: {"total": each.total, **{band: vars(value) for band, value in each.bands(edges).items()}}
            for kind, each in fine.items()
        }
        quality = group.compared.compression.setting if group.num_pictures == 1 else name
        results.append({"codec": quality, "num_pictures": group.num_pictures, "bpp": group.bpp, "spectra": spectra})
    return to_json({**settings, "results": results})


def _zip(spectra: Spectra, shape: Shape, done: Sequence[tuple[str, Outcome]], settings: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, plane in _planes(spectra, shape, done).items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), npy_bytes(plane))
        archive.writestr(zipfile.ZipInfo("profiles.csv"), _profiles(spectra, shape, done))
        archive.writestr(zipfile.ZipInfo("settings.json"), to_json(settings))
    return buffer.getvalue()
