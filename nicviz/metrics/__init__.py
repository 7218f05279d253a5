"""The metrics: each compares a reference and an image, and none needs torch.

A new metric is one file with a `Metric` in it and one name more in `METRICS`.
"""

from nicviz.metrics.base import Metric, check_pair, to_json
from nicviz.metrics.delta_e import DELTA_E00
from nicviz.metrics.ms_ssim import MS_SSIM
from nicviz.metrics.psnr import PSNR
from nicviz.metrics.ssim import SSIM
from nicviz.metrics.unique_ab import UNIQUE_AB
from nicviz.registry import Registry

METRICS: Registry[Metric] = Registry("metric", (PSNR, MS_SSIM, SSIM, DELTA_E00, UNIQUE_AB))


def format_value(metric: Metric | str, value: float | None) -> str:
    """Return a metric's value as text: its digits, ∞ for an infinite one, – for none."""
    return (METRICS[metric] if isinstance(metric, str) else metric).format(value)


__all__ = ["METRICS", "Metric", "check_pair", "format_value", "to_json"]
