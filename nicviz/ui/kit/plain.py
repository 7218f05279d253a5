"""Text as it is shown: what came from outside (a link, a file name), and numbers as Python writes them."""

import re

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain_text(text: str) -> str:
    """Return Markdown that shows `text` as it is: no picture is loaded and no link is made of what a link carried."""
    return re.sub(r"([\\`*\[\]$~])", r"\\\1", text)


def typeset(text: str) -> str:
    """Return a number's text with a minus sign for a hyphen, commas at thousands and a power of ten for "e"."""
    text = re.sub(r"(?<![\w.,])\d{4,}(?!\w)", lambda found: f"{int(found[0]):,}", text)
    text = re.sub(r"e([+-])0*(\d+)", lambda found: "×10" + (found[1] + found[2]).lstrip("+").translate(_RAISED), text)
    return re.sub(r"(?<!\w)-(?=\d)", "−", text)
