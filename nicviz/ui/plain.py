"""Text from outside (a link, a file name) in messages, which Streamlit reads as Markdown."""

import re


def plain_text(text: str) -> str:
    """Return Markdown that shows `text` as it is: no picture is loaded and no link is made of what a link carried."""
    return re.sub(r"([\\`*\[\]$~])", r"\\\1", text)
