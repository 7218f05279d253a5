"""The layer rule of the README: imports go downward only."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

LAYERS = {
    "pages": {"ui", "plots"},
    "ui": {"lessons", "requests", "robustness", "plots"},
    "lessons": {"requests", "analysis"},
    "__main__": {"commands"},
    "commands": {"requests", "robustness", "training", "plots"},
    "robustness": {"sweeps", "analysis"},  # what a run says, in the words of both
    "requests": {"analysis"},
    "analysis": {"tasks"},
    "sweeps": {"tasks"},
    "tasks": {"run", "store", "codecs", "corruptions", "metrics", "spectra"},
    "run": {"codecs"},
    "training": {"codecs"},
    "plots": {"color"},
    "store": {"color", "images"},
    "codecs": {"color", "images"},
    "corruptions": {"color", "images"},
    "metrics": {"color", "images", "compiled"},
    "spectra": {"color", "images"},
    "samples": {"images", "charts"},
    "charts": {"color", "images"},
    "images": set(),
    "color": {"compiled"},
    "compiled": set(),
}
FLOOR = {
    "errors",
    "environment",
    "registry",
    "records",
    "memory",
    "rate",
    "versions",
    "download",
    "",
}  # "" is nicviz itself
HEAVY = {
    "torch",
    "numba",
    "compressai",
    "torchvision",
    "streamlit",
    "pytorch_msssim",
    "dask",
    "distributed",
    "duckdb",
    "pyarrow",
}


def reachable(layer: str) -> set[str]:
    """All layers that one may import: its own, those below, and those below them."""
    seen = {layer}
    todo = [layer]
    while todo:
        for below in LAYERS.get(todo.pop(), set()) - seen:
            seen.add(below)
            todo.append(below)
    if layer in {
        "tasks", "analysis", "sweeps", "robustness", "requests", "lessons", "ui", "pages", "commands", "__main__",
    }:  # fmt: skip
        seen |= {"samples", "charts"}
    return seen | FLOOR


def sources() -> list[Path]:
    files = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "nicviz").rglob("*.py")]
    return [file for file in files if file.exists()]


def layer_of(file: Path) -> str:
    parts = file.relative_to(ROOT).parts
    if parts[0] in {"app.py", "pages"}:
        return "pages"
    return parts[1].removesuffix(".py") if len(parts) > 1 and parts[1] != "__init__.py" else ""


def imports(file: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("file", sources(), ids=lambda f: str(f.relative_to(ROOT)))
def test_a_file_imports_only_its_own_layer_and_those_below(file: Path) -> None:
    layer = layer_of(file)
    allowed = FLOOR if layer in FLOOR else reachable(layer)
    for name in imports(file):
        if name.startswith("nicviz."):
            target = name.split(".")[1]
            assert target in allowed or target == "__version__", f"{file}: {layer} may not import {name}"


@pytest.mark.parametrize("file", sources(), ids=lambda f: str(f.relative_to(ROOT)))
def test_heavy_packages_are_imported_only_where_the_design_allows(file: Path) -> None:
    layer = layer_of(file)
    path = file.relative_to(ROOT).as_posix()
    neural = layer == "training" or path.startswith("nicviz/codecs/neural/")
    for name in imports(file):
        package = name.split(".")[0]
        if package == "streamlit":
            assert layer in {"ui", "pages"}, f"{file} imports streamlit"
        elif package in {"compressai", "torchvision", "pytorch_msssim"}:
            assert neural, f"{file} imports {package}"
        elif package in {"dask", "distributed", "duckdb", "pyarrow"}:
            assert layer == "sweeps", f"{file} imports {package}"
        elif package == "numba":
            assert layer == "compiled", f"{file} imports {package}"
        elif package == "torch":
            assert neural or path == "nicviz/commands/train.py", f"{file} imports {package}"


@pytest.mark.slow
def test_the_package_and_the_registry_load_without_torch() -> None:
    import subprocess
    import sys

    code = (
        "import sys, nicviz, nicviz.codecs, nicviz.corruptions, nicviz.metrics, nicviz.analysis, nicviz.samples;"
        "import nicviz.__main__;"
        f"print(sorted({HEAVY} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
