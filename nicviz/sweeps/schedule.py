"""Carries a plan out: what the folder lacks goes to workers, group by group, and what comes back to the one writer."""

from dataclasses import dataclass, field
from pathlib import Path

from nicviz.codecs.neural.device import device_name
from nicviz.sweeps.cluster import Where, connected
from nicviz.sweeps.groups import Todo, networks
from nicviz.sweeps.hand_out import HandOut, Work
from nicviz.sweeps.hold import held
from nicviz.sweeps.plan import Plan
from nicviz.sweeps.progress import Progress
from nicviz.sweeps.receipts import fail, lacking, take
from nicviz.sweeps.stop import Stop
from nicviz.sweeps.unit import measure_group, remote_group, work_of
from nicviz.sweeps.writer import Writer

GROUP_SECONDS, GROUP_UNITS = 2.0, 256  # about what a group takes, and its units at most


@dataclass(frozen=True)
class Options:
    """How a plan is carried out; none of it changes a row, save its times.

    Args:
        where: processes or cluster.
        retry_failed: do units again that failed earlier.
        work: what a worker does with a group; another one measures the machinery alone.
    """

    where: Where = field(default_factory=Where)
    retry_failed: bool = False
    work: Work = remote_group


def run_sweep(
    plan: Plan, folder: Path, options: Options | None = None, progress: Progress | None = None, stop: Stop | None = None
) -> Progress:
    """Do all units of a plan that the folder lacks, and return how many were done.

    Raises:
        RunHeld: another run writes into the folder.
        NicvizError: another plan is there; no scheduler; it is gone.
        KeyboardInterrupt: `stop` was set; what had come is committed.
    """
    options, progress, stop = options or Options(), progress or Progress(), stop or Stop()
    with held(folder) as hold:
        writer = Writer(folder, plan, hold, options.retry_failed)
        progress.start(plan.num_units, writer.num_before, writer.num_failed_before)
        finished = False
        try:
            if writer.num_before < plan.num_units:
                (_in_this_process if options.where.workers == 0 else _on_a_cluster)(writer, options, progress, stop)
            finished = True
        finally:
            writer.close(finished)
    return progress


def _todo(writer: Writer) -> Todo:
    return Todo(writer.plan, writer.done, GROUP_SECONDS, GROUP_UNITS)


def _in_this_process(writer: Writer, options: Options, progress: Progress, stop: Stop) -> None:
    del options
    todo = _todo(writer)
    while (group := todo.next()) is not None:
        stop.check()
        receipt = measure_group(work_of(writer.plan, group))
        take(writer, progress, receipt)
        for left, why in lacking(writer.plan, group, receipt):
            fail(writer, progress, left, why)
        writer.tick()


def _on_a_cluster(writer: Writer, options: Options, progress: Progress, stop: Stop) -> None:
    by_model = networks(writer.plan)
    with connected(options.where, gpu=bool(by_model) and device_name() != "cpu") as client:
        run = HandOut(client, options.where, options.work, _todo(writer), by_model, writer, progress)
        try:
            while run.fill():
                stop.check()
                run.collect()
                writer.tick()
        finally:
            run.cancel()
