"""The compact family beside the published curves on the Kodak images."""

from collections.abc import Mapping

import numpy as np

from nicviz.analysis.rd.bd_rate import Curve, Delta, bd_rate
from nicviz.analysis.rd.published import KODAK, PublishedCurve, published
from nicviz.codecs.neural.family.cards import Described

FULL_SIZE = "compressai-bmshj2018-hyperprior_mse_cpu"
_FULL_SIZE_MS_SSIM = "compressai-bmshj2018-hyperprior_ms-ssim_cpu"
_RATE_SLACK = 0.01  # of log rate: a container takes some bytes that a paper does not count
_PAPERS = {"elic2022-compact": "paper-elic2022_mse", "lee2019": "lee2019_mse"}  # curves that are named otherwise
_TITLES = {FULL_SIZE: "Full-size hyperprior", _FULL_SIZE_MS_SSIM: "Full-size hyperprior, MS-SSIM"}


def references(axis: str) -> dict[str, PublishedCurve]:
    """Return what the family is compared with, by title: JPEG, JPEG 2000, and the hyperprior in full size.

    Args:
        axis: "psnr_db" or "ms_ssim"; on the second also the hyperprior that was optimized for it.
    """
    curves = {curve.key: curve for curve in published(KODAK)}
    keys = ("jpeg", "jpeg2000", FULL_SIZE, *([_FULL_SIZE_MS_SSIM] if axis == "ms_ssim" else []))
    return {_TITLES.get(key, curves[key].title): curves[key] for key in keys}


def paper_gap(described: Described) -> dict[float, float]:
    """Return by how many dB the mean PSNR on Kodak differs from the curve in the paper of the architecture.

    Args:
        described: a codec of the family.

    Returns:
        At up to four of the published rates (bits per pixel) that the codec reaches, own − published, between two of
        its own points along a straight line over log rate; empty where there is no such curve.
    """
    key = _PAPERS.get(described.architecture, f"paper-{described.architecture}")
    curve = next((each for each in published(KODAK) if each.key == key and "psnr_db" in each.figures), None)
    if curve is None or len(described.kodak) < 2:
        return {}
    own_rates = np.log([each.bpp for each in described.kodak.values()])
    own = [each.psnr_db for each in described.kodak.values()]
    low, high = own_rates[0] - _RATE_SLACK, own_rates[-1] + _RATE_SLACK
    found = {
        rate: float(np.interp(np.log(rate), own_rates, own)) - theirs
        for rate, theirs in zip(curve.figures["bpp"], curve.figures["psnr_db"], strict=True)
        if low <= np.log(rate) <= high
    }
    shown = np.unique(np.linspace(0, len(found) - 1, min(4, len(found))).round()) if found else ()
    return {rate: gap for number, (rate, gap) in enumerate(found.items()) if number in shown}


def kodak_deltas(described: Described, axis: str) -> Mapping[str, Delta]:
    """Return the BD-rate of a codec of the family, from the figures on its cards, against each reference.

    Args:
        described: the codec.
        axis: "psnr_db" or "ms_ssim".
    """
    figures = described.kodak.values()
    own = Curve([each.bpp for each in figures], [getattr(each, axis) for each in figures])
    return {
        title: bd_rate(Curve(curve.figures["bpp"], curve.figures[axis]), own)
        for title, curve in references(axis).items()
    }
