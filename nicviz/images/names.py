"""Names of files as text that can be shown and written anywhere."""

import unicodedata

LONGEST = 120
_UNSHOWN = ("Cc", "Cs", "Zl", "Zp")  # control characters, bytes that are no UTF-8, line and paragraph ends
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # what would make other text run backwards


def printable(name: str, longest: int | None = None) -> str:
    """Return `name` with U+FFFD for each character that cannot be shown, its middle left out beyond `longest`."""
    shown = "".join("\ufffd" if c in _TURNING or unicodedata.category(c) in _UNSHOWN else c for c in name)
    if longest is None or len(shown) <= longest:
        return shown
    end = longest // 3
    return f"{shown[: longest - end - 1]}…{shown[-end:]}"
