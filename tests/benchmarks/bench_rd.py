"""Rate–distortion on the Kodak images: against CompressAI's own bench, and five codecs × eight qualities.

    python -m tests.benchmarks.bench_rd [--images 24] [--rounds 3] [--only compressai|ladders]

Needs the Kodak images beside the project (tests/shared_data.py). The ladders are measured in a process of their own,
cold and then from the store, with the CPU time and the largest resident memory of it and of its workers: on a machine
that others use too, CPU time tells more than the clock.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

import psutil

from nicviz.analysis.rd.curves import mean_curve, of_codec
from nicviz.analysis.rd.points import Findings, Ladder, Plan
from nicviz.analysis.rd.sweep import measure_points
from nicviz.codecs import CODECS
from nicviz.images import load_file
from nicviz.metrics import METRICS, ON_AXES
from nicviz.store import Store
from tests.shared_data import shared

QUALITIES = (10, 30, 50, 70, 90)
FIVE = ("jpeg", "jpeg2000", "jpegxl", "webp", "avif")
MEGABYTE = 2**20


def ours(paths: list[Path], metrics: tuple[str, ...]) -> tuple[float, list[float]]:
    """Seconds and mean PSNR at each quality, from an empty store."""
    plan = Plan((Ladder("jpeg", tuple(map(float, QUALITIES))),), metrics=metrics)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        found = measure_points(
            [partial(load_file, p) for p in paths], plan, CODECS, Findings(), store=Store(Path(folder))
        )
        seconds = time.perf_counter() - start
    curve = sorted(mean_curve(of_codec(found.trials(), "jpeg")), key=lambda point: point.quality)
    return seconds, [float(point.figures["psnr_db"].value or 0) for point in curve]


def theirs(folder: Path, jobs: int) -> tuple[float, list[float]]:
    from compressai.utils.bench.__main__ import collect
    from compressai.utils.bench.codecs import JPEG

    start = time.perf_counter()
    results = collect(JPEG(None), str(folder), list(QUALITIES), ["psnr-rgb", "ms-ssim-rgb"], jobs)
    return time.perf_counter() - start, results["psnr-rgb"]


def against_compressai(paths: list[Path], rounds: int) -> None:
    """Interleaved rounds in this process; theirs with torch's own threads, as it is called by default."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for path in paths:
            (folder / path.name).symlink_to(path)
        ours(paths[:2], ("psnr_db", "ms_ssim"))  # imports, and the interpreter's first run
        theirs(folder, 1)
        own = {
            "same metrics": ("psnr_db", "ms_ssim"),
            "with ΔE00": ("psnr_db", "ms_ssim", "delta_e00"),
            "all axes": ON_AXES,
            "all metrics": tuple(METRICS),
        }
        runs = {"compressai": partial(theirs, folder, 1)} | {
            name: partial(ours, paths, metrics) for name, metrics in own.items()
        }
        times: dict[str, list[float]] = {name: [] for name in runs}
        psnrs: dict[str, list[float]] = {}
        cpu: dict[str, list[float]] = {name: [] for name in times}
        for _ in range(rounds):
            for name, run in runs.items():
                before = time.process_time()
                seconds, psnr = run()
                times[name].append(seconds)
                cpu[name].append(time.process_time() - before)
                psnrs[name] = psnr
    difference = max(abs(a - b) for a, b in zip(psnrs["same metrics"], psnrs["compressai"], strict=True))
    points = len(paths) * len(QUALITIES)
    peer = statistics.median(times["compressai"])
    print(f"JPEG × {len(QUALITIES)} qualities × {len(paths)} images; PSNR differs by at most {difference:.4f} dB")
    for name, values in times.items():
        median, work = statistics.median(values), statistics.median(cpu[name])
        rate, ratio, cost = points / median, peer / median, 1000 * work / points
        print(f"  {name:13} {rate:6.1f} points/s, {ratio:.2f}× compressai; {cost:.0f} ms of CPU a point")


def ladders(count: int, folder: Path) -> dict[str, float]:
    """Run by the child: five codecs × their ladders on `count` images."""
    plan = Plan(tuple(Ladder(name, tuple(map(float, CODECS[name].ladder))) for name in FIVE))
    paths = sorted(shared("kodak").glob("*.png"))[:count]
    found = Findings()
    start = time.perf_counter()
    measure_points([partial(load_file, path) for path in paths], plan, CODECS, found, store=Store(folder))
    seconds = time.perf_counter() - start
    return {"points": len(found.trials()), "problems": len(found.problems), "seconds": seconds}


class Usage(threading.Thread):
    """Watches a process and its children: largest resident memory together, and CPU seconds of all."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process = psutil.Process(pid)
        self.peak = 0.0
        self.cpu: dict[int, float] = {}

    def run(self) -> None:
        while True:
            try:
                everyone = [self.process, *self.process.children(recursive=True)]
                self.peak = max(self.peak, sum(each.memory_info().rss for each in everyone) / MEGABYTE)
                for each in everyone:
                    times = each.cpu_times()
                    self.cpu[each.pid] = times.user + times.system
            except psutil.Error:
                if not self.process.is_running() or self.process.status() == psutil.STATUS_ZOMBIE:
                    return
            time.sleep(0.1)


def ladders_in_a_process(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("cold", "from the store"):
            command = [sys.executable, "-m", "tests.benchmarks.bench_rd", "--child", folder, "--images", str(count)]
            before, start = psutil.cpu_times(), time.perf_counter()
            child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            usage = Usage(child.pid)
            usage.start()
            out, _ = child.communicate()
            wall, after = time.perf_counter() - start, psutil.cpu_times()
            result = json.loads(out)
            cpu, cores = sum(usage.cpu.values()), os.cpu_count() or 1
            others = sum(after) - sum(before) - (after.idle - before.idle) - (after.iowait - before.iowait) - cpu
            print(
                f"{len(FIVE)} codecs × 8 qualities × {count} images, {name}: {result['points']} points, "
                f"{result['problems']} problems\n  {result['seconds']:.1f} s ({wall:.1f} s with imports), "
                f"CPU {cpu:.0f} s on {cores} cores (others {max(others, 0):.0f} s); peak {usage.peak:.0f} MB"
            )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["compressai", "ladders"])
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        sys.stdout.write(json.dumps(ladders(options.images, options.child)))
        return
    paths = sorted(shared("kodak").glob("*.png"))[: options.images]
    if options.only != "ladders":
        against_compressai(paths, options.rounds)
    if options.only != "compressai":
        ladders_in_a_process(options.images)


if __name__ == "__main__":
    main()
