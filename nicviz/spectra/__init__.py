"""Frequencies: spectra of images and errors, bands, rings, waves. One file a definition."""

from nicviz.versions import library_versions

_METHOD = 1  # counted up when the numbers change


def spectra_versions() -> dict[str, str | int]:
    """Return what a spectrum follows from besides the images."""
    return {"spectra": _METHOD, **library_versions("numpy", "scipy")}
