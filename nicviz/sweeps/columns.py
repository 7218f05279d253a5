"""The columns of the table `trials`: names, types and what they mean."""

from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING, Any

from nicviz.metrics import METRICS, clean_name
from nicviz.spectra.bands import BANDS
from nicviz.tasks.task import Kind

if TYPE_CHECKING:
    import pyarrow

NUM_RINGS = 16
KINDS: tuple[Kind, ...] = ("D", "G", "R")
IDENTITY = ("image_sha256", "corruption", "severity", "seed", "setting")
"""What tells a row from all others of a run."""
TIMES = ("encode_seconds", "decode_seconds", "measure_seconds")
"""What another run of the same plan does not have again."""
Row = dict[str, Any]


def band_column(kind: Kind, band: str, what: str) -> str:
    """Return the name of a band's column, such as "g_high_density"."""
    return f"{kind.lower()}_{band}_{what}"


def column_types(metrics: Iterable[str] = tuple(METRICS)) -> dict[str, str]:
    """Return column to type ("text", "small", "whole", "number", "numbers") in the order of the table.

    A picture's name and hash, the condition (three nulls for the clean picture), codec, native quality and the step as
    the plan names it; rate, that of the same step on the clean picture, bytes; each metric against what the codec was
    given and, where that was corrupted, against the original; unique a*b* of what the codec was given and of the
    original; per kind of error (D of clean pictures, else G and R) the mean square, energy and density of each band and
    the mean of each of 16 rings, in levels²; seconds; the hash of the versions; null or why it failed. A number that
    does not exist (the PSNR of an exact reconstruction) is null.
    """
    metrics = tuple(metrics)
    types = {"image": "text", "image_sha256": "text", "width": "whole", "height": "whole"}
    types |= {"corruption": "text", "severity": "small", "seed": "whole"}
    types |= {"codec": "text", "quality": "number", "setting": "text"}
    types |= {"bpp": "number", "bpp_clean": "number", "num_bytes": "whole"}
    for name in (*metrics, *map(clean_name, metrics)):
        known = next((metric for metric in METRICS.values() if name in (metric.name, clean_name(metric.name))), None)
        types[name] = "whole" if known and known.digits == 0 else "number"
    types |= {"exact": "flag", "unique_ab_input": "whole", "unique_ab_original": "whole"}
    for kind in KINDS:
        types[f"{kind.lower()}_total"] = "number"
        types |= {band_column(kind, band, what): "number" for band in BANDS for what in ("energy", "density")}
        types[f"{kind.lower()}_rings"] = "numbers"
    types |= dict.fromkeys(TIMES, "number")
    return types | {"versions": "text", "failed": "text"}


def arrow_schema(metrics: Iterable[str] = tuple(METRICS)) -> "pyarrow.Schema":
    """Return the table's schema; every column may be null."""
    import pyarrow

    arrow = {
        "text": pyarrow.string(), "small": pyarrow.int8(), "whole": pyarrow.int64(), "flag": pyarrow.bool_(),
        "number": pyarrow.float64(), "numbers": pyarrow.list_(pyarrow.float64()),
    }  # fmt: skip
    return pyarrow.schema([(name, arrow[kind]) for name, kind in column_types(metrics).items()])


def to_table(rows: list[Row], metrics: Iterable[str]) -> "pyarrow.Table":
    """Return rows as a table; a column that a row lacks is null."""
    import pyarrow

    return pyarrow.Table.from_pylist(rows, schema=arrow_schema(metrics))


def finite(value: float | None) -> float | None:
    """Return a number as the table has it: null where it is infinite or does not exist."""
    return None if value is None or not isfinite(value) else float(value)
