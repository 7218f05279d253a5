"""Who works on a cluster, looked up now and then: workers come and go."""

import time
from typing import TYPE_CHECKING

from nicviz.errors import NicvizError
from nicviz.sweeps.cluster import GPU, Where, refill
from nicviz.sweeps.progress import Progress

if TYPE_CHECKING:
    from distributed import Client

_LOOK_SECONDS = 5.0  # after which the cluster may have grown
_DESERTED_SECONDS = 120.0  # after which processes of this machine will not come back; those of a cluster may


class Staff:
    """The workers of a cluster, as they were when somebody last looked.

    Args:
        client: of the cluster.
        where: what the cluster is.
        progress: is told how many threads there are.

    Attributes:
        gpus: workers that declare a CUDA device.
        others: addresses of the rest.
        threads: of the rest; of all where all have one.
    """

    def __init__(self, client: "Client", where: Where, progress: Progress) -> None:
        self._client, self._where, self._progress = client, where, progress
        self._looked, self._peopled = -_LOOK_SECONDS, time.monotonic()
        self.threads = 0
        self.gpus = 0
        self.others: list[str] = []

    def look(self) -> bool:
        """Look again where that is due; return whether it was.

        Raises:
            NicvizError: the processes of this machine are gone for good.
        """
        now = time.monotonic()
        if now - self._looked <= _LOOK_SECONDS or self._client.status != "running":
            return False
        self._looked = now
        there = self._client.scheduler_info()["workers"]
        self.others = [address for address, each in there.items() if not each["resources"].get(GPU)]
        self.gpus = len(there) - len(self.others)
        self.threads = sum(there[address]["nthreads"] for address in self.others or there)
        self._progress.workers = sum(each["nthreads"] for each in there.values())
        self._peopled = now if there else self._peopled
        refill(self._client, self._where)
        if now - self._peopled > _DESERTED_SECONDS and self._where.scheduler is None:
            raise NicvizError("The worker processes are gone. What had come is kept: the same command goes on.")
        return True

    def room(self, on_gpu: bool) -> int:
        """Return how many groups are under way at most: by model on workers with a GPU, or on the rest."""
        return 2 * self.gpus if on_gpu else 2 * max(1, self.threads) + 2
