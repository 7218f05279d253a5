import threading

import pytest

from nicviz.errors import Canceled, CodecError
from nicviz.run.jobs import KEPT, Jobs, stop_all, wait_for


def test_equal_work_of_two_sessions_is_done_once() -> None:
    jobs, calls = Jobs(), []
    gate = threading.Event()

    def work(cancel: threading.Event) -> int:
        calls.append(1)
        gate.wait(5)
        return 7

    first = jobs.want("a", ("lane", 1), "seven", work)
    second = jobs.want("b", ("lane", 1), "seven", work)
    gate.set()
    wait_for([first, second], 5)
    assert (first is second, first.result(), len(calls)) == (True, 7, 1)


def _until_canceled(cancel: threading.Event) -> None:
    if cancel.wait(10):
        raise Canceled


def test_work_is_canceled_when_the_last_session_withdraws() -> None:
    jobs = Jobs()
    job = jobs.want("a", ("lane", 1), "long", _until_canceled)
    jobs.want("b", ("lane", 1), "long", _until_canceled)
    jobs.keep_only("a", [])
    assert not job.cancel.is_set(), "another session still waits for it"
    jobs.keep_only("b", [("lane", 2)])
    wait_for([job], 5)
    with pytest.raises(Canceled):
        job.result()


def test_only_the_lane_that_is_named_is_withdrawn() -> None:
    jobs = Jobs()
    job = jobs.want("a", ("measure", 1), "long", _until_canceled)
    jobs.keep_only("a", [], lane="compress")
    assert not job.cancel.is_set()
    jobs.keep_only("a", [])
    assert job.cancel.is_set()


def test_canceled_work_starts_anew_when_it_is_wanted_again() -> None:
    jobs = Jobs()
    canceled = jobs.want("a", ("lane", 1), "long", _until_canceled)
    jobs.keep_only("a", [])
    again = jobs.want("a", ("lane", 1), "long", lambda cancel: 3)
    wait_for([again], 5)
    assert again is not canceled
    assert again.result() == 3


def test_an_error_is_the_result_of_the_work_that_raised_it() -> None:
    def fail(cancel: threading.Event) -> None:
        raise CodecError("no such luck")

    job = Jobs().want("a", ("lane", 1), "fails", fail)
    wait_for([job], 5)
    with pytest.raises(CodecError, match="luck"):
        job.result()


def test_finished_work_is_forgotten_beyond_the_bounds_and_running_work_is_not() -> None:
    jobs = Jobs()
    running = jobs.want("a", ("lane", "running"), "long", _until_canceled)
    for number in range(KEPT + 20):
        wait_for([jobs.want("a", ("lane", number), "quick", lambda cancel: None)], 5)
    assert jobs.find(("lane", 0)) is None
    assert jobs.find(("lane", KEPT + 19)) is not None
    assert jobs.find(("lane", "running")) is running
    jobs.keep_only("a", [])


def test_large_results_are_forgotten_by_their_bytes() -> None:
    jobs = Jobs()
    for number in range(4):
        wait_for([jobs.want("a", ("lane", number), "large", lambda cancel: None, num_bytes=300 * 2**20)], 5)
    held = [number for number in range(4) if jobs.find(("lane", number)) is not None]
    assert held == [3]


def test_waiting_ends_with_the_time_that_is_given() -> None:
    jobs = Jobs()
    job = jobs.want("a", ("lane", 1), "long", _until_canceled)
    wait_for([job], 0.1)
    assert not job.done
    jobs.keep_only("a", [])


def test_slow_work_of_eight_sessions_keeps_nobody_waiting_for_a_cached_result() -> None:
    jobs, gate = Jobs(), threading.Event()
    for number in range(24):
        jobs.want(f"session {number % 8}", ("compress", number), "slow", lambda signal: gate.wait(10))
    cached = jobs.want("another", ("compress", "cached"), "cached", lambda signal: 1)
    wait_for([cached], 2)
    done = cached.done
    gate.set()
    assert done


def test_failed_work_stays_failed_until_it_is_forgotten() -> None:
    def fail(cancel: threading.Event) -> None:
        raise OSError("the disk")

    jobs, key = Jobs(), ("lane", 1)
    wait_for([jobs.want("a", key, "fails", fail)], 5)
    assert jobs.want("a", key, "fails", lambda signal: 3).failed, "each run of the page would try again"
    jobs.forget([key])
    again = jobs.want("a", key, "fails", lambda signal: 3)
    wait_for([again], 5)
    assert (again.failed, again.result()) == (False, 3)


def test_work_of_sessions_that_have_ended_is_canceled() -> None:
    jobs = Jobs()
    gone = jobs.want("gone", ("lane", 1), "long", _until_canceled)
    here = jobs.want("here", ("lane", 2), "long", _until_canceled)
    jobs.withdraw_absent(lambda session: session == "here")
    assert gone.cancel.is_set()
    assert not here.cancel.is_set()
    jobs.keep_only("here", [])


def test_a_process_that_ends_waits_for_no_long_work() -> None:
    first, second = Jobs(), Jobs()
    running = [jobs.want("a", ("lane", 1), "long", _until_canceled) for jobs in (first, second)]
    stop_all()
    wait_for(running, 5)
    assert all(job.done and not job.failed for job in running)
    assert first.in_flight() == second.in_flight() == 0
