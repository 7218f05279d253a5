"""Rows of the table `trials`: of a unit that was measured, and of one that was not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nicviz.metrics import METRICS, clean_name
from nicviz.spectra.summary import Summary
from nicviz.sweeps.columns import Row, band_column, finite
from nicviz.sweeps.groups import Group
from nicviz.sweeps.plan import Condition, Plan, PlannedPicture, Step, condition_identity
from nicviz.tasks.task import Kind, Trial


def blank_row(planned: PlannedPicture, condition: Condition, step: Step) -> Row:
    """Return the row of a unit of which nothing is known but what it is."""
    picture = planned.picture
    corruption, severity, seed = condition_identity(condition)
    return {
        "image": picture.name, "image_sha256": picture.sha256, "width": picture.width, "height": picture.height,
        "corruption": corruption, "severity": severity, "seed": seed,
        "codec": step.codec.name, "quality": step.quality, "setting": step.setting,
    }  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """A trial with what a sweep keeps beside it.

    Attributes:
        trial: rate, figures and times.
        errors: kind to the summary of its spectrum.
        unique_ab_input, unique_ab_original: of what the codec was given and of the original.
        seconds: that the measuring took, without the codec.
    """

    trial: Trial
    errors: Mapping[Kind, Summary]
    unique_ab_input: int
    unique_ab_original: int
    seconds: float


def row_of(measured: Measured) -> Row:
    """Return what came of a unit, as columns of its row."""
    trial = measured.trial
    row: Row = {"bpp": trial.bpp, "num_bytes": trial.num_bytes, "exact": trial.figures.get("psnr_db") == float("inf")}
    for name, value in trial.figures.items():
        metric = next(each for each in METRICS.values() if name in (each.name, clean_name(each.name)))
        row[name] = metric.number(value)
    row["unique_ab_input"], row["unique_ab_original"] = measured.unique_ab_input, measured.unique_ab_original
    for kind, summary in measured.errors.items():
        row[f"{kind.lower()}_total"] = summary.total
        for band, found in summary.bands.items():
            row[band_column(kind, band, "energy")] = found.energy
            row[band_column(kind, band, "density")] = found.density
        row[f"{kind.lower()}_rings"] = [finite(value) for value in summary.rings]
    row["encode_seconds"], row["decode_seconds"] = trial.encode_seconds, trial.decode_seconds
    row["measure_seconds"] = measured.seconds
    return row


def failed_rows(plan: Plan, group: Group, why: str) -> Iterator[tuple[int, Row]]:
    """Yield the rows of units that no worker could do, by number."""
    for number in group.numbers:
        unit = plan.unit(number)
        yield number, blank_row(unit.picture, unit.condition, unit.step) | {"failed": why}
