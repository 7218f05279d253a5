"""The number of colors that are left."""

from nicviz.color import unique_ab
from nicviz.metrics.base import Image, Metric


def count_unique_ab(_: Image, image: Image) -> float:
    """Return the number of distinct (a*, b*) pairs, rounded to integers, of the image; the reference is not used."""
    return float(unique_ab(image))


METRIC = Metric(
    name="unique_ab",
    title="Unique a*b*",
    unit="",
    higher_is_better=None,
    description="Number of distinct a*b* pairs in the image after rounding to integers. Codecs remove colors and "
    "artifacts add some, so neither direction is better.",
    digits=0,
    function=count_unique_ab,
    compares=False,
)
