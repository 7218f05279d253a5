"""Processes that start from a main module of their own."""

import sys
from types import ModuleType

import pytest


@pytest.fixture(autouse=True)
def plain_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's test driver leaves the app's script as the main module, which new processes would run at first."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
