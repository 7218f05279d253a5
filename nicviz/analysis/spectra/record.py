"""Error spectra as `analyze` writes them: band energies in the JSON, planes as .npy files."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicviz.analysis.compare import Result
from nicviz.analysis.manifest import file_stem, npy_bytes
from nicviz.analysis.spectra.errors import error_spectra
from nicviz.images import LoadedImage
from nicviz.spectra.bands import EDGES, fine_bands
from nicviz.spectra.power import Plane


def add_spectra(
    record: Mapping[str, Any],
    original: LoadedImage,
    source: LoadedImage,
    results: Sequence[Result],
    files: dict[str, bytes] | None = None,
) -> None:
    """Put "spectra" into each result of `analysis_record`: D for clean input, G and R for corrupted, in luminance.

    Args:
        record: of `analysis_record`; its results are those of `results`, in order.
        original, source: x, and what the codecs were given.
        results: of `analyze`.
        files: takes NAME-QUALITY.D.npy (or .G.npy, .R.npy) of each result, where given.
    """
    for row, (compared, _) in zip(record["results"], results, strict=True):
        done = compared.compression
        clean = source.sha256 == original.sha256
        planes = error_spectra(original.pixels, original.pixels if clean else source.pixels, done.pixels(), None)
        row["spectra"] = {kind: bands_record(plane) for kind, plane in planes.items()}
        if files is not None:
            files |= {f"{file_stem(done)}.{kind}.npy": npy_bytes(plane) for kind, plane in planes.items()}


def bands_record(power: Plane, edges: tuple[int, int] = EDGES) -> dict[str, Any]:
    """Return total, and energy and density per band, of a centered (H, W) spectrum; an empty band's density is None."""
    fine = fine_bands(power)
    return {"total": fine.total, **{name: vars(band) for name, band in fine.bands(edges).items()}}
