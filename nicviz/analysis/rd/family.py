"""The compact family beside the published curves on the Kodak images."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from nicviz.analysis.rd.bd_rate import Curve, Delta, bd_rate
from nicviz.analysis.rd.published import KODAK, PublishedCurve, published
from nicviz.codecs.neural.family.cards import Described
from nicviz.metrics import AXES

FULL_SIZE = "compressai-bmshj2018-hyperprior_mse_cpu"
_FULL_SIZE_MS_SSIM = "compressai-bmshj2018-hyperprior_ms-ssim_cpu"
_RATE_SLACK = 0.01  # of log rate: a container takes some bytes that a paper does not count
_PAPERS = {  # curves that are named otherwise
    "elic2022-compact": "paper-elic2022_mse",
    "lee2019": "lee2019_mse",
    "mentzer2018": "paper-mentzer2018_ms-ssim",
}
_TITLES = {FULL_SIZE: "Full-size hyperprior", _FULL_SIZE_MS_SSIM: "Full-size hyperprior, MS-SSIM"}


def references(axis: str) -> dict[str, PublishedCurve]:
    """Return what the family is compared with, by title: JPEG, JPEG 2000, and the hyperprior in full size.

    Args:
        axis: "psnr_db" or "ms_ssim"; on the second also the hyperprior that was optimized for it.
    """
    curves = {curve.key: curve for curve in published(KODAK)}
    keys = ("jpeg", "jpeg2000", FULL_SIZE, *([_FULL_SIZE_MS_SSIM] if axis == "ms_ssim" else []))
    return {_TITLES.get(key, curves[key].title): curves[key] for key in keys}


class Gap(NamedTuple):
    """How far a codec is from the curve in the paper of its architecture, means on Kodak.

    Args:
        metric: "psnr_db", or "ms_ssim" where the paper tells that alone, which is taken as −10 · log₁₀ (1 − MS-SSIM).
        decibels: own − published, at up to four of the published rates (bits per pixel); empty where the codec reaches
            none of them, and where there is no such curve.
    """

    metric: str
    decibels: Mapping[float, float]


def paper_gap(described: Described) -> Gap:
    """Return how far a codec of the family is from its paper, between two of its points straight over log rate."""
    curves = {curve.key: curve.figures for curve in published(KODAK)}
    key = _PAPERS.get(described.architecture, f"paper-{described.architecture}")
    paper = curves.get(key, {})
    axis = AXES["psnr_db" if "psnr_db" in paper else "ms_ssim_db"]
    metric = axis.figure
    if metric not in paper or len(described.kodak) < 2:
        return Gap(metric, {})
    own_rates = np.log([each.bpp for each in described.kodak.values()])
    own, theirs = (
        np.array([axis.of(value) for value in values])
        for values in ([getattr(each, metric) for each in described.kodak.values()], paper[metric])
    )
    low, high = own_rates[0] - _RATE_SLACK, own_rates[-1] + _RATE_SLACK
    found = {
        rate: float(np.interp(np.log(rate), own_rates, own) - value)
        for rate, value in zip(paper["bpp"], theirs, strict=True)
        if low <= np.log(rate) <= high
    }
    shown = np.unique(np.linspace(0, len(found) - 1, min(4, len(found))).round()) if found else ()
    return Gap(metric, {rate: gap for number, (rate, gap) in enumerate(found.items()) if number in shown})


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
