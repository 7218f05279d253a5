"""The compact family beside the published curves on the Kodak images."""

from collections.abc import Mapping

from nicviz.analysis.rd.bd_rate import Curve, Delta, bd_rate
from nicviz.analysis.rd.published import KODAK, PublishedCurve, published
from nicviz.codecs.neural.family.cards import Described

FULL_SIZE = "compressai-bmshj2018-hyperprior_mse_cpu"
_FULL_SIZE_MS_SSIM = "compressai-bmshj2018-hyperprior_ms-ssim_cpu"
_TITLES = {FULL_SIZE: "Full-size hyperprior", _FULL_SIZE_MS_SSIM: "Full-size hyperprior, MS-SSIM"}


def references(axis: str) -> dict[str, PublishedCurve]:
    """Return what the family is compared with, by title: JPEG, JPEG 2000, and the hyperprior in full size.

    Args:
        axis: "psnr_db" or "ms_ssim"; on the second also the hyperprior that was optimized for it.
    """
    curves = {curve.key: curve for curve in published(KODAK)}
    keys = ("jpeg", "jpeg2000", FULL_SIZE, *([_FULL_SIZE_MS_SSIM] if axis == "ms_ssim" else []))
    return {_TITLES.get(key, curves[key].title): curves[key] for key in keys}


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
