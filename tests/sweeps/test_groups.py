"""What is handed out together: by picture, and by model for workers with a GPU."""

from dataclasses import replace

import numpy as np
import pytest

from nicviz.codecs import CodecReference
from nicviz.sweeps.groups import Todo, batches, networks
from nicviz.sweeps.plan import Step
from tests.sweeps.small_run import mixed_plan


def test_networks_are_told_by_their_codec_and_one_that_is_not_here_is_none() -> None:
    plan = mixed_plan(1)
    assert networks(plan) == [0, 2]
    elsewhere = Step(CodecReference("own", "/nowhere/own.pth", "0" * 64), 1.0)
    assert networks(replace(plan, steps=(*plan.steps, elsewhere))) == [0, 2]


def test_batches_are_of_one_model_over_pictures_and_leave_out_what_is_done() -> None:
    plan = mixed_plan(10)
    done = np.zeros(plan.num_units, bool)
    done[12:18] = True  # the third picture
    found = list(batches(plan, done, [0, 2], most=8))
    assert [len(group.numbers) for group in found] == [6, 8, 4] * 2
    for place, half in ((0, found[:3]), (2, found[3:])):
        numbers = [number for group in half for number in group.numbers]
        assert numbers == [number for number in range(plan.num_units) if number % 3 == place and not done[number]]


def test_whatever_comes_and_goes_each_unit_is_handed_out_once() -> None:
    plan = mixed_plan(12)
    todo = Todo(plan, np.zeros(plan.num_units, bool), seconds=2.0, most=5)
    assert todo.next(by_model=True) is None
    handed = [todo.next()]
    todo.keep_for_gpus([0, 2])
    of_model, others = todo.next(by_model=True), todo.next()
    assert {number % 3 for number in of_model.numbers} == {0}
    assert len({number // plan.per_picture for number in of_model.numbers}) == 12
    assert {number % 3 for number in others.numbers} == {1}
    handed += [of_model, others]
    todo.keep_for_gpus(())
    while (group := todo.next()) is not None:
        handed.append(group)
    assert sorted(number for group in handed for number in group.numbers) == list(range(plan.num_units))


def test_groups_get_shorter_towards_the_end_so_that_workers_end_together() -> None:
    plan = mixed_plan(60)
    todo = Todo(plan, np.zeros(plan.num_units, bool), seconds=2.0, most=256)
    todo.threads = 40
    sizes = []
    while (group := todo.next()) is not None:
        sizes.append(sum(map(plan.seconds, group.numbers)))
    assert sum(sizes) == pytest.approx(plan.num_units * plan.mean_seconds)
    largest = max(sizes)
    after = sizes[sizes.index(largest) :]
    assert largest < sum(sizes) / 40
    assert max(after[-10:]) < largest / 2
