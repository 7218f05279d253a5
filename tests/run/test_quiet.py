"""Work that ran alone says so; work that asks to be alone is."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from nicviz.errors import Canceled
from nicviz.run.quiet import Quiet


def test_one_piece_of_work_is_alone_and_two_are_not() -> None:
    quiet = Quiet()
    with quiet.working() as first:
        assert first.alone
    with quiet.working() as first, quiet.working() as second:
        assert not first.alone
        assert not second.alone
    with quiet.working() as third:
        assert third.alone


def test_work_stays_disturbed_after_the_other_has_ended() -> None:
    quiet = Quiet()
    with quiet.working() as first:
        with quiet.working():
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
    with quiet.working(), pytest.raises(Canceled), quiet.alone(cancel):
        pass
    with quiet.alone():
        pass
