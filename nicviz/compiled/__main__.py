"""Compile all loops now (`python -m nicviz.compiled`), so that nobody waits for it later."""

from nicviz.compiled import color, windows

__all__ = ["color", "windows"]
