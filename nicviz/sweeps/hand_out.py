"""Groups under way on a cluster, a bounded number at a time, and what is done about workers that are lost.

A worker that is lost costs what it had under way, which is done elsewhere. A group that loses several workers is taken
apart, and a unit that does is done again with nothing beside it: one that kills workers fails alone.
"""

import hashlib
import json
import queue
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nicviz.errors import NicvizError
from nicviz.images import encode_png
from nicviz.sweeps.cluster import Where, refill
from nicviz.sweeps.groups import Group
from nicviz.sweeps.pictures import Absent, own_copy, receive_picture
from nicviz.sweeps.progress import Progress
from nicviz.sweeps.receipts import fail, take
from nicviz.sweeps.unit import work_of
from nicviz.sweeps.writer import Writer

if TYPE_CHECKING:
    from distributed import Client, Future

_POLL_SECONDS = 0.1  # how soon a wish to stop is noticed
_LOOK_SECONDS = 5.0  # after which the cluster may have grown
_DESERTED_SECONDS = 120.0  # after which processes of this machine will not come back; those of a cluster may
_MOST_ATTEMPTS = 4
_GONE = "The Dask scheduler is gone. What had come is kept: the same command goes on."
Work = Callable[[str], dict[str, Any]]


@dataclass(frozen=True)
class _Attempt:
    """A group that is under way."""

    group: Group
    number: int = 0
    alone: bool = False


class HandOut:
    """Groups under way on a cluster.

    Args:
        client: of the cluster.
        where: what the cluster is.
        work: what a worker does with a group, as JSON, for a receipt.
        todo: the groups.
        writer, progress: take what comes.
    """

    def __init__(
        self, client: "Client", where: Where, work: Work, todo: Iterator[Group], writer: Writer, progress: Progress
    ) -> None:
        self._client, self._where, self._work, self._todo = client, where, work, todo
        self._writer, self._progress = writer, progress
        self._again: deque[_Attempt] = deque()
        self._suspects: deque[_Attempt] = deque()
        self._under_way: dict[str, tuple[Future, _Attempt]] = {}
        self._arrived: queue.SimpleQueue[tuple[Future, Any]] = queue.SimpleQueue()
        self._sent: set[tuple[str, str]] = set()  # picture and worker
        self._threads, self._looked, self._peopled = 0, -_LOOK_SECONDS, time.monotonic()

    def fill(self) -> bool:
        """Hand out groups until twice as many are under way as there are threads; False when nothing is left."""
        if not self._is_connected():
            return True
        while len(self._under_way) < 2 * self._num_threads() + 2:
            attempt = self._again.popleft() if self._again else self._next()
            if attempt is None:
                break
            self._submit(attempt)
        if not self._under_way and self._suspects:
            self._submit(self._suspects.popleft())
        return bool(self._under_way)

    def collect(self) -> None:
        """Take what has come; wait a moment where there is nothing."""
        try:
            future, receipt = self._arrived.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            return
        self._finish(future, receipt)

    def _fetch(self, future: "Future") -> None:
        """Bring a receipt here, in a thread of Dask's: a worker that dies with it keeps nobody waiting but this one."""
        from distributed.client import FutureCancelledError

        try:
            receipt = future.result()
        except (Exception, FutureCancelledError) as error:  # noqa: BLE001  `_finish` tells them apart
            receipt = error
        self._arrived.put((future, receipt))

    def cancel(self) -> None:
        """Tell the cluster that nothing is wanted any more."""
        if self._under_way and self._client.status == "running":
            self._client.cancel([future for future, _ in self._under_way.values()], force=True)

    def _num_threads(self) -> int:
        """Return how many threads the cluster has, looked up now and then: workers come and go."""
        now = time.monotonic()
        if now - self._looked > _LOOK_SECONDS and self._client.status == "running":
            self._looked = now
            self._threads = self._progress.workers = sum(self._client.nthreads().values())
            self._peopled = now if self._threads else self._peopled
            refill(self._client, self._where)
            if now - self._peopled > _DESERTED_SECONDS and self._where.scheduler is None:
                raise NicvizError("The worker processes are gone. What had come is kept: the same command goes on.")
        return max(1, self._threads)

    def _is_connected(self) -> bool:
        """Return whether the scheduler listens; raise where it will not any more."""
        if self._client.status not in ("running", "connecting"):
            raise NicvizError(_GONE)
        return bool(self._client.status == "running")

    def _next(self) -> _Attempt | None:
        group = next(self._todo, None)
        return None if group is None else _Attempt(group)

    def _submit(self, attempt: _Attempt) -> None:
        from distributed.client import ClosedClientError

        work = json.dumps(work_of(self._writer.plan, attempt.group))  # a text: Dask would look through a record
        name = hashlib.sha256(work.encode()).hexdigest()[:32]
        try:
            future = self._client.submit(self._work, work, key=f"nicviz-{name}-{attempt.number}", pure=False, retries=0)
        except ClosedClientError as error:
            raise NicvizError(_GONE) from error
        self._under_way[future.key] = future, attempt
        future.add_done_callback(self._fetch)

    def _finish(self, future: "Future", receipt: Any) -> None:
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        _, attempt = self._under_way.pop(future.key)
        future.release()
        if isinstance(receipt, KilledWorker):
            self._lost(attempt, receipt)
        elif isinstance(receipt, FutureCancelledError):
            self._again.append(replace(attempt, number=attempt.number + 1))  # the scheduler forgot it, or is lost
        elif isinstance(receipt, BaseException):  # a worker that cannot even begin: these units fail, the run goes on
            fail(self._writer, self._progress, attempt.group, f"{type(receipt).__name__}: {receipt}")
        elif "need" in receipt:
            self._send(receipt, attempt)
        else:
            take(self._writer, self._progress, receipt)

    def _lost(self, attempt: _Attempt, error: Exception) -> None:
        """Take a group apart that workers did not survive, and do again, with nothing beside it, a unit they did not.

        With a worker are lost all groups that wait on it, too. A unit that no worker survives when it is alone fails.
        """
        if attempt.alone:
            fail(self._writer, self._progress, attempt.group, f"no worker survived it: {error}")
        elif len(attempt.group.numbers) == 1:
            self._suspects.append(replace(attempt, number=attempt.number + 1, alone=True))
        else:
            self._again.extend(_Attempt(each, attempt.number + 1) for each in attempt.group.units())

    def _repeat(self, attempt: _Attempt, why: str) -> None:
        if attempt.number >= _MOST_ATTEMPTS:
            fail(self._writer, self._progress, attempt.group, why)
        else:
            self._again.append(replace(attempt, number=attempt.number + 1))

    def _send(self, receipt: Mapping[str, Any], attempt: _Attempt) -> None:
        """Send a worker the picture that it lacks, once, and have the group done again, there or elsewhere."""
        sha256, address = receipt["need"], receipt["address"]
        try:
            if (sha256, address) not in self._sent:
                planned = self._writer.plan.unit(attempt.group.numbers[0]).picture
                png = encode_png(own_copy(planned).pixels)
                self._client.run(receive_picture, sha256, png, workers=[address], on_error="ignore")
                self._sent.add((sha256, address))
        except Absent as error:
            fail(self._writer, self._progress, attempt.group, str(error))
            return
        self._repeat(attempt, receipt["why"])
