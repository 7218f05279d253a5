"""Programs: throughput on all cores over one, what is added to the bare command, memory of the caller, and a match.

python -m tests.benchmarks.bench_programs [IMAGES]    24 Kodak images × 5 QPs of `hevc` by default
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median

from nicviz.codecs import CODECS, Codec, Placement
from nicviz.codecs.program import codec as program_codec
from nicviz.images import LoadedImage, load_file
from nicviz.run import place
from nicviz.run.place import lanes
from nicviz.run.pool import workers
from nicviz.store import Store
from nicviz.tasks.match import match_quality
from nicviz.tasks.settings import Match
from tests.shared_data import shared

QPS = (22, 27, 32, 37, 42)
ROUNDS = 15
Job = tuple[LoadedImage, float]


def seconds(codec: Codec, jobs: Sequence[Job], threads: int) -> float:
    """Return how long all jobs take on so many threads; what they give is dropped."""

    def run(job: Job) -> int:
        return len(place.round_trip(job[0].pixels, codec, job[1]).bitstream)

    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, jobs))
    return time.perf_counter() - start


def overhead(codec: Codec, image: LoadedImage, quality: float) -> None:
    """Print what a round trip takes beyond its two bare commands: the best of alternating rounds, and its own work."""
    commands: list[tuple[list[str], Path]] = []
    inner, bare, whole, own = program_codec.run, [], [], []

    def noted(command: Sequence[str], folder: Path, *rest: object) -> str:
        """Run it as the codec does, and keep what it was given for the bare command."""
        copy = Path(tempfile.mkdtemp(dir=kept))
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        commands.append(([word.replace(str(folder), str(copy)) for word in command], copy))
        return str(inner(command, folder, *rest))  # type: ignore[arg-type]

    with tempfile.TemporaryDirectory() as kept:
        program_codec.run = noted  # type: ignore[assignment]
        codec.decode(codec.encode(image.pixels, quality))
        program_codec.run = inner
        for _ in range(ROUNDS):
            start = time.perf_counter()
            for command, folder in commands:
                subprocess.run([*command[:-1], "-y", command[-1]], cwd=folder, check=True, stdin=subprocess.DEVNULL)
            bare.append(time.perf_counter() - start)
            start, worked = time.perf_counter(), time.thread_time()
            codec.decode(codec.encode(image.pixels, quality))
            whole.append(time.perf_counter() - start)
            own.append(time.thread_time() - worked)
    print(f"a round trip takes {1000 * (min(whole) - min(bare)):.0f} ms more than its two commands, which take "
          f"{1000 * min(bare):.0f} ms; {1000 * median(own):.0f} ms are work of the calling thread")  # fmt: skip


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    images = [load_file(path) for path in sorted(shared("kodak").glob("kodim*.png"))[:count]]
    jobs = [(image, float(qp)) for image in images for qp in QPS]
    hevc = CODECS["hevc"]
    threads = lanes(hevc).threads
    place.round_trip(images[0].pixels, hevc, 32)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    one, all_cores = seconds(hevc, jobs, 1), seconds(hevc, jobs, threads)
    print(f"hevc, {len(jobs)} round trips: {one:.1f} s on one thread, {all_cores:.1f} s on {threads}: "
          f"{one / all_cores:.2f} times as many")  # fmt: skip
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"memory of this process grew by {grown:.0f} MB meanwhile")
    killable = replace(hevc, placement=Placement.KILLABLE)
    workers(slow=True).warm(2)
    place.round_trip(images[0].pixels, killable, 32)
    in_workers = seconds(killable, jobs, threads)
    print(f"the same from worker processes: {in_workers:.1f} s, {in_workers / all_cores:.2f} times as long")
    overhead(hevc, images[0], 37)
    for name in ("hevc", "vvc"):
        tried: list[float] = []
        codec = CODECS[name]

        def encode(image: object, quality: float, codec: Codec = codec, tried: list[float] = tried) -> bytes:
            tried.append(quality)
            return codec.encoder(image, quality)  # type: ignore[arg-type]

        watched = replace(codec, encoder=encode)
        with tempfile.TemporaryDirectory() as folder:
            found = match_quality(images[0], watched, Match("bpp", 0.5), store=Store(Path(folder), 2**28))
        tries = ", ".join(f"{qp:g}" for qp in tried)
        print(f"{name} at 0.5 bpp: {len(tried)} encodings, QP {tries}; {found.value:.3f} bpp")


if __name__ == "__main__":
    main()
