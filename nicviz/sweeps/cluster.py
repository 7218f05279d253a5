"""The Dask cluster that a sweep runs on: processes of this machine, or one that is there already, by its address."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nicviz.environment import usable_cores
from nicviz.errors import NicvizError

if TYPE_CHECKING:
    from distributed import Client

_CONNECT_SECONDS = 10
# Each worker has a core. Libraries read these when they are loaded, so they belong into the environment that the nanny
# starts a worker with; as settings of a task they would come too late.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
_CONFIG = {
    "distributed.nanny.pre-spawn-environ": _ONE_THREAD,
    "distributed.scheduler.allowed-failures": 2,  # workers that a group may lose before it is taken apart
    "distributed.scheduler.events-cleanup-delay": "10 minutes",
    "distributed.admin.log-length": 100,
    "distributed.admin.low-level-log-length": 100,
}


@dataclass(frozen=True)
class Where:
    """Where the units run.

    Args:
        scheduler: address of a Dask scheduler, such as "tcp://10.0.0.1:8786"; None for processes of this machine.
        workers: how many processes; None for one a core, 0 for this very process.
    """

    scheduler: str | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        if self.scheduler is not None and self.workers is not None:
            raise NicvizError("--workers are processes of this machine; a scheduler's workers are started beside it.")

    @property
    def num_processes(self) -> int:
        """How many worker processes of this machine."""
        return usable_cores() if self.workers is None else self.workers


@contextmanager
def connected(where: Where) -> Iterator["Client"]:
    """Connect to the scheduler, or start the processes and end them with the block.

    Raises:
        NicvizError: nobody answers at the address.
    """
    import dask
    from distributed import Client, LocalCluster

    if where.scheduler is not None:
        try:
            client = Client(where.scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise NicvizError(f"No Dask scheduler answers at {where.scheduler} ({error}).") from error
        with client:
            yield client
        return
    with (
        dask.config.set(_CONFIG),
        LocalCluster(
            n_workers=where.num_processes, threads_per_worker=1, processes=True, dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        yield client
