"""Who is given what on a cluster where some workers have a GPU; a worker that says so needs none for it."""

import json
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import Scheduler, SpecCluster, Worker, get_worker

from nicviz.sweeps import staff
from nicviz.sweeps.cluster import GPU, Where, connected
from nicviz.sweeps.columns import Row
from nicviz.sweeps.plan import Plan, PlannedPicture, Step
from nicviz.sweeps.progress import Progress
from nicviz.sweeps.query import open_run
from nicviz.sweeps.rows import blank_row
from nicviz.sweeps.schedule import Options, run_sweep
from nicviz.sweeps.stop import Stop
from nicviz.tasks.settings import CorruptionSetting
from tests.sweeps.small_run import mixed_plan

SEEN: list[tuple[str, set[str], int, int]] = []  # worker, settings, pictures and units of a group
HELD = threading.Event()


def signed(work: str) -> dict[str, Any]:
    """Do nothing, but say who did it: in the column of versions."""
    asked, name = json.loads(work), str(get_worker().name)
    steps = [Step.from_record(record) for record in asked["steps"]]
    rows: list[Row] = []
    numbers: list[int] = []
    for part in asked["pictures"]:
        for of_condition in part["conditions"]:
            setting = of_condition["condition"]
            condition = None if setting is None else CorruptionSetting(**setting)
            planned = PlannedPicture.from_record(part["picture"])
            rows += [blank_row(planned, condition, steps[k]) | {"versions": name} for k in of_condition["steps"]]
            numbers += of_condition["numbers"]
    SEEN.append((name, {step.setting for step in steps}, len(asked["pictures"]), len(numbers)))
    return {"numbers": numbers, "rows": rows, "sums": [], "versions": {}, "need": {}}


def signed_until_it_is_gone(work: str) -> dict[str, Any]:
    """As `signed`, but the worker with a GPU does one group and then hangs."""
    if get_worker().name == "gpu" and any(name == "gpu" for name, *_ in SEEN):
        HELD.wait()
    return signed(work)


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(staff, "_LOOK_SECONDS", 0.05)
    SEEN.clear()
    HELD.clear()
    yield
    HELD.set()


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Two workers in this process, of which one says that it has a GPU; what is idle takes nothing from the other."""
    local = {"protocol": "tcp", "host": "127.0.0.1", "dashboard": False}
    workers = {
        "gpu": {"cls": Worker, "options": {"nthreads": 1, "name": "gpu", "resources": {GPU: 1}, "dashboard": False}},
        "cpu": {"cls": Worker, "options": {"nthreads": 1, "name": "cpu", "dashboard": False}},
    }
    with (
        dask.config.set({"distributed.scheduler.work-stealing": False}),
        SpecCluster(workers, {"cls": Scheduler, "options": local}, silence_logs=50) as found,
    ):
        yield found


def retire(cluster: Any, name: str) -> None:
    """Take a worker away with all that it has under way."""
    cluster.sync(cluster.workers[name].close, executor_wait=False)


def done_by(folder: Path) -> dict[str, set[str]]:
    """Return codec to the workers that its rows are signed by."""
    found: dict[str, set[str]] = {}
    for row in open_run(folder).table(["codec", "versions"]).to_pylist():
        found.setdefault(row["codec"], set()).add(row["versions"])
    return found


def run(plan: Plan, folder: Path, address: str, work: Any = signed, progress: Progress | None = None) -> Progress:
    stop = Stop()
    limit = threading.Timer(60, stop.set)  # what waits for ever is a failure
    limit.start()
    try:
        return run_sweep(plan, folder, Options(Where(scheduler=address), work=work), progress, stop)
    finally:
        limit.cancel()


@pytest.mark.slow
def test_networks_go_to_the_gpu_by_model_and_the_rest_elsewhere(tmp_path: Path, cluster: Any) -> None:
    plan = mixed_plan(40)
    progress = run(plan, tmp_path / "run", cluster.scheduler_address)
    assert (progress.done, progress.failed) == (plan.num_units, 0)
    assert done_by(tmp_path / "run") == {"compact-hyperprior": {"gpu"}, "jpeg": {"cpu"}}
    batches = [(settings, pictures, units) for name, settings, pictures, units in SEEN if name == "gpu"]
    assert all(len(settings) == 1 for settings, _, _ in batches)
    assert [units for _, _, units in batches] == [32, 32, 16] * 2
    assert batches[0][1] == 16
    order = [settings for settings, _, _ in batches]
    assert order == sorted(order, key=str), "a model comes back after another"
    assert all(pictures == 1 for name, _, pictures, _ in SEEN if name == "cpu")


@pytest.mark.slow
def test_a_gpu_alone_does_everything(tmp_path: Path, cluster: Any) -> None:
    retire(cluster, "cpu")
    plan = mixed_plan(5)
    progress = run(plan, tmp_path / "run", cluster.scheduler_address)
    assert (progress.done, progress.failed) == (plan.num_units, 0)
    assert done_by(tmp_path / "run") == {"compact-hyperprior": {"gpu"}, "jpeg": {"gpu"}}


class Retires(Progress):
    """Takes the worker with a GPU away when the first network's rows have come."""

    def __init__(self, cluster: Any) -> None:
        super().__init__()
        self.cluster: Any = cluster

    def add(self, rows: Iterable[Row]) -> None:
        rows = list(rows)
        super().add(rows)
        if self.cluster is not None and any(row["versions"] == "gpu" for row in rows):
            cluster, self.cluster = self.cluster, None
            retire(cluster, "gpu")


@pytest.mark.slow
def test_nothing_waits_for_a_gpu_that_has_gone(tmp_path: Path, cluster: Any) -> None:
    plan = mixed_plan(60)
    progress = run(plan, tmp_path / "run", cluster.scheduler_address, signed_until_it_is_gone, Retires(cluster))
    assert (progress.done, progress.failed) == (plan.num_units, 0)
    assert done_by(tmp_path / "run")["compact-hyperprior"] == {"gpu", "cpu"}
    assert len(open_run(tmp_path / "run").table()) == plan.num_units


@pytest.mark.slow
def test_of_processes_on_this_machine_one_declares_the_gpu() -> None:
    with connected(Where(workers=2), gpu=True) as client:
        deadline = time.monotonic() + 60
        while len(client.scheduler_info()["workers"]) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        declared = [each["resources"] for each in client.scheduler_info()["workers"].values()]
    assert sorted(declared, key=len) == [{}, {GPU: 1}]
