"""Commands as a page shows them: they run as printed, in any shell on the machine of the server, from any folder."""

import shlex
import sys
from pathlib import Path

import streamlit as st

import nicviz
from nicviz.environment import given

_PYTHON = "python -m nicviz"


def show_command(shell: str) -> None:
    """Show commands that use `python -m nicviz`, completed by `in_plain_shell`."""
    st.code(in_plain_shell(shell), language="bash", wrap_lines=True)


def in_plain_shell(shell: str) -> str:
    """Return commands with all that a shell that knows nothing of nicviz lacks: folder, Python, environment variables.

    Args:
        shell: one or more lines; pictures and folders in them are as this process would take them.
    """
    here, root, python = Path.cwd(), Path(nicviz.__file__).resolve().parents[1], Path(sys.executable)
    variables = given() if here == root else {**given(), "PYTHONPATH": str(root)}
    program = python.relative_to(here) if python.is_relative_to(here) else python
    words = [*(f"{name}={shlex.quote(value)}" for name, value in variables.items()), shlex.quote(str(program))]
    return f"cd {shlex.quote(str(here))}\n" + shell.replace(_PYTHON, " ".join([*words, "-m nicviz"]))
