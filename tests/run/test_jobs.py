"""Jobs that several sessions want: shared, in turn, canceled, and gone on with."""

import gc
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest

from nicviz.errors import Canceled, CodecError
from nicviz.run import work as work_module
from nicviz.run.jobs import KEPT, LEFT_ALONE, MAKES_ROOM, QUICK_SECONDS, Job, Jobs, stop_all, wait_for
from nicviz.run.work import Growth, Progress, Signal, Work

LONG = 30.0  # seconds that no wait here takes unless something is broken


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Counter:
    """A value that grows by one with each step that the test allows."""

    steps: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    stepped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    count: int = 0

    def fill(self, signal: Signal) -> None:
        while self.count < 10:
            self.steps.acquire()
            if signal.is_set():
                raise Canceled
            self.count += 1
            self.stepped.release()

    def step(self) -> None:
        """Let it grow by one, and wait until it has."""
        self.steps.release()
        assert self.stepped.acquire(timeout=LONG)


def growth(key: str, counter: Counter) -> Growth[Counter]:
    return Growth(key, key, lambda: counter, Counter.fill, lambda value: Progress(value.count, 10, "steps"))


def work(key: object, run=lambda signal: None, num_bytes: int = 0) -> Work[object]:
    return Work(key, "work", run, num_bytes)


def until_canceled(signal: Signal) -> None:
    if signal.wait(LONG):
        raise Canceled


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(clock: Clock) -> Iterator[Jobs]:
    jobs = Jobs(clock=clock)
    yield jobs
    jobs.cancel_all()


def finished(job: Job) -> Job:
    wait_for([job], LONG)
    assert job.done
    return job


def test_equal_work_of_two_sessions_is_done_once(jobs: Jobs) -> None:
    calls, gate = [], threading.Event()

    def seven(signal: Signal) -> int:
        calls.append(1)
        gate.wait(LONG)
        return 7

    first, second = (jobs.want(session, "lane", work(1, seven)) for session in "ab")
    gate.set()
    assert first is second
    assert finished(first).result() == 7
    assert len(calls) == 1


def test_work_is_canceled_when_the_last_session_withdraws(jobs: Jobs) -> None:
    job = jobs.want("a", "lane", work(1, until_canceled))
    jobs.want("b", "lane", work(1, until_canceled))
    jobs.keep_only("a", [])
    assert not job.signal.is_set(), "another session still waits for it"
    jobs.keep_only("b", [("lane", 2)])
    with pytest.raises(Canceled):
        finished(job).result()


def test_only_the_lane_that_is_named_is_withdrawn(jobs: Jobs) -> None:
    job = jobs.want("a", "measure", work(1, until_canceled))
    jobs.keep_only("a", [], lane="compress")
    assert not job.signal.is_set()
    jobs.keep_only("a", [])
    assert job.signal.is_set()


def test_canceled_work_starts_anew_when_it_is_wanted_again(jobs: Jobs) -> None:
    canceled = jobs.want("a", "lane", work(1, until_canceled))
    jobs.keep_only("a", [])
    again = jobs.want("a", "lane", work(1, lambda signal: 3))
    assert again is not canceled
    assert finished(again).result() == 3


def test_an_error_is_the_result_of_the_work_that_raised_it_until_it_is_forgotten(jobs: Jobs) -> None:
    def fail(signal: Signal) -> None:
        raise CodecError("no such luck")

    job = finished(jobs.want("a", "lane", work(1, fail)))
    with pytest.raises(CodecError, match="luck"):
        job.result()
    assert jobs.want("a", "lane", work(1)) is job, "each run of the page would try again"
    jobs.forget([("lane", 1)])
    again = finished(jobs.want("a", "lane", work(1, lambda signal: 3)))
    assert (again.failed, again.result()) == (False, 3)


def test_finished_work_is_forgotten_beyond_the_bounds_and_running_work_is_not(jobs: Jobs) -> None:
    running = jobs.want("a", "lane", work("running", until_canceled))
    for number in range(KEPT + 20):
        finished(jobs.want("a", "lane", work(number)))
    assert jobs.find(("lane", 0)) is None
    assert jobs.find(("lane", KEPT + 19)) is not None
    assert jobs.find(("lane", "running")) is running


def test_large_results_are_forgotten_by_their_bytes(jobs: Jobs) -> None:
    for number in range(4):
        finished(jobs.want("a", "lane", work(number, num_bytes=300 * 2**20)))
    assert [number for number in range(4) if jobs.find(("lane", number)) is not None] == [3]


def test_slow_work_of_eight_sessions_keeps_nobody_waiting_for_a_cached_result(jobs: Jobs) -> None:
    gate = threading.Event()
    for number in range(24):
        jobs.want(f"session {number % 8}", "compress", work(number, lambda signal: gate.wait(LONG)))
    finished(jobs.want("another", "compress", work("cached", lambda signal: 1)))
    gate.set()


def test_work_of_sessions_that_have_ended_is_canceled(jobs: Jobs) -> None:
    gone = jobs.want("gone", "lane", work(1, until_canceled))
    here = jobs.want("here", "lane", work(2, until_canceled))
    jobs.withdraw_absent(lambda session: session == "here")
    assert gone.signal.is_set()
    assert not here.signal.is_set()


def test_a_process_that_ends_waits_for_no_long_work() -> None:
    both = Jobs(), Jobs()
    running = [jobs.want("a", "lane", work(1, until_canceled)) for jobs in both]
    stop_all()
    assert all(not finished(job).failed for job in running)
    assert all(job.done for job in running)


def test_quick_work_comes_before_growing_and_sessions_take_turns() -> None:
    jobs, gate, order = Jobs(threads=1), threading.Event(), []

    def note(name: str, *_: object) -> None:
        order.append(name)

    blocker = jobs.want("a", "lane", work("first", lambda signal: gate.wait(LONG)))
    growing = [
        jobs.want("a", "map", Growth(name, name, list, partial(note, name), lambda value: Progress()))
        for name in ("map 1", "map 2")
    ]
    quick = [jobs.want("a", "lane", work(name, partial(note, name))) for name in ("1", "2")]
    gate.set()
    for job in (blocker, *growing, *quick):
        finished(job)
    assert order == ["1", "2", "map 1", "map 2"]


def test_the_session_with_less_under_way_comes_first(jobs: Jobs) -> None:
    jobs, gates = Jobs(threads=2), [threading.Event(), threading.Event()]
    order, started = [], threading.Semaphore(0)

    def blocked(number: int, signal: Signal) -> None:
        started.release()
        gates[number].wait(LONG)

    blockers = [jobs.want("a", "lane", work(n, lambda signal, n=n: blocked(n, signal))) for n in range(2)]
    for _ in blockers:
        assert started.acquire(timeout=LONG)
    later = [
        jobs.want(session, "lane", work(session + "2", lambda signal, session=session: order.append(session)))
        for session in "ab"
    ]
    gates[0].set()
    for job in later:
        finished(job)
    gates[1].set()
    assert order == ["b", "a"]


def test_no_more_than_so_many_values_grow_at_once_and_the_next_one_follows() -> None:
    jobs = Jobs(growing=1)
    first, second = Counter(), Counter()
    one, two = (jobs.want("a", "map", growth(key, value)) for key, value in (("1", first), ("2", second)))
    first.step()
    assert (one.running, two.running) == (True, False)
    for _ in range(9):
        first.step()
    second.step()
    assert finished(one).result() is first
    jobs.cancel_all()
    second.steps.release()
    assert finished(two).stopped


def test_a_value_that_was_stopped_goes_on_from_where_it_was_and_is_never_filled_by_two(jobs: Jobs) -> None:
    counter = Counter()
    first = jobs.want("a", "map", growth("key", counter))
    counter.step()
    jobs.keep_only("a", [])
    again = jobs.want("a", "map", growth("key", Counter()))
    assert again is not first
    assert again.value is counter, "what there is stays"
    assert not again.running, "the run that was stopped is still at it"
    counter.steps.release()
    assert finished(first).stopped
    for _ in range(9):
        counter.step()
    assert finished(again).result().count == 10


def test_growing_work_that_nobody_looks_at_stops_after_a_while(jobs: Jobs, clock: Clock) -> None:
    counter = Counter()
    job = jobs.want("a", "map", growth("key", counter))
    clock.now = LEFT_ALONE
    job.look()
    clock.now += LEFT_ALONE
    counter.step()
    clock.now += 1
    counter.steps.release()
    assert finished(job).stopped
    assert counter.count == 1


def test_work_that_is_not_looked_at_makes_room_for_what_waits(clock: Clock) -> None:
    jobs, left, wanted = Jobs(growing=1, clock=clock), Counter(), Counter()
    old = jobs.want("a", "map", growth("left", left))
    left.step()
    clock.now = MAKES_ROOM + 1
    left.step()
    new = jobs.want("b", "map", growth("wanted", wanted))
    left.steps.release()
    assert finished(old).stopped
    wanted.step()
    assert new.running
    jobs.cancel_all()
    wanted.steps.release()
    finished(new)


def test_quick_work_is_not_stopped_for_not_being_looked_at(jobs: Jobs, clock: Clock) -> None:
    job = jobs.want("a", "lane", work(1, until_canceled))
    clock.now = 100 * LEFT_ALONE
    assert not job.signal.is_set()


def test_what_work_was_given_is_let_go_when_it_ends(jobs: Jobs) -> None:
    class Picture:
        pass

    given = [Picture(), Picture()]
    seen = [weakref.ref(picture) for picture in given]
    gate = threading.Event()

    def look(picture: Picture, signal: Signal) -> int:
        gate.wait(LONG)
        return 7

    single = Jobs(threads=1)
    ran = single.want("a", "lane", work("runs", partial(look, given[0])))
    waited = single.want("a", "lane", work("is canceled before it runs", partial(look, given[1])))
    single.keep_only("a", [("lane", "runs")])
    gate.set()
    assert finished(ran).result() == 7
    assert finished(waited).stopped
    finished(single.want("a", "lane", work("last")))  # the thread is through with what came before
    given.clear()
    gc.collect()
    assert [reference() for reference in seen] == [None, None]


def test_a_growing_value_lets_quick_work_go_first_and_not_for_ever() -> None:
    clock = Clock()
    jobs = Jobs(threads=4, clock=clock)
    released, done = threading.Event(), threading.Event()

    def fill(value: Counter, signal: Signal) -> None:
        signal.give_way()
        value.count = 1
        done.set()

    quick = jobs.want("a person", "page", work("quick", lambda signal: released.wait(LONG)))
    jobs.want("another", "map", Growth("map", "map", Counter, fill, lambda value: Progress()))
    assert not done.wait(0.2), "somebody waits for the quick work"
    clock.now = QUICK_SECONDS + 1
    assert done.wait(LONG), "what takes as long holds up nothing"
    released.set()
    wait_for([quick], LONG)
    assert not jobs.quick_work()


def test_work_that_takes_long_gives_way_too() -> None:
    clock = Clock()
    jobs = Jobs(threads=4, clock=clock)
    go, released, done = threading.Event(), threading.Event(), threading.Event()

    def long(signal: Signal) -> None:
        signal.give_way()  # young: nobody is before it
        assert go.wait(LONG)
        signal.give_way()
        done.set()

    jobs.want("one", "page", work("long", long))
    clock.now = QUICK_SECONDS
    quick = jobs.want("another", "page", work("quick", lambda signal: released.wait(LONG)))
    go.set()
    assert not done.wait(0.2)
    released.set()
    wait_for([quick], LONG)
    assert done.wait(LONG)


def test_giving_way_ends_with_the_others_with_a_cancel_and_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = iter([True, True, False])
    Signal(others_first=lambda: next(busy)).give_way()
    assert next(busy, None) is None
    canceled = Signal(others_first=lambda: True)
    canceled.set()
    canceled.give_way()
    monkeypatch.setattr(work_module, "LONGEST_WAY", 0.05)
    Signal(others_first=lambda: True).give_way()
