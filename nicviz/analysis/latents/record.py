"""What is found inside, as it leaves nicviz: `latents --json`, and the arrays."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nicviz.analysis.latents.bits import energy, per_channel
from nicviz.analysis.latents.importance import importance
from nicviz.analysis.latents.levels import KEYS, levels
from nicviz.analysis.latents.look import OF_MODEL, Look, Operated
from nicviz.analysis.latents.redundancy import redundancies
from nicviz.codecs.neural_base import Priced
from nicviz.metrics import METRICS


def look_record(found: Look) -> dict[str, Any]:
    """Return what `latents --json` prints of a look (README, "Command line")."""
    latents = found.latents
    channels, height, width = latents.y_hat.shape
    record: dict[str, Any] = {
        "codec": found.codec,
        "quality": found.quality,
        "bpp_estimated": found.bpp,
        "bits": _bits(latents),
        "latent": {"channels": channels, "height": height, "width": width},
        "neighbor_correlation": {
            each.name: None if np.isnan(each.neighbor) else each.neighbor
            for magnitudes in (False, True)
            for each in redundancies(latents, magnitudes)
        },
    }
    if latents.bits_alone is not None:
        record["bits"]["y_without_context"] = float(latents.bits_alone.sum())
    known = importance(latents)
    if known is not None:
        record["bits"] |= {"y_kept": float(known.bits_kept.sum()), "y_masked": float(known.bits_masked.sum())}
        record["importance"] = {"kept": known.share, "saved_bits_estimated": known.saved}
    return record


def operated_record(operated: Operated) -> dict[str, Any]:
    """Return the figures of a changed latent."""
    return {
        "bpp_estimated": operated.bpp,
        "bits": _bits(operated.edited),
        "psnr_db": METRICS["psnr_db"].number(operated.psnr_db),
    }


def _bits(priced: Priced) -> dict[str, float]:
    side = dict(zip(KEYS[1:], priced.bits_side or (0.0,), strict=False))
    return {KEYS[0]: priced.total_y, **side, "total": priced.bits}


def look_arrays(found: Look) -> dict[str, NDArray[Any]]:
    """Return the arrays of `latents.npz`: those of the model that there are, and `bits_map`, (H, W) bits a pixel."""
    arrays = {name: getattr(found.latents, name) for name in OF_MODEL}
    coarser = [level for key, level in levels(found.latents).items() if key not in KEYS[:2]]
    return {
        **{name: array for name, array in arrays.items() if array is not None},
        **{f"{level.key}_hat": level.values for level in coarser},
        **{f"bits_{level.key}": level.bits for level in coarser},
        "bits_map": found.map_y + found.map_z,
    }


def channel_rows(found: Look) -> list[dict[str, Any]]:
    """Return a row a channel of y: its bits, its mean square, and its mean scale where the model has scales."""
    latents = found.latents
    scales = None if latents.scales is None else latents.scales.mean(axis=(1, 2))
    return [
        {"channel": channel, "bits": float(bits), "energy": float(square),
         "mean_scale": None if scales is None else float(scales[channel])}
        for channel, (bits, square) in enumerate(zip(per_channel(latents.bits_y), energy(latents.y_hat), strict=True))
    ]  # fmt: skip


def npz_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays as the bytes of a .npz file."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()
