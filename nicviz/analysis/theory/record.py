"""What the command `theory` prints, and the files of the page: the numbers of all views as plain records."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nicviz.analysis.theory.bias import LinearOutcome, WideGain
from nicviz.analysis.theory.gaussian import GaussianCurve
from nicviz.analysis.theory.patches import Components, Float, coding_gain_db, share_of_first
from nicviz.analysis.theory.spectrum import DIRECTIONS, PowerFit, SetSpectrum

SHARES = (1, 2, 3, 4, 8, 16, 32, 64, 128)
NUM_COMPONENTS = 64  # with their frequencies


def fit_record(fit: PowerFit | None) -> dict[str, Any] | None:
    """Return α with its 95 % interval, and what it was fitted over; None without a law."""
    if fit is None:
        return None
    interval = [fit.exponent - fit.half_width, fit.exponent + fit.half_width]
    return {"exponent": fit.exponent, "interval_95": interval, "level": fit.level, "range": [fit.low, fit.high],
            "scatter": fit.scatter, "num_rings": fit.num_rings}  # fmt: skip


def ring_rows(spectrum: SetSpectrum) -> list[dict[str, Any]]:
    """Return a row a ring that has frequencies in every picture; what does not exist is None."""
    fit = spectrum.fit()
    residuals = spectrum.residuals(fit) if fit else np.full(len(spectrum.power), np.nan)
    columns = {"frequency": spectrum.frequency, "power": spectrum.power, "residual_db": residuals}
    columns |= dict(zip(DIRECTIONS, spectrum.anisotropy(), strict=True))
    return [row for row in _rows(columns) if row["power"] is not None]


def spectrum_record(spectrum: SetSpectrum) -> dict[str, Any]:
    """Return the power law of a set and of each of its pictures, and the rings."""
    pictures = [{"name": name, "exponent": exponent} for name, exponent in spectrum.exponents]
    return {"fit": fit_record(spectrum.fit()), "pictures": pictures, "rings": ring_rows(spectrum)}


def component_rows(found: Components) -> list[dict[str, Any]]:
    """Return a row a component: eigenvalue, share so far, the DCT's likewise, frequencies of the first 64."""
    first = min(NUM_COMPONENTS, found.vectors.shape[1])
    more = np.full(len(found.variances) - first, np.nan)
    columns = {
        "component": np.arange(1, len(found.variances) + 1),
        "variance": found.variances, "share_so_far": share_of_first(found.variances),
        "dct_variance": found.dct, "dct_share_so_far": share_of_first(found.dct),
        "peak_frequency": np.concatenate([found.frequencies(first), more]),
        "mean_frequency": np.concatenate([found.mean_frequencies(first), more]),
    }  # fmt: skip
    return _rows(columns)


def components_record(found: Components) -> dict[str, Any]:
    """Return the shares of the first components and the coding gains of PCA and DCT."""
    shares, dct = share_of_first(found.variances), share_of_first(found.dct)
    ranks = [rank for rank in SHARES if rank <= len(shares)]
    return {
        "side": found.side, "channel": found.channel, "num_patches": found.count,
        "coding_gain_db": {"pca": coding_gain_db(found.variances), "dct": coding_gain_db(found.dct)},
        "share_of_first": {str(rank): {"pca": _number(shares[rank - 1]), "dct": _number(dct[rank - 1])}
                           for rank in ranks},
    }  # fmt: skip


def gain_rows(gains: Mapping[str, WideGain]) -> list[dict[str, Any]]:
    """Return a row a ring: frequency, number of frequencies, and each gain by its name. All are over the same rings."""
    first = next(iter(gains.values()))
    columns = {"frequency": first.frequency, "num_frequencies": first.count}
    columns |= {name: each.gain for name, each in gains.items()}
    return [row for row in _rows(columns) if row["frequency"] is not None]


def linear_record(name: str, done: LinearOutcome) -> dict[str, Any]:
    """Return what the linear codec made of a picture: rate, quality, and its gain by theory and as measured."""
    psnr = done.psnr_db if np.isfinite(done.psnr_db) else None
    gain = gain_rows({"theory": done.theory, "measured": done.measured})
    return {"name": name, "trained_on": done.trained_on, "target_mse": done.mse, "bpp": done.bpp, "psnr_db": psnr,
            "model": vars(done.share), "gain": gain}  # fmt: skip


def gaussian_rows(curve: GaussianCurve) -> list[dict[str, Any]]:
    """Return the points of R(D): bits per pixel and PSNR in dB."""
    return _rows({"bpp": curve.bpp, "psnr_db": curve.psnr_db})


def components_npz(found: Components) -> bytes:
    """Return vectors (float32, a column a component), variances and the DCT's variances as the bytes of a .npz file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, vectors=found.vectors.astype(np.float32), variances=found.variances, dct=found.dct)
    return buffer.getvalue()


def _rows(columns: Mapping[str, Float]) -> list[dict[str, Any]]:
    values: Sequence[Any] = list(zip(*columns.values(), strict=True))
    return [dict(zip(columns, map(_number, row), strict=True)) for row in values]


def _number(value: Any) -> float | int | None:
    if isinstance(value, np.integer):
        return int(value)
    return float(value) if np.isfinite(value) else None
