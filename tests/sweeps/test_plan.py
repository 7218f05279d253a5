"""Plans: the order of units, what is left to do, and what one plan lacks of another."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nicviz.codecs import CODECS
from nicviz.errors import NicvizError
from nicviz.sweeps.groups import groups
from nicviz.sweeps.plan import Plan, PlannedPicture, Step
from nicviz.tasks.settings import CorruptionSetting, ImageSetting, Match
from nicviz.tasks.task import Picture
from tests.sweeps.small_run import small_plan


def made_up(count: int) -> tuple[PlannedPicture, ...]:
    return tuple(
        PlannedPicture(Picture(f"{number:064x}", f"{number}.png", 768, 512), ImageSetting(f"/nowhere/{number}.png"))
        for number in range(count)
    )


def large_plan(count: int) -> Plan:
    conditions = (None, *(CorruptionSetting(name, k) for name in ("fog", "snow") for k in range(1, 6)))
    jpeg = CODECS["jpeg"].reference
    return Plan(made_up(count), conditions, tuple(Step(jpeg, float(quality)) for quality in range(1, 11)))


def test_units_come_picture_by_picture_clean_first_and_each_once(tmp_path: Path) -> None:
    plan = small_plan(tmp_path, 2)
    keys = [plan.unit(number).key for number in range(plan.num_units)]
    assert keys[:4] == [
        "picture00.png clean jpeg:10", "picture00.png clean jpeg:50", "picture00.png clean png",
        "picture00.png fog:3 jpeg:10",
    ]  # fmt: skip
    assert len(set(keys)) == plan.num_units == 12


def test_a_plan_comes_back_from_json(tmp_path: Path) -> None:
    plan = small_plan(tmp_path, 1)
    matched = replace(plan, steps=(*plan.steps, Step(CODECS["webp"].reference, None, Match("bpp", 0.5))))
    cropped = replace(matched.pictures[0], source=replace(matched.pictures[0].source, crop=(0, 0, 8, 8)))
    for each in (plan, matched, replace(matched, pictures=(cropped,))):
        assert Plan.from_record(json.loads(json.dumps(each.to_record()))) == each
    assert matched.steps[-1].setting == "webp@bpp=0.5"


def test_groups_are_of_one_picture_within_a_time_and_leave_out_what_is_done() -> None:
    plan = large_plan(3)
    done = np.zeros(plan.num_units, bool)
    done[::3] = True
    found = list(groups(plan, done, seconds=2.0, most=7))
    numbers = [number for group in found for number in group.numbers]
    assert numbers == np.flatnonzero(~done).tolist()
    for group in found:
        assert len({number // plan.per_picture for number in group.numbers}) == 1
        assert len(group.numbers) <= 7
        assert sum(map(plan.seconds, group.numbers)) <= 2.0 or len(group.numbers) == 1


def test_a_slow_unit_is_a_group_of_its_own() -> None:
    plan = replace(large_plan(1), steps=(Step(CODECS["jpeg"].reference, 10.0, None, 3600.0),))
    assert all(len(group.numbers) == 1 for group in groups(plan, np.zeros(plan.num_units, bool), 2.0, 100))


def test_the_units_of_a_large_plan_are_not_held() -> None:
    plan = large_plan(10_000)
    assert plan.num_units == 1_100_000
    first = next(groups(plan, np.zeros(plan.num_units, bool), 2.0, 256))
    assert first.numbers[0] == 0


def test_a_plan_lacks_what_another_has_and_not_what_it_adds(tmp_path: Path) -> None:
    small, large = small_plan(tmp_path, 1, (10,)), small_plan(tmp_path, 2, (10, 50), ("fog", "snow"))
    assert large.lacks(small) == []
    assert small.lacks(large) == [
        "it leaves out the picture picture01.png",
        "it leaves out the condition snow:3 with the seed 0",
        "it leaves out the step jpeg:50",
    ]
    assert "it measures psnr_db, not psnr_db, ms_ssim" in replace(small, metrics=("psnr_db",)).lacks(small)[0]


def test_a_replaced_checkpoint_is_another_step(tmp_path: Path) -> None:
    plan = small_plan(tmp_path, 1)
    step = replace(plan.steps[0], codec=replace(plan.steps[0].codec, sha256="0" * 64))
    assert replace(plan, steps=(step,)).lacks(replace(plan, steps=plan.steps[:1])) == ["it leaves out the step jpeg:10"]


def test_a_cost_that_was_estimated_anew_changes_nothing(tmp_path: Path) -> None:
    plan = small_plan(tmp_path, 1)
    assert replace(plan, steps=tuple(replace(step, seconds=9.0) for step in plan.steps)).lacks(plan) == []


def test_a_plan_without_anything_with_twice_the_same_and_beyond_bounds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = small_plan(tmp_path, 1)
    with pytest.raises(NicvizError, match="at least one picture"):
        replace(plan, pictures=())
    with pytest.raises(NicvizError, match="twice"):
        replace(plan, steps=(*plan.steps, plan.steps[0]))
    monkeypatch.setattr("nicviz.sweeps.plan.MOST_UNITS", 5)
    with pytest.raises(NicvizError, match="up to 5 units; this plan has 6"):
        replace(plan, metrics=())


def test_a_plan_of_another_schema_is_refused(tmp_path: Path) -> None:
    record = small_plan(tmp_path, 1).to_record() | {"schema": 99}
    with pytest.raises(NicvizError, match="99"):
        Plan.from_record(record)
