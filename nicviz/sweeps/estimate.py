"""What a plan costs, told before it is begun."""

from dataclasses import dataclass
from pathlib import Path

from nicviz.sweeps.done import CleanRates, done_units
from nicviz.sweeps.folder import PLAN
from nicviz.sweeps.plan import Plan
from nicviz.sweeps.progress import told
from nicviz.sweeps.writer import check_plan

BYTES_A_ROW = 700  # compressed; of photographs through JPEG with all metrics
BYTES_A_SUM = 17_000
SUMS_A_CELL = 2  # G and R; a clean one has D alone


@dataclass(frozen=True)
class Estimate:
    """What there is to do.

    Attributes:
        units, done: all of the plan, and those that the folder has.
        core_hours: of the rest, coding at the codecs' own estimates and measuring.
        disk_bytes: of the whole run.
    """

    units: int
    done: int
    core_hours: float
    disk_bytes: int

    def sentences(self, processes: int | None) -> list[str]:
        """Return it for people; `processes` is how many share the work, None where a cluster does."""
        hours = told(3600 * self.core_hours / (processes or 1))
        share = "on one core" if processes is None else f"on {processes} worker{'s' * (processes > 1)}"
        return [
            f"{self.units:,} units, {self.done:,} of them there already, {self.units - self.done:,} to do",
            f"about {hours} {share}, by the codecs' own estimates",
            f"about {self.disk_bytes / 1e6:,.1f} MB on disk",
        ]


def estimate(plan: Plan, folder: Path) -> Estimate:
    """Return what a plan costs that a folder may have a part of.

    Raises:
        NicvizError: the folder has another plan.
    """
    check_plan(folder, plan)
    seconds, done = plan.num_units * plan.mean_seconds, 0
    if (folder / PLAN).exists():
        there, _ = done_units(folder, plan, CleanRates(plan))
        done = int(there.sum())
        seconds *= 1 - done / plan.num_units
    cells = len(plan.conditions) * len(plan.steps) * SUMS_A_CELL
    return Estimate(plan.num_units, done, seconds / 3600, BYTES_A_ROW * plan.num_units + BYTES_A_SUM * cells)
