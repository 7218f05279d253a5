"""Versions of what results are computed with: for keys of the store and for manifests."""

from collections.abc import Mapping
from functools import cache

MISSING = "missing"
COMPILED_WITH = ("numpy", "numba", "llvmlite")  # what results of compiled loops may depend on
Versions = Mapping[str, str | int]


@cache
def installed(package: str) -> str:
    """Return the version of an installed package, without importing it; "missing" where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # a tenth of a worker's start, which needs none

    try:
        return version(package)
    except PackageNotFoundError:
        return MISSING


def library_versions(*packages: str) -> dict[str, str | int]:
    """Return package to version."""
    return {package: installed(package) for package in packages}
