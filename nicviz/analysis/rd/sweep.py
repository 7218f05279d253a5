"""The measuring of rate–distortion curves: many tasks, in parallel, through the store."""

from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial

from nicviz.analysis.rd.points import Findings, Load, Plan
from nicviz.codecs import Codec
from nicviz.environment import usable_cores
from nicviz.errors import ImageError, NicvizError
from nicviz.images import LoadedImage
from nicviz.run.place import Cancel, check, next_step
from nicviz.store import Store
from nicviz.tasks.compress import corrupted
from nicviz.tasks.measure import find_trial, measure
from nicviz.tasks.task import Picture, Task


def measure_points(
    pictures: Sequence[Load],
    plan: Plan,
    codecs: Mapping[str, Codec],
    found: Findings,
    *,
    store: Store | None = None,
    cancel: Cancel = None,
    threads: int | None = None,
) -> Findings:
    """Measure what is not in the store, in parallel, and return `found`, which fills up meanwhile.

    Pictures are read one after the other, so that two at a time are in memory. A trial that fails and a picture that
    cannot be read are problems of `found`; the rest goes on.

    Raises:
        Canceled: `cancel` was set; what was finished is in the store.
    """
    found.start(len(pictures) * plan.trials_per_picture)
    threads = threads or usable_cores()
    with ThreadPoolExecutor(threads, thread_name_prefix="nicviz-rd") as pool:
        run = _Run(plan, codecs, found, store, cancel, pool, 2 * threads)
        try:
            for load in pictures:
                run.take(load)
            run.drain(0)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return found


@dataclass
class _Run:
    """One call of `measure_points`."""

    plan: Plan
    codecs: Mapping[str, Codec]
    found: Findings
    store: Store | None
    cancel: Cancel
    pool: ThreadPoolExecutor
    most_waiting: int
    waiting: set[Future[None]] = field(default_factory=set)

    def take(self, load: Load) -> None:
        """Look up the trials of a picture, and have the others measured."""
        check(self.cancel)
        try:
            original = load()
        except ImageError as error:
            self.found.miss(str(error), self.plan.trials_per_picture, unreadable=True)
            return
        self.found.read(original)
        for task in self._tasks(original):
            check(self.cancel)
            try:
                trial = find_trial(task, self.codecs[task.codec.name], self.store)
                if trial is None and task.corruption:
                    corrupted(original, task.corruption, self.store)  # once, before several threads want it
            except NicvizError as error:
                self.miss(task, str(error))
                continue
            if trial is not None:
                self.found.add(trial)
                continue
            self.drain(self.most_waiting - 1)
            self.waiting.add(self.pool.submit(partial(self.measure, task, original)))

    def _tasks(self, original: LoadedImage) -> list[Task]:
        picture = Picture.of(original)
        return [
            Task(picture, condition, self.codecs[name].reference, float(quality), self.plan.exact, self.plan.metrics)
            for condition in self.plan.conditions
            for name, quality in self.plan.steps
        ]

    def drain(self, most: int) -> None:
        """Return when at most `most` tasks are waiting or running."""
        while len(self.waiting) > most:
            finished, self.waiting = wait(self.waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            check(self.cancel)
            for future in finished:
                future.result()

    def measure(self, task: Task, original: LoadedImage) -> None:
        """Do one task and report it."""
        next_step(self.cancel)
        try:
            codec = self.codecs[task.codec.name]
            self.found.add(measure(task, original, codec=codec, cancel=self.cancel, store=self.store))
        except NicvizError as error:
            self.miss(task, str(error))
        except MemoryError:
            self.miss(task, "not enough memory.")

    def miss(self, task: Task, message: str) -> None:
        """Report a task that failed."""
        setting = self.codecs[task.codec.name].setting(task.quality)
        self.found.miss(f"{task.picture.name}, {setting}: {message}")
