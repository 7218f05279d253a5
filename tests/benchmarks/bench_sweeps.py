"""What the machinery of sweeps costs: units of nothing, a resumed run, a query, and two workers against one.

    python -m tests.benchmarks.bench_sweeps [--only overhead|resume|query|workers] [--units 10000] [--rows 1000000]
        [--pictures 12]

The issue's figures are those of `--units 100000`. A unit of nothing comes with a whole row of figures and with spectra,
as a real one does; what a codec and metrics would take is left out. The last part needs the Kodak images.
"""

import argparse
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from nicviz.codecs import CODECS
from nicviz.sweeps.cluster import Where
from nicviz.sweeps.columns import Row, arrow_schema, column_types
from nicviz.sweeps.folder import PLAN, commit_json
from nicviz.sweeps.hold import held
from nicviz.sweeps.plan import Plan, PlannedPicture, Step
from nicviz.sweeps.planning import conditions_of, read_pictures
from nicviz.sweeps.progress import Progress
from nicviz.sweeps.query import open_run
from nicviz.sweeps.rows import blank_row
from nicviz.sweeps.schedule import Options, run_sweep
from nicviz.sweeps.writer import Writer
from nicviz.tasks.settings import CorruptionSetting, ImageSetting
from nicviz.tasks.task import Picture
from tests.shared_data import shared

MEGABYTE = 2**20
QUERY = """select codec, corruption, severity, avg(psnr_db), avg(bpp / bpp_clean), avg(g_high_density), count(*)
from trials where failed is null group by all order by all"""
_RINGS = [1.0] * 16


def figures(row: Row) -> Row:
    """A row with a number in every column."""
    kinds = {"number": 1.5, "whole": 7, "small": 3, "numbers": _RINGS, "flag": False}
    return {name: kinds[kind] for name, kind in column_types().items() if kind in kinds} | row | {"versions": "made"}


def nothing(text: str) -> dict[str, Any]:
    """A worker's work without a codec and without metrics: rows and spectra are made up."""
    work = json.loads(text)
    steps = [Step.from_record(record) for record in work["steps"]]
    receipt: dict[str, Any] = {"numbers": [], "rows": [], "sums": [], "versions": {"made": {}}}
    for asked in work["pictures"]:
        planned = PlannedPicture.from_record(asked["picture"])
        for part in asked["conditions"]:
            condition = None if part["condition"] is None else CorruptionSetting(**part["condition"])
            for number, place in zip(part["numbers"], part["steps"], strict=True):
                receipt["numbers"].append(number)
                receipt["rows"].append(figures(blank_row(planned, condition, steps[place])))
                receipt["sums"] += [
                    (number, kind, np.ones((64, 33), np.float32)) for kind in ("GR" if condition else "D")
                ]
    return receipt


def made_up_plan(units: int) -> Plan:
    """100 units a picture: clean and 3 corruptions at 3 severities, 10 qualities; codecs that cost nothing."""
    jpeg = CODECS["jpeg"].reference
    conditions = conditions_of(("fog", "snow", "gaussian_noise"), (1, 3, 5), 0)
    pictures = tuple(
        PlannedPicture(Picture(f"{k:064x}", f"{k}.png", 768, 512), ImageSetting(f"/nowhere/{k}.png"))
        for k in range(-(-units // 100))
    )
    return Plan(pictures, conditions, tuple(Step(jpeg, float(q), None, 0.0) for q in range(10, 101, 10)))


class Watched(Progress):
    """Notes the process's memory and the moments of the first and the last result as rows come."""

    def __init__(self) -> None:
        super().__init__()
        self.memory: list[tuple[int, float]] = []
        self.first: float | None = None
        self.last, self.of_first = 0.0, 0

    def add(self, rows: Iterable[Row]) -> None:
        super().add(rows)
        self.last = time.perf_counter()
        if self.first is None:
            self.first, self.of_first = self.last, self.done
        if not self.memory or self.done - self.memory[-1][0] > self.total // 40:
            self.memory.append((self.done, psutil.Process().memory_info().rss / MEGABYTE))

    @property
    def seconds_a_unit(self) -> float:
        """From the first result to the last."""
        return (self.last - (self.first or self.last)) / max(1, self.done - self.of_first)


def overhead(units: int) -> None:
    plan = made_up_plan(units)
    with tempfile.TemporaryDirectory() as folder:
        watched, before, start = Watched(), os.times(), time.perf_counter()
        run_sweep(plan, Path(folder) / "run", Options(Where(workers=2), work=nothing), watched)
        end, after = time.perf_counter(), os.times()
        size = sum(file.stat().st_size for file in (Path(folder) / "run").iterdir())
    own = after.user + after.system - before.user - before.system
    workers = after.children_user + after.children_system - before.children_user - before.children_system
    print(
        f"{plan.num_units:,} units of nothing, 2 workers: "
        f"{1000 * (end - (watched.first or start)) / plan.num_units:.3f} ms a unit "
        f"(bar 0.5) from the first to the end, {end - start:.1f} s in all, {size / plan.num_units:.0f} bytes a unit"
    )
    print(
        f"  CPU of client, scheduler and writer {1000 * own / plan.num_units:.3f} ms a unit, "
        f"of the workers {1000 * workers / plan.num_units:.3f}"
    )
    quarter = [rss for done, rss in watched.memory if done <= plan.num_units / 4]
    rest = [rss for done, rss in watched.memory if done > plan.num_units / 4]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  memory of client, scheduler and writer: first quarter at most {max(quarter):.0f} MB, afterwards at most "
          f"{max(rest):.0f} MB, peak with the final merge {peak:.0f} MB (bar 1000)")  # fmt: skip


FIRST = """import sys, time
start = time.time()
import os
from nicviz.sweeps.progress import Progress
add = Progress.add
def first(self, rows):
    Progress.add = add
    print(f"FIRST {time.time() - float(sys.argv[1]):.2f}", flush=True)
    add(self, rows)
Progress.add = first
from nicviz.__main__ import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[2:]))
"""


def resume(units: int) -> None:
    """A run whose units are done but for the last picture's: from the command's start to its first result."""
    from nicviz.codecs.catalog import catalog
    from nicviz.commands.sweep import _plan
    from nicviz.requests.fields import Known
    from nicviz.requests.runs import Sweep
    from nicviz.requests.words import Parser, add_arguments, from_options

    kodak = [str(file) for file in sorted(shared("kodak").glob("*.png"))]
    per_codec = max(1, -(-units // (len(kodak) * 31 * 2)) + 2)
    qualities = ",".join(map(str, range(1, min(100, per_codec) + 1)))
    parser = Parser()
    add_arguments(parser, Sweep)
    with tempfile.TemporaryDirectory() as folder:
        words = ["sweep", *kodak, "--codec", f"jpeg:{qualities}", "--codec", f"webp:{qualities}"]
        words += ["--corruption", "all", "--severity", "1,3", "--into", f"{folder}/run"]
        plan = _plan(from_options(Sweep, parser.parse_args(words[1:]), Known(catalog)), [])
        left = plan.per_picture
        with held(Path(folder) / "run") as hold:
            writer = Writer(Path(folder) / "run", plan, hold)
            for number in range(plan.num_units - left):
                unit = plan.unit(number)
                writer.add([number], [figures(blank_row(unit.picture, unit.condition, unit.step))], [])
            writer.close(finished=False)
        times = []
        for _ in range(3):
            start = time.time()
            child = subprocess.Popen([sys.executable, "-c", FIRST, str(start), *words], stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, text=True, start_new_session=True)  # fmt: skip
            times.append(float(child.stdout.readline().split()[1]))
            child.kill()
            child.wait()
            time.sleep(1)
    print(f"a resumed run of {plan.num_units - left:,} done units: first result after "
          f"{', '.join(f'{each:.1f}' for each in times)} s (bar 5)")  # fmt: skip


def query(rows: int) -> None:
    """Made rows, 15 corruptions × 5 severities and clean, four codecs at five qualities, as a merged run has them."""
    import pyarrow
    import pyarrow.parquet

    rng = np.random.default_rng(0)
    schema = arrow_schema()
    with tempfile.TemporaryDirectory() as folder:
        commit_json(Path(folder) / PLAN, made_up_plan(100).to_record())
        names = [condition.name for condition in conditions_of(["all"], (1,), 0)[1:]]
        with pyarrow.parquet.ParquetWriter(Path(folder) / "trials-00000001-00000001.parquet", schema,
                                           compression="zstd") as writer:  # fmt: skip
            for start in range(0, rows, 100_000):
                count = min(100_000, rows - start)
                texts = {
                    "corruption": pyarrow.array(rng.choice(names, count)),
                    "codec": pyarrow.array(rng.choice(list("abcd"), count)),
                    "setting": pyarrow.array(rng.choice([f"{c}:{q}" for c in "abcd" for q in range(5)], count)),
                    "image": pyarrow.array(rng.choice([f"{k}.png" for k in range(428)], count)),
                    "failed": pyarrow.nulls(count, pyarrow.string()),
                    "severity": pyarrow.array(rng.integers(1, 6, count), pyarrow.int8()),
                }  # fmt: skip
                columns = [
                    texts[field.name] if field.name in texts else made_column(field, rng, count) for field in schema
                ]
                writer.write_table(pyarrow.table(columns, schema=schema))
        size = (Path(folder) / "trials-00000001-00000001.parquet").stat().st_size
        run, times = open_run(Path(folder)), []
        for _ in range(5):
            start_time = time.perf_counter()
            answer = run.query(QUERY)
            times.append(time.perf_counter() - start_time)
        start_time = time.perf_counter()
        subprocess.run([sys.executable, "-m", "nicviz", "query", folder, QUERY], check=True, stdout=subprocess.DEVNULL)
        whole = time.perf_counter() - start_time
    print(f"query of {rows:,} made rows ({size / MEGABYTE:.0f} MB), {len(answer.rows)} groups: first {times[0]:.2f} s, "
          f"then {statistics.median(times[1:]):.2f} s (bar 1), as a command {whole:.2f} s")  # fmt: skip


def made_column(field: Any, rng: np.random.Generator, count: int) -> Any:
    import pyarrow

    if pyarrow.types.is_floating(field.type):
        return pyarrow.array(rng.random(count))
    if pyarrow.types.is_list(field.type):
        offsets = pyarrow.array(np.arange(count + 1, dtype=np.int32) * 16)
        return pyarrow.ListArray.from_arrays(offsets, pyarrow.array(rng.random(16 * count)))
    if pyarrow.types.is_integer(field.type):
        return pyarrow.array(rng.integers(0, 5000, count), field.type)
    if pyarrow.types.is_boolean(field.type):
        return pyarrow.array(rng.random(count) < 0.1)
    return pyarrow.array(["made"] * count)


def workers(rounds: int, pictures: int) -> None:
    """Kodak images through JPEG and WebP, clean and fog and noise; one worker and two, in turn."""
    from nicviz.sweeps.datasets import Wanted

    files = sorted(shared("kodak").glob("*.png"))[:pictures]
    found = read_pictures([Wanted(ImageSetting(str(file))) for file in files], {}, print)
    steps = tuple(Step(CODECS[name].reference, float(q), None, CODECS[name].cost) for name, q in
                  (("jpeg", 10), ("jpeg", 30), ("jpeg", 50), ("webp", 30), ("webp", 60)))  # fmt: skip
    plan = Plan(found, conditions_of(("fog", "gaussian_noise"), (3,), 0), steps)
    steady: dict[int, list[float]] = {1: [], 2: []}
    whole: dict[int, list[float]] = {1: [], 2: []}
    cpu: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for count in (1, 2):
            with tempfile.TemporaryDirectory() as folder:
                watched, before, start = Watched(), os.times(), time.perf_counter()
                run_sweep(plan, Path(folder) / "run", Options(Where(workers=count)), watched)
                whole[count].append((time.perf_counter() - start) / plan.num_units)
                steady[count].append(watched.seconds_a_unit)
                cpu[count].append((sum(os.times()[:4]) - sum(before[:4])) / plan.num_units)
            gc.collect()
    print(f"{plan.num_units} units, one worker and two; load of the machine {os.getloadavg()[0]:.1f}")
    for title, seconds in (("from the first result to the last", steady), ("with start and end", whole)):
        one, two = (statistics.median(seconds[count]) for count in (1, 2))
        print(f"  {title}: {one:.3f} and {two:.3f} s a unit: {one / two:.2f} × (bar 1.8)")
    one, two = (statistics.median(cpu[count]) for count in (1, 2))
    print(f"  CPU of all processes: {one:.3f} and {two:.3f} s a unit")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=12)
    parser.add_argument("--only", choices=["overhead", "resume", "query", "workers"])
    options = parser.parse_args()
    parts = {
        "overhead": lambda: overhead(options.units), "resume": lambda: resume(options.units),
        "query": lambda: query(options.rows), "workers": lambda: workers(options.rounds, options.pictures),
    }  # fmt: skip
    for name, part in parts.items():
        if options.only in (None, name):
            part()


if __name__ == "__main__":
    main()
