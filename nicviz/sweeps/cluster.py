"""The Dask cluster that a sweep runs on: processes of this machine, or one that is there already, by its address."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Any

from nicviz.environment import usable_cores
from nicviz.errors import NicvizError

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

GPU = "GPU"  # the resource that a worker with a CUDA device declares: dask worker … --resources GPU=1
_CONNECT_SECONDS = 10
# Each worker has a core. Libraries read these when they are loaded, so they belong into the environment that the nanny
# starts a worker with; as settings of a task they would come too late.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
_CONFIG = {
    "distributed.nanny.pre-spawn-environ": _ONE_THREAD,
    "distributed.scheduler.allowed-failures": 2,  # workers that a group may lose before it is taken apart
    "distributed.scheduler.events-cleanup-delay": "10 minutes",
    "distributed.comm.timeouts.connect": "10s",  # how long a result on a worker that has just died is waited for
    "distributed.deploy.lost-worker-timeout": "10s",  # after which `refill` may start a process in a lost one's place
    "distributed.worker.profile.enabled": False,  # looks at every thread a hundred times a second
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
def connected(where: Where, gpu: bool = False) -> Iterator["Client"]:
    """Connect to the scheduler, or start the processes and end them with the block.

    Args:
        where: that is.
        gpu: one of the processes declares the CUDA device of this machine, and is given the networks.

    Raises:
        NicvizError: nobody answers at the address.
    """
    import dask
    from distributed import Client

    if where.scheduler is not None:
        with dask.config.set(_CONFIG):
            try:
                client = Client(where.scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
            except (OSError, ValueError) as error:
                raise NicvizError(f"No Dask scheduler answers at {where.scheduler} ({error}).") from error
            with client:
                yield client
        return
    with dask.config.set(_CONFIG):
        with _ctrl_c_is_ours():
            cluster = _processes(where.num_processes, gpu)
        with cluster, Client(cluster, set_as_default=False) as client:
            yield client


def _processes(count: int, gpu: bool) -> "LocalCluster":
    from distributed import LocalCluster

    class Processes(LocalCluster):  # type: ignore[misc]  # Dask has no types
        """Of which one has the CUDA device, also after it was lost."""

        def new_worker_spec(self) -> dict[Any, Any]:
            [(name, spec)] = super().new_worker_spec().items()
            if gpu and not any("resources" in each["options"] for each in self.worker_spec.values()):
                spec = spec | {"options": spec["options"] | {"resources": {GPU: 1}}}
            return {name: spec}

    cluster = Processes(
        n_workers=count - gpu, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )  # fmt: skip
    if gpu:
        cluster.scale(count)
    return cluster


def refill(client: "Client", where: Where) -> None:
    """Start processes of this machine anew in place of those that are gone for good.

    A nanny starts its worker again, but not one that died in the moment it had started.
    """
    if where.scheduler is None and client.cluster is not None:
        client.cluster.scale(where.num_processes)


@contextmanager
def _ctrl_c_is_ours() -> Iterator[None]:
    """Keep Ctrl-C, which a terminal sends to all processes, from those that are started by threads made within.

    A mask is inherited: by the thread of Dask's event loop, by the workers that it starts, and by those that it starts
    in place of lost ones. What arrives within arrives after it. The tracker of multiprocessing is started first: on its
    start it would lift the mask.
    """
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
