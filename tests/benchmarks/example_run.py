"""Make the example of the Robustness page again: a run over sample photographs, in little.

    python -m tests.benchmarks.example_run [--from RUN]

Measures 4,000 units with `sweep` (some minutes), or takes a RUN that did. Numbers keep 16 bits of mantissa (a
relative error below 2e-5), energies by band and ring 12, times are dropped, and of the mean spectra one
quality a codec is kept, with 8 bits.
"""

import argparse
import shlex
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from nicviz.__main__ import main
from nicviz.robustness.cube import read_cube
from nicviz.robustness.operating import nearest_step, targets_of
from nicviz.robustness.runs import EXAMPLE_FOLDER
from nicviz.sweeps.columns import TIMES
from nicviz.sweeps.folder import Batches, commit_json
from nicviz.sweeps.query import Run, open_run
from nicviz.sweeps.sums import SpectrumSum, sums_table

PICTURES = ("astronaut", "coffee", "chelsea", "motorcycle", "rocket", "hubble", "retina", "tissue", "grass", "brick")
CODECS = (
    "png", "jpeg:10,20,35,60,80", "jpeg2000:160,80,48,28,17", "avif:20,36,52,68", "compact-hyperprior:1,2,3,4,5,6",
    "compact-hyperprior-msssim:3,5", "compact-hyperprior-pruned-95:3,5",
)  # fmt: skip


def rounded(values: np.ndarray, bits: int) -> np.ndarray:
    """Return float64 with so many bits of mantissa: zeros at the end compress."""
    mantissa, exponent = np.frexp(np.asarray(values, np.float64))
    return np.ldexp(np.round(mantissa * 2.0**bits), exponent - bits)


def words_of(folder: Path) -> list[str]:
    codecs = [word for codec in CODECS for word in ("--codec", codec)]
    words = ["sweep", *PICTURES, "--longest-side", "320", *codecs, "--corruption", "all"]
    return [*words, "--severity", "3", "--into", str(folder)]


def measure(folder: Path) -> Run:
    if main(words_of(folder)):
        raise SystemExit("units failed")
    return open_run(folder)


def shrink(column: pyarrow.ChunkedArray, bits: int) -> pyarrow.Array:
    column = column.combine_chunks()
    if pyarrow.types.is_list(column.type):
        values = pyarrow.array(rounded(column.values.to_numpy(zero_copy_only=False), bits))
        return pyarrow.ListArray.from_arrays(column.offsets, values, mask=column.is_null())
    if pyarrow.types.is_float64(column.type):
        values = rounded(column.to_numpy(zero_copy_only=False), bits)
        return pyarrow.array(values, mask=np.asarray(column.is_null()))
    return column


def wanted() -> set[str]:
    """Return the settings that CODECS asks for: a RUN may have others, too."""
    found = set()
    for word in CODECS:
        name, _, qualities = word.partition(":")
        found |= {f"{name}:{quality}" for quality in qualities.split(",")} if qualities else {name}
    return found


def write(run: Run, into: Path) -> None:
    into.mkdir(exist_ok=True)
    for old in into.iterdir():
        old.unlink()
    names = wanted()
    table = run.table()
    table = table.filter(pyarrow.compute.is_in(table["setting"], pyarrow.array(sorted(names))))
    columns = {
        name: pyarrow.nulls(len(table), table.schema.field(name).type)
        if name in TIMES
        else shrink(table[name], 12 if name.endswith(("_rings", "_density", "_energy")) else 16)
        for name in table.schema.names
    }
    place = Batches(0, 0)
    options = {"compression": "zstd", "compression_level": 19, "use_byte_stream_split": False}
    pyarrow.parquet.write_table(pyarrow.table(columns, schema=table.schema), into / place.trials, **options)
    plan = replace(run.plan, steps=tuple(step for step in run.plan.steps if step.setting in names),
                   command=shlex.join(["python", "-m", "nicviz", *words_of(Path("runs/example"))]))  # fmt: skip
    commit_json(into / "plan.json", plan.to_record())
    commit_json(into / "manifest.json", {"versions": run.manifest["versions"], "sessions": [], "finished": True})
    cube = read_cube(open_run(into))
    target = targets_of(cube)[0]
    kept = {cube.steps[nearest_step(cube, codec, target)].setting for codec in cube.codecs}
    sums = {key: SpectrumSum(each.num_images, rounded(each.total, 8))
            for key, each in run.mean_spectra().items() if key.setting in kept}  # fmt: skip
    pyarrow.parquet.write_table(sums_table(sums), into / place.spectra, **options)
    print({file.name: file.stat().st_size for file in into.iterdir()})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="run", type=Path)
    chosen = parser.parse_args().run
    with tempfile.TemporaryDirectory() as place:
        write(open_run(chosen) if chosen else measure(Path(place) / "run"), EXAMPLE_FOLDER)
