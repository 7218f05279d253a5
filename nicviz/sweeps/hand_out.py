"""Groups under way on a cluster, a bounded number at a time, and what is done about workers that are lost.

A worker that is lost costs what it had under way, which is done elsewhere. A group that loses several workers is taken
apart, and a unit that does is done again with nothing beside it: one that kills workers fails alone. While there are
workers with a GPU, networks go there and the rest elsewhere; without one everything goes to everybody, also what waits.
"""

import hashlib
import json
import queue
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nicviz.errors import NicvizError
from nicviz.images import encode_png
from nicviz.sweeps.cluster import GPU, Where
from nicviz.sweeps.groups import Group, Todo
from nicviz.sweeps.pictures import Absent, own_copy, receive_picture
from nicviz.sweeps.plan import PlannedPicture
from nicviz.sweeps.progress import Progress
from nicviz.sweeps.receipts import fail, lacking, take
from nicviz.sweeps.staff import Staff
from nicviz.sweeps.unit import work_of
from nicviz.sweeps.writer import Writer

if TYPE_CHECKING:
    from distributed import Client, Future

_POLL_SECONDS = 0.1  # how soon a wish to stop is noticed
_MOST_ATTEMPTS = 4
_GONE = "The Dask scheduler is gone. What had come is kept: the same command goes on."
Work = Callable[[str], dict[str, Any]]


@dataclass(frozen=True)
class _Attempt:
    """A group that is under way; `by_model` where its units are those of one network."""

    group: Group
    by_model: bool
    number: int = 0
    alone: bool = False


class HandOut:
    """Groups under way on a cluster.

    Args:
        client: of the cluster.
        where: what the cluster is.
        work: what a worker does with a group, as JSON, for a receipt.
        todo: the groups.
        networks: places of the steps that workers with a GPU are given.
        writer, progress: take what comes.
    """

    def __init__(
        self, client: "Client", where: Where, work: Work, todo: Todo, networks: Sequence[int], writer: Writer,
        progress: Progress,
    ) -> None:  # fmt: skip
        self._client, self._work, self._todo, self._networks = client, work, todo, networks
        self._writer, self._progress = writer, progress
        self._staff = Staff(client, where, progress)
        self._by_model = False  # whether networks are kept for workers with a GPU
        self._again: dict[bool, deque[_Attempt]] = {False: deque(), True: deque()}  # by the same
        self._suspects: deque[_Attempt] = deque()
        self._under_way: dict[str, tuple[Future, _Attempt, bool]] = {}  # and whether on a GPU
        self._count: Counter[bool] = Counter()
        self._arrived: queue.SimpleQueue[tuple[Future, Any]] = queue.SimpleQueue()
        self._sent: set[tuple[str, str]] = set()  # picture and worker

    def fill(self) -> bool:
        """Hand out groups until twice as many are under way as there are threads; False when nothing is left."""
        if not self._is_connected():
            return True
        if self._staff.look():
            self._todo.threads = max(1, self._staff.threads)
            if bool(self._staff.gpus) != self._by_model:
                self._turn()
        for on_gpu in (False, True):
            while self._count[on_gpu] < self._staff.room(on_gpu):
                attempt = self._next(on_gpu)
                if attempt is None:
                    break
                self._submit(attempt)
        if not self._under_way and self._suspects:
            self._submit(self._suspects.popleft())
        return bool(self._under_way)

    def _turn(self) -> None:
        """Go on with the first GPU that has come, or without the last one that has gone: nothing waits for it."""
        self._by_model = not self._by_model
        self._todo.keep_for_gpus(self._networks if self._by_model else ())
        waiting = [*self._again[False], *self._again[True]]
        self._again = {False: deque(), True: deque()}
        for attempt in waiting:
            self._queue(attempt)
        if not self._by_model:
            self._cancel(on_gpu=True)  # they come back as canceled, and are handed out anew

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
        self._cancel(on_gpu=False)
        self._cancel(on_gpu=True)

    def _cancel(self, on_gpu: bool) -> None:
        futures = [future for future, _, where in self._under_way.values() if where == on_gpu]
        if futures and self._client.status == "running":
            self._client.cancel(futures, force=True)

    def _is_connected(self) -> bool:
        """Return whether the scheduler listens; raise where it will not any more."""
        if self._client.status not in ("running", "connecting"):
            raise NicvizError(_GONE)
        return bool(self._client.status == "running")

    def _next(self, on_gpu: bool) -> _Attempt | None:
        if self._again[on_gpu]:
            return self._again[on_gpu].popleft()
        group = self._todo.next(by_model=on_gpu)
        return None if group is None else _Attempt(group, on_gpu)

    def _queue(self, attempt: _Attempt) -> None:
        self._again[attempt.by_model and self._by_model].append(attempt)

    def _submit(self, attempt: _Attempt) -> None:
        from distributed.client import ClosedClientError

        work = json.dumps(work_of(self._writer.plan, attempt.group))  # a text: Dask would look through a record
        name = hashlib.sha256(work.encode()).hexdigest()[:32]
        on_gpu = attempt.by_model and self._by_model
        try:
            future = self._client.submit(
                self._work, work, key=f"nicviz-{name}-{attempt.number}", pure=False, retries=0, **self._who(on_gpu)
            )
        except ClosedClientError as error:
            raise NicvizError(_GONE) from error
        self._under_way[future.key] = future, attempt, on_gpu
        self._count[on_gpu] += 1
        future.add_done_callback(self._fetch)

    def _who(self, on_gpu: bool) -> dict[str, Any]:
        """Return which workers may do a group; those without a GPU are a wish, so that nothing waits for them."""
        if on_gpu:
            return {"resources": {GPU: 1}}
        if self._by_model and self._staff.others:
            return {"workers": self._staff.others, "allow_other_workers": True}
        return {}

    def _finish(self, future: "Future", receipt: Any) -> None:
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        _, attempt, on_gpu = self._under_way.pop(future.key)
        self._count[on_gpu] -= 1
        future.release()
        if isinstance(receipt, KilledWorker):
            self._lost(attempt, receipt)
        elif isinstance(receipt, FutureCancelledError):
            self._queue(replace(attempt, number=attempt.number + 1))  # the scheduler forgot it, or is lost
        elif isinstance(receipt, BaseException):  # a worker that cannot even begin: these units fail, the run goes on
            fail(self._writer, self._progress, attempt.group, f"{type(receipt).__name__}: {receipt}")
        else:
            take(self._writer, self._progress, receipt)
            if receipt.get("need"):
                self._send(receipt, attempt)

    def _lost(self, attempt: _Attempt, error: Exception) -> None:
        """Take a group apart that workers did not survive, and do again, with nothing beside it, a unit they did not.

        With a worker are lost all groups that wait on it, too. A unit that no worker survives when it is alone fails.
        """
        if attempt.alone:
            fail(self._writer, self._progress, attempt.group, f"no worker survived it: {error}")
        elif len(attempt.group.numbers) == 1:
            self._suspects.append(replace(attempt, number=attempt.number + 1, alone=True))
        else:
            for each in attempt.group.units():
                self._queue(replace(attempt, group=each, number=attempt.number + 1))

    def _send(self, receipt: Mapping[str, Any], attempt: _Attempt) -> None:
        """Send a worker the pictures that it lacks, each once, and have their units done again, there or elsewhere."""
        numbers: list[int] = []
        for group, why in lacking(self._writer.plan, attempt.group, receipt):
            try:
                self._bring(self._writer.plan.unit(group.numbers[0]).picture, receipt["address"])
            except Absent as error:
                fail(self._writer, self._progress, group, str(error))
                continue
            if attempt.number >= _MOST_ATTEMPTS:
                fail(self._writer, self._progress, group, why)
            else:
                numbers += group.numbers
        if numbers:
            self._queue(replace(attempt, group=Group(tuple(sorted(numbers))), number=attempt.number + 1))

    def _bring(self, planned: PlannedPicture, address: str) -> None:
        sha256 = planned.picture.sha256
        if (sha256, address) not in self._sent:
            png = encode_png(own_copy(planned).pixels)
            self._client.run(receive_picture, sha256, png, workers=[address], on_error="ignore")
            self._sent.add((sha256, address))
