"""The metrics: each compares a reference and an image, and none needs torch.

A new metric is one file here with a `METRIC`, and the file's name in `FILES`: then it is in `analyze` and `rd`, on
Compare, among the axes of rate–distortion plots and in all exports.
"""

from importlib import import_module

from nicviz.metrics.base import Against, Axis, Image, Joint, Metric, check_pair, clean_name, to_json
from nicviz.metrics.ms_ssim import WITH_SSIM
from nicviz.registry import Registry
from nicviz.versions import COMPILED_WITH, library_versions

FILES = ("psnr", "ms_ssim", "ssim", "delta_e", "unique_ab")  # in the order of tables
METRICS: Registry[Metric] = Registry("metric", (import_module(f"{__name__}.{file}").METRIC for file in FILES))
JOINTS: tuple[Joint, ...] = (WITH_SSIM,)
AXES: dict[str, Axis] = {axis.key: axis for metric in METRICS.values() for axis in metric.axes}
ON_AXES: tuple[str, ...] = tuple(name for name, metric in METRICS.items() if metric.axes)
"""The metrics that rate is plotted against, which rate–distortion curves are measured in."""

Figures = dict[str, float | None]
"""Name to value, also by `clean_name`; None where there is none, inf for an exact PSNR."""


def measure_metrics(reference: Image, image: Image, names: tuple[str, ...] = tuple(METRICS)) -> Figures:
    """Return metrics by name: what each is alone, with the work done once that several have in common.

    Raises:
        NicvizError: not two uint8 arrays (H, W, 3) of one shape.
    """
    check_pair(reference, image)
    together: Figures = {}
    for joint in JOINTS:
        if set(joint.names) <= set(names) and not any(METRICS[name].reason(reference) for name in joint.names):
            together |= zip(joint.names, joint.function(reference, image), strict=True)
    return {name: together[name] if name in together else METRICS[name].compute(reference, image) for name in names}


def metric_versions(names: tuple[str, ...] = tuple(METRICS)) -> dict[str, str | int]:
    """Return what values of these metrics follow from besides the images."""
    return {**library_versions(*COMPILED_WITH), **{name: METRICS[name].method for name in names}}


def format_value(metric: Metric | str, value: float | None) -> str:
    """Return a metric's value as text: its digits, ∞ for an infinite one, – for none."""
    return (METRICS[metric] if isinstance(metric, str) else metric).format(value)


__all__ = [
    "AXES",
    "METRICS",
    "ON_AXES",
    "Against",
    "Axis",
    "Figures",
    "Image",
    "Metric",
    "check_pair",
    "clean_name",
    "format_value",
    "measure_metrics",
    "metric_versions",
    "to_json",
]
