"""Work that ran alone says so; work that asks to be alone is."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from nicviz.errors import Canceled
from nicviz.run.quiet import Quiet, Watch


@contextmanager
def _elsewhere(quiet: Quiet) -> Iterator[Watch]:
    """Work in another thread."""
    begun: Future[Watch] = Future()
    end = threading.Event()

    def work() -> None:
        with quiet.working() as watch:
            begun.set_result(watch)
            end.wait(30)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        yield begun.result(30)
        end.set()
        done.result(30)


def test_one_piece_of_work_is_alone_and_two_are_not() -> None:
    quiet = Quiet()
    with quiet.working() as first:
        assert first.alone
    with quiet.working() as first, _elsewhere(quiet) as second:
        assert not first.alone
        assert not second.alone
    with quiet.working() as third:
        assert third.alone


def test_work_stays_disturbed_after_the_other_has_ended() -> None:
    quiet = Quiet()
    with quiet.working() as first:
        with _elsewhere(quiet):
            pass
        assert not first.alone


def test_who_asks_to_be_alone_waits_for_the_others_and_holds_new_ones_up() -> None:
    quiet = Quiet()
    begun, end, order = threading.Event(), threading.Event(), []

    def before() -> None:
        with quiet.working():
            begun.set()
            assert end.wait(30)
            order.append("before")

    def alone() -> None:
        with quiet.alone():
            order.append("alone")

    def after() -> None:
        with quiet.working():
            order.append("after")

    with ThreadPoolExecutor(3) as pool:
        works = [pool.submit(before)]
        assert begun.wait(30)
        works.append(pool.submit(alone))
        while quiet._alone is None:
            pass
        works.append(pool.submit(after))
        end.set()
        for work in works:
            work.result(30)
    assert order == ["before", "alone", "after"]


def test_what_runs_within_is_counted_as_alone() -> None:
    quiet = Quiet()
    with quiet.alone(), quiet.working() as watch:
        assert watch.alone


def test_the_wait_for_quiet_can_be_canceled_and_leaves_the_way_free() -> None:
    quiet, cancel = Quiet(), threading.Event()
    cancel.set()
    with _elsewhere(quiet), pytest.raises(Canceled), quiet.alone(cancel):
        pass
    with quiet.alone():
        pass


def test_waiting_for_who_is_alone_can_be_canceled() -> None:
    quiet, cancel, failed = Quiet(), threading.Event(), []

    def work() -> None:
        try:
            with quiet.working(cancel):
                failed.append("it ran")
        except Canceled:
            failed.append("canceled")

    with quiet.alone():
        thread = threading.Thread(target=work)
        thread.start()
        cancel.set()
        thread.join(30)
    assert failed == ["canceled"]


def test_work_within_work_is_one_piece_and_does_not_wait_for_the_gate() -> None:
    quiet = Quiet()
    with quiet.working() as outer, quiet.working() as inner:
        assert inner is outer
        assert outer.alone
    with quiet.alone():
        pass


def test_who_is_alone_or_works_cannot_ask_again() -> None:
    quiet = Quiet()
    with quiet.working(), pytest.raises(RuntimeError), quiet.alone():
        pass
    with quiet.alone(), pytest.raises(RuntimeError), quiet.alone():
        pass
    with quiet.working() as watch:
        assert watch.alone


def test_the_gate_opens_again_for_new_work_where_old_work_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nicviz.run.quiet._GATE_SECONDS", 0.05)
    quiet = Quiet()
    begun, new_has_run, order = threading.Event(), threading.Event(), []

    def long() -> None:
        with quiet.working():
            begun.set()
            assert new_has_run.wait(30)

    def alone() -> None:
        with quiet.alone():
            order.append("alone")

    def new() -> None:
        with quiet.working():
            order.append("new")
            new_has_run.set()

    with ThreadPoolExecutor(3) as pool:
        works = [pool.submit(long)]
        assert begun.wait(30)
        works.append(pool.submit(alone))
        while quiet._alone is None:
            pass
        works.append(pool.submit(new))
        for work in works:
            work.result(30)
    assert order == ["new", "alone"]


def test_whatever_ends_the_wait_the_way_is_free() -> None:
    class Stop(threading.Event):
        def is_set(self) -> bool:
            raise KeyboardInterrupt

    quiet = Quiet()
    begun, end = threading.Event(), threading.Event()

    def work() -> None:
        with quiet.working():
            begun.set()
            end.wait(30)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        assert begun.wait(30)
        with pytest.raises(KeyboardInterrupt), quiet.alone(Stop()):
            pass
        with quiet.working():
            pass
        end.set()
        done.result(30)
