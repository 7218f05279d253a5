"""A small run to write, kill and compare: pictures that are quick to code, and a table without its times."""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nicviz.codecs import CODECS
from nicviz.images import LoadedImage, encode_png
from nicviz.sweeps import pictures as pictures_here
from nicviz.sweeps.columns import TIMES
from nicviz.sweeps.plan import Plan, PlannedPicture, Step
from nicviz.sweeps.query import Run
from nicviz.sweeps.unit import remote_group
from nicviz.tasks.settings import CorruptionSetting, ImageSetting
from nicviz.tasks.task import Picture

SIDE = 72


def save_pictures(folder: Path, count: int, side: int = SIDE) -> list[Path]:
    """Write pictures of smooth noise and return their files."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    files = [folder / f"picture{number:02d}.png" for number in range(count)]
    for file in files:
        pixels = rng.integers(0, 256, (side // 8, side // 8, 3), np.uint8).repeat(8, 0).repeat(8, 1)
        file.write_bytes(encode_png(pixels))
    return files


def planned(file: Path) -> PlannedPicture:
    setting = ImageSetting(str(file))
    loaded = setting.load()
    return PlannedPicture(Picture.of(LoadedImage(file.name, loaded.pixels)), setting)


def small_plan(
    folder: Path, count: int = 2, qualities: tuple[float, ...] = (10, 50), corruptions: tuple[str, ...] = ("fog",)
) -> Plan:
    """Return a plan over pictures that it writes: clean and corrupted, through JPEG and PNG."""
    jpeg, png = CODECS["jpeg"], CODECS["png"]
    steps = [Step(jpeg.reference, quality, None, jpeg.cost) for quality in qualities]
    return Plan(
        tuple(map(planned, save_pictures(folder, count))),
        (None, *(CorruptionSetting(name, 3) for name in corruptions)),
        (*steps, Step(png.reference, None, None, png.cost)),
    )


def rows_of(run: Run) -> list[dict[str, Any]]:
    """Return the rows without their times, in an order that does not depend on when they came."""
    rows = run.table([name for name in run.table().schema.names if name not in TIMES]).to_pylist()
    return sorted(rows, key=lambda row: (row["image_sha256"], row["corruption"] or "", row["setting"]))


DEADLY = ("fog", "jpeg:50")


def deadly(work: str) -> dict[str, Any]:
    """Do a group, but die of one unit as a crash of a codec would."""
    asked = json.loads(work)
    settings = [Step.from_record(record).setting for record in asked["steps"]]
    for picture in asked["pictures"]:
        for part in picture["conditions"]:
            name = part["condition"] and part["condition"]["name"]
            if DEADLY in [(name, settings[place]) for place in part["steps"]]:
                os.kill(os.getpid(), signal.SIGKILL)
    return remote_group(work)


def wide_plan(count: int) -> Plan:
    """Return a plan over pictures that nobody reads: units 0 and 1 of each are clean, 2 and 3 corrupted."""
    pictures = tuple(
        PlannedPicture(Picture(f"{number:064x}", f"{number}.png", 768, 512), ImageSetting(f"/nowhere/{number}.png"))
        for number in range(count)
    )
    jpeg = CODECS["jpeg"].reference
    return Plan(pictures, (None, CorruptionSetting("fog", 3)), (Step(jpeg, 1.0), Step(jpeg, 2.0)))


def mixed_plan(count: int) -> Plan:
    """Return units of JPEG and of two qualities of a network, in turn."""
    network = CODECS["compact-hyperprior"].reference
    steps = (Step(network, 2.0), Step(CODECS["jpeg"].reference, 30.0), Step(network, 4.0))
    return replace(wide_plan(count), steps=steps)


def blind(work: str) -> dict[str, Any]:
    """Do a group in a process that sees none of the client's files."""
    pictures_here.own_copy = _sees_nothing  # type: ignore[assignment]
    return remote_group(work)


def _sees_nothing(planned: PlannedPicture) -> LoadedImage:
    raise pictures_here.Absent(f"{planned.picture.name} is not on this machine.")
