"""Files from the network: in pieces, with their hash, taken up where a broken connection left them."""

import os
from collections.abc import Callable
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

Progress = Callable[[int, int | None], None]
LARGEST_BYTES = 1 << 30
_CHUNK = 1 << 17
_TIMEOUT_SECONDS = 30


class Canceled(Exception):
    """The user stopped a download."""


def fetch(
    url: str, target: Path, progress: Progress | None = None, cancel: Callable[[], bool] | None = None,
    largest: int = LARGEST_BYTES,
) -> str:  # fmt: skip
    """Copy what a URL serves into a file and return its SHA-256 in hexadecimal.

    What the file holds already is taken as the beginning of it, where the server can go on from there; else it begins
    anew. When it breaks off, what came is left for the next call.

    Args:
        url: http or https.
        target: a file, perhaps with a beginning.
        progress: called with the bytes so far and all bytes (None where the server does not say).
        cancel: asked after each piece; True stops.
        largest: bytes that are taken at most.

    Raises:
        Canceled: `cancel` said so.
        OSError, HTTPException: no connection, no such file, no room, too large, or cut short; see `reason`.
    """
    begun = target.stat().st_size if target.exists() else 0
    headers = {"User-Agent": "nicviz"} | ({"Range": f"bytes={begun}-"} if begun else {})
    try:
        response = urlopen(Request(url, headers=headers), timeout=_TIMEOUT_SECONDS)
    except HTTPError as error:
        if begun and error.code == 416:  # there is nothing after what is here
            error.close()
            return str(_hash(target).hexdigest())
        raise
    with response:
        goes_on = begun > 0 and response.status == 206
        digest, done = (_hash(target), begun) if goes_on else (sha256(), 0)
        length = int(response.headers.get("Content-Length") or 0)
        total = done + length if length else None
        with target.open("ab" if goes_on else "wb") as file:
            while chunk := response.read(_CHUNK):
                if cancel is not None and cancel():
                    raise Canceled(f"The download of {urlsplit(url).path.rsplit('/', 1)[-1]} was canceled.")
                done += len(chunk)
                if done > largest:
                    raise OSError(f"more than {largest >> 20} MB")
                file.write(chunk)
                digest.update(chunk)
                if progress is not None:
                    progress(done, total)
            file.flush()
            os.fsync(file.fileno())
    if total is not None and done != total:
        raise OSError(f"the connection ended after {done} of {total} bytes")
    return digest.hexdigest()


def reason(error: Exception) -> str:
    """Return why a download failed, as the rest of a sentence."""
    if isinstance(error, HTTPError):
        return f"the server answers {error.code}"
    if isinstance(error, URLError):
        return f"no connection: {error.reason}"
    if isinstance(error, HTTPException):
        return f"the connection broke: {type(error).__name__}"
    return str(error) or type(error).__name__


def _hash(file: Path) -> Any:
    digest = sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
    return digest
