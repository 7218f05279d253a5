"""Made-up runs as arrays: codecs whose figures follow simple laws of the rate, so that what must come out is known."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from nicviz.codecs import CodecReference
from nicviz.corruptions import CORRUPTIONS
from nicviz.robustness.cube import COLUMNS, Cube
from nicviz.sweeps.columns import NUM_RINGS, to_table
from nicviz.sweeps.folder import PLAN, Batches, commit_json
from nicviz.sweeps.plan import Plan, PlannedPicture, Step
from nicviz.sweeps.query import Run, open_run
from nicviz.sweeps.unit import blank_row
from nicviz.tasks.settings import CorruptionSetting, ImageSetting
from nicviz.tasks.task import Picture

FAMILIES = {
    "png": "lossless", "jpeg": "classical", "jpeg2000": "classical", "avif": "classical", "net": "neural",
    "net-msssim": "neural", "net-pruned-95": "neural",
}  # fmt: skip
RATES = (0.25, 0.5, 1.0, 2.0)
NUM = 12
PAPER = tuple(name for name, entry in CORRUPTIONS.items() if entry.group != "extra")


def made_cube(
    codecs: tuple[str, ...] = ("jpeg2000", "net"), num: int = NUM, severities: tuple[int, ...] = (3,),
    rates: tuple[float, ...] = RATES, corruptions: tuple[str, ...] = PAPER,
) -> Cube:  # fmt: skip
    """Return a run in which all codecs are alike, pictures differ, and figures are linear in log2 of the rate."""
    pictures = tuple(
        PlannedPicture(Picture(f"{k:064x}", f"p{k}.png", 64, 64), ImageSetting(f"p{k}.png")) for k in range(num)
    )
    conditions = (None, *(CorruptionSetting(name, s) for name in corruptions for s in severities))
    steps = tuple(
        Step(CodecReference(codec), None if codec == "png" else float(k))
        for codec in codecs
        for k in range(1 if codec == "png" else len(rates))
    )
    shape = num, len(conditions), len(steps)
    rate = np.broadcast_to(
        np.array([24.0 if step.quality is None else rates[int(step.quality)] for step in steps]), shape
    )
    octaves, own = np.log2(rate), np.linspace(-1.5, 1.5, num)[:, None, None]
    columns = {
        "bpp": rate.copy(),
        "psnr_db": 32 + 4 * octaves + own,
        "psnr_clean_db": 26 + 1 * octaves + own,
        "ms_ssim": 1 - 10 ** (-(14 + 3 * octaves + own) / 10),
        "delta_e00": 3 - 0.7 * octaves + 0.1 * own,
        "unique_ab": 900 + 150 * octaves + 20 * own,
        "unique_ab_original": np.full(shape, 1000.0),
        "d_medium_density": 10 ** ((10 - 4 * octaves + own) / 10),
        "d_high_density": 10 ** ((10 - 4 * octaves + own) / 10),
        "g_total": 10 ** ((20 - 4 * octaves + own) / 10),
        "r_total": 10 ** ((25 - 1 * octaves + own) / 10),
    }
    assert set(columns) == set(COLUMNS)
    return Cube(pictures, conditions, steps, columns, 0, int(np.prod(shape)))


def changed(cube: Cube, codec: str, by: Mapping[str, float], decibel: bool = False, spread: float = 0.0) -> Cube:
    """Return the run with columns of a codec moved: by a sum, or by a factor in dB; `spread` differs by picture."""
    places = cube.steps_of(codec)
    own = spread * np.linspace(-1, 1, len(cube.pictures))[:, None, None]
    columns = {name: column.copy() for name, column in cube.columns.items()}
    for name, value in by.items():
        part = columns[name][:, :, places]
        columns[name][:, :, places] = part * 10 ** ((value + own) / 10) if decibel else part + value + own
    return Cube(cube.pictures, cube.conditions, cube.steps, columns, cube.num_failed, cube.num_done)


def write_run(folder: Path, plan: Plan, numbers: list[int], failed: int | None = None) -> Run:
    """Write a run with rows of some units, in this order; the PSNR of a unit is its number."""
    import pyarrow.parquet

    folder.mkdir(parents=True, exist_ok=True)
    commit_json(folder / PLAN, plan.to_record())
    rows = []
    for number in numbers:
        unit = plan.unit(number)
        row = blank_row(unit.picture, unit.condition, unit.step)
        if number == failed:
            row["failed"] = "no"
        else:
            row |= {"bpp": 0.5 + number, "psnr_db": float(number), "exact": False, "unique_ab": number,
                    "g_rings": [float(number + k) for k in range(NUM_RINGS)]}  # fmt: skip
        rows.append(row)
    pyarrow.parquet.write_table(to_table(rows, plan.metrics), folder / Batches(0, 0).trials)
    return open_run(folder)
