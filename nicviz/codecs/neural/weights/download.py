"""Download published weights into torch.hub's folder.

torch.hub's own function shows progress on the terminal only, has no timeout and cannot be canceled; so this one reads
the stream itself and keeps torch.hub's rules: the same folder, a temporary file that is renamed at the end, and the
SHA-256 checked against the digits in the file's name.
"""

import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from nicviz import environment
from nicviz.codecs.neural.weights.locate import download_folder, hash_fits, locate, remedy
from nicviz.codecs.neural.weights.published import VARIABLE_RATE, file_of
from nicviz.errors import WeightsError

Progress = Callable[[int, int | None], None]
_CHUNK = 1 << 17
_TIMEOUT_SECONDS = 30
_LARGEST = 1 << 30


class DownloadCanceled(WeightsError):
    """The user stopped a download; nothing of it is kept."""


def download(
    codec: str, quality: float, progress: Progress | None = None, cancel: Callable[[], bool] | None = None
) -> Path:
    """Download the weights for one quality of a codec, unless they are here already, and return the file.

    Args:
        codec: name of a published codec.
        quality: native; any for a codec with one file for all.
        progress: called with the bytes so far and all bytes (None where the server does not say).
        cancel: asked after each piece; True stops.

    Raises:
        DownloadCanceled: `cancel` said so.
        WeightsError: no published weights, no network, no room, or content with another hash.
    """
    file_name = file_of(codec, quality)
    present = locate(file_name)
    if present is not None:
        return present
    folder = download_folder()
    partial = folder / f"{file_name}.{uuid.uuid4().hex}.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as target:
            digest = _fetch(url_of(codec, quality), target, progress, cancel)
        if not hash_fits(file_name, digest):
            raise WeightsError(f"{file_name} arrived with another content than its name promises; nothing was kept.")
        os.replace(partial, folder / file_name)
    except (OSError, HTTPException) as error:
        raise WeightsError(f"{file_name} could not be downloaded ({_reason(error)}). {remedy(file_name)}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return folder / file_name


def _fetch(url: str, target: BinaryIO, progress: Progress | None, cancel: Callable[[], bool] | None) -> str:
    """Copy what a URL serves and return its SHA-256."""
    digest, done = sha256(), 0
    with urlopen(Request(url, headers={"User-Agent": "nicviz"}), timeout=_TIMEOUT_SECONDS) as response:
        total = int(response.headers.get("Content-Length") or 0) or None
        while chunk := response.read(_CHUNK):
            if cancel is not None and cancel():
                raise DownloadCanceled(f"The download of {urlsplit(url).path.rsplit('/', 1)[-1]} was canceled.")
            target.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if done > _LARGEST:
                raise OSError(f"more than {_LARGEST >> 20} MB")
            if progress is not None:
                progress(done, total)
    if total is not None and done != total:
        raise OSError(f"the connection ended after {done} of {total} bytes")
    return digest.hexdigest()


def url_of(codec: str, quality: float) -> str:
    """Return the URL in CompressAI's table, or the one on the mirror that NICVIZ_WEIGHTS_URL names."""
    mirror = environment.WEIGHTS_URL.read()
    if mirror is not None:
        return f"{mirror.rstrip('/')}/{file_of(codec, quality)}"
    from compressai.zoo import image, image_vbr

    if codec in VARIABLE_RATE:
        return str(image_vbr.model_urls[codec]["mse"])
    name, metric = codec.removesuffix("-msssim"), "ms-ssim" if codec.endswith("-msssim") else "mse"
    return str(image.model_urls[name][metric][round(quality)])


def _reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return f"the server answers {error.code}"
    if isinstance(error, URLError):
        return f"no connection: {error.reason}"
    return str(error) or type(error).__name__
