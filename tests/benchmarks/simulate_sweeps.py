"""A sweep of many units on paper: workers, one client and its losses, simulated with the times of a real run.

    python -m tests.benchmarks.simulate_sweeps RUN [--units 10000000] [--client-ms 0.44] [--lost 0.02]

RUN is a folder that `sweep` wrote: seconds of units are drawn from its rows. `--client-ms` is what bench_sweeps
measures for client, scheduler and writer a unit; they share one process and one interpreter lock, so they are one
server here. `--lost` is the chance that a worker dies in an hour; what it had under way is done again, after a minute.
"""

import argparse
import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nicviz.sweeps.query import Run, open_run
from nicviz.sweeps.schedule import GROUP_SECONDS, GROUP_UNITS

MERGE_SECONDS = 13e-6  # a row of random figures, of the last merge; reading what is done takes a 40th of it
RESTART_SECONDS = 60.0
WORKERS = (2, 16, 64, 256, 1024)


@dataclass(frozen=True)
class Outcome:
    """What a simulated sweep came to."""

    hours: float
    busy: float  # share of the workers' time that is work
    client: float  # share of the time that the client is busy
    lost: int  # groups that were done again


def measured_seconds(run: Run) -> np.ndarray:
    """Seconds of a unit, as the rows of a run have them."""
    answer = run.query("select encode_seconds + decode_seconds + measure_seconds from trials where failed is null")
    return np.array([row[0] for row in answer.rows])


def simulate(seconds: np.ndarray, units: int, workers: int, client_seconds: float, lost_an_hour: float) -> Outcome:
    """Hand groups to workers in turn; each is ended by the client, which serves one after the other."""
    rng = np.random.default_rng(0)
    size = int(min(GROUP_UNITS, max(1, GROUP_SECONDS / seconds.mean())))
    left, service, lost, busy = -(-units // size), client_seconds * size, 0, 0.0
    ends: list[tuple[float, float]] = []  # of the groups under way, and how long each works
    draws = _draws(rng, seconds, size)

    def begin(start: float) -> None:
        nonlocal left, lost, busy
        left, work = left - 1, next(draws)
        while rng.random() < lost_an_hour * work / 3600:
            start += work * rng.random() + RESTART_SECONDS
            lost += 1
        busy += work
        heapq.heappush(ends, (start + work, work))

    for _ in range(min(workers, left)):
        begin(0.0)
    client_free = 0.0
    groups = left + len(ends)
    while ends:
        end, work = heapq.heappop(ends)
        client_free = max(client_free, end) + service
        if left:  # the next group waits at the worker already, unless the client is more than one group behind
            begin(max(end, client_free - work))
    return Outcome(client_free / 3600, busy / (client_free * workers), groups * service / client_free, lost)


def _draws(rng: np.random.Generator, seconds: np.ndarray, size: int) -> Iterator[float]:
    """Yield the seconds of groups of units, without end."""
    while True:
        yield from rng.choice(seconds, (100_000, size)).sum(axis=1).tolist()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--units", type=int, default=10_000_000)
    parser.add_argument("--client-ms", type=float, default=0.44)
    parser.add_argument("--lost", type=float, default=0.02)
    parser.add_argument(
        "--mean", type=float, help="scale the times to this mean, of a run on a machine with other work"
    )
    options = parser.parse_args()
    run = open_run(options.run)
    seconds = measured_seconds(run)
    seconds *= (options.mean or seconds.mean()) / seconds.mean()
    bytes_a_row = sum(file.stat().st_size for file in options.run.glob("trials-*.parquet")) / run.num_rows
    print(f"{run.num_rows:,} measured units: mean {seconds.mean():.3f} s, median {np.median(seconds):.3f}, "
          f"99 % under {np.percentile(seconds, 99):.3f}")  # fmt: skip
    print(f"{options.units:,} units: {options.units * seconds.mean() / 3600:,.0f} core-hours, "
          f"{options.units * bytes_a_row / 1e9:.1f} GB of rows, "
          f"last merge {options.units * MERGE_SECONDS / 60:.0f} min")  # fmt: skip
    for workers in WORKERS:
        found = simulate(seconds, options.units, workers, options.client_ms / 1000, options.lost)
        print(f"  {workers:5} workers: {found.hours:8.1f} h, workers busy {found.busy:4.0%}, "
              f"client busy {found.client:4.0%}, {found.lost} groups lost")  # fmt: skip


if __name__ == "__main__":
    main()
