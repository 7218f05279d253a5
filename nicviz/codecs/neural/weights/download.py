"""Download published weights into torch.hub's folder.

torch.hub's own function shows progress on the terminal only, has no timeout and cannot be canceled; so this one keeps
torch.hub's rules: the same folder, a temporary file that is renamed at the end, and the SHA-256 checked against the
digits in the file's name.
"""

import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

from nicviz import environment
from nicviz.codecs.neural.weights.locate import download_folder, hash_fits, locate, remedy
from nicviz.codecs.neural.weights.published import VARIABLE_RATE, file_of
from nicviz.download import Canceled, Progress, fetch, reason
from nicviz.errors import WeightsError


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
        digest = fetch(url_of(codec, quality), partial, progress, cancel)
        if not hash_fits(file_name, digest):
            raise WeightsError(f"{file_name} arrived with another content than its name promises; nothing was kept.")
        os.replace(partial, folder / file_name)
    except Canceled as error:
        raise DownloadCanceled(str(error)) from error
    except (OSError, HTTPException) as error:
        raise WeightsError(f"{file_name} could not be downloaded ({reason(error)}). {remedy(file_name)}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return folder / file_name


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
