"""What our components get in one piece: a header and the arrays or pictures that it tells the places of."""

import json
from collections.abc import Iterable, Mapping
from typing import Any


def framed(header: Mapping[str, Any], chunks: Iterable[bytes]) -> bytes:
    """Return the length of the header (4 bytes, little endian), the header as JSON, and the chunks."""
    text = json.dumps(header).encode()
    return b"".join([len(text).to_bytes(4, "little"), text, *chunks])
