"""Results as they leave nicviz: the record, the manifest, and a ZIP with all of it."""

import csv
import io
import json
import platform
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz import __version__
from nicviz.analysis.color.plane import difference_field
from nicviz.analysis.compare import Result, to_record
from nicviz.codecs.neural.device import device_label
from nicviz.images import LoadedImage, encode_png, printable
from nicviz.tasks.compress import Compression
from nicviz.tasks.settings import CorruptionSetting
from nicviz.versions import library_versions

PACKAGES = (
    "numpy",
    "numba",
    "llvmlite",
    "scipy",
    "pillow",
    "imagecodecs",
    "scikit-image",
    "constriction",
    "torch",
    "compressai",
    "streamlit",
    "plotly",
)


def versions() -> dict[str, str | int]:
    """Return the versions of nicviz, Python and the packages that results depend on, without importing them."""
    return {"nicviz": __version__, "python": platform.python_version(), **library_versions(*PACKAGES)}


def analysis_record(
    original: LoadedImage,
    path: str,
    corruption: CorruptionSetting | None,
    results: Sequence[Result],
) -> dict[str, Any]:
    """Return what `analyze --json` prints (README, "Command line")."""
    height, width = original.pixels.shape[:2]
    return {
        "image": {"path": printable(path), "width": width, "height": height, "sha256": original.sha256},
        "corruption": vars(corruption) if corruption else None,
        "device": device_label(),
        "results": [to_record(compared, trial) for compared, trial in results],
    }


def manifest(
    record: Mapping[str, Any], command: str, results: Sequence[Result], notices: Sequence[str] = ()
) -> dict[str, Any]:
    """Return settings, figures, versions and weight hashes of a view; `record` is `analysis_record`'s."""
    return {
        "command": command,
        "versions": versions(),
        "platform": platform.platform(),
        "notices": list(notices),
        "codec_versions": {done.compression.setting: dict(done.compression.versions) for done, _ in results},
        **record,
    }


def table_csv(record: Mapping[str, Any]) -> str:
    """Return the results of `analysis_record` as CSV, one codec a row; a number that does not exist is empty."""
    return rows_csv(
        [{key: value for key, value in row.items() if not isinstance(value, dict)} for row in record["results"]]
    )


def rows_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows of equal keys as CSV with a head line; a number that does not exist (None) is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def file_stem(compression: Compression) -> str:
    """Return NAME-QUALITY, the stem of the files that belong to a result."""
    return compression.setting.replace(":", "-")


def result_files(source: LoadedImage, results: Sequence[Result]) -> dict[str, bytes]:
    """Return file name to bytes: `input.png`, and per codec the exact reconstruction, its ΔE00 map and the bitstream.

    The map (.delta_e00.npy) is against the input: (H, W) float32; its mean is the result's `delta_e00`.
    """
    files = {"input.png": encode_png(source.pixels)}
    for compared, _ in results:
        done = compared.compression
        files[f"{file_stem(done)}.png"] = done.png
        difference = difference_field(source.pixels, done.pixels(), "delta_e00")
        files[f"{file_stem(done)}.delta_e00.npy"] = npy_bytes(difference)
        if done.bitstream is not None:
            files[f"{file_stem(done)}.bin"] = done.bitstream
    return files


def npy_bytes(array: NDArray[Any]) -> bytes:
    """Return an array as the bytes of a .npy file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def zip_all(files: Mapping[str, bytes], record: Mapping[str, Any]) -> bytes:
    """Return a ZIP with `files`, `results.csv` and `manifest.json`; the same content gives the same bytes."""
    text = io.BytesIO()
    with zipfile.ZipFile(text, "w") as archive:
        everything = {**files, "results.csv": table_csv(record).encode(), "manifest.json": to_json(record).encode()}
        for name, data in everything.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return text.getvalue()


def to_json(record: Mapping[str, Any]) -> str:
    """Return indented JSON; NaN or infinity in it is an error of the caller's."""
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)


def save_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder (made if missing), each to a temporary name first."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        temporary = folder / f".{name}.partial"
        temporary.write_bytes(data)
        temporary.replace(folder / name)
