"""Where tests find pictures and weights that do not belong to the project."""

import os
from pathlib import Path

import pytest

_DEFAULT = Path(__file__).resolve().parents[2] / "shared"


def shared(name: str) -> Path:
    """Return the folder `name` beside the checkout (or in NICVIZ_SHARED), or skip the test with the reason."""
    folder = Path(os.environ.get("NICVIZ_SHARED", _DEFAULT)) / name
    if not folder.exists():
        pytest.skip(f"needs the {name} data beside the project; set NICVIZ_SHARED to the folder that holds {name}/")
    return folder
