"""Kodak-C, CLIC-C: the corrupted pictures of a plan as PNG, with a manifest, for others to use."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from nicviz.corruptions import corrupt, corruption_versions
from nicviz.environment import usable_cores
from nicviz.errors import NicvizError
from nicviz.images import content_hash, encode_png, load_file
from nicviz.sweeps.folder import PLAN, commit_json
from nicviz.sweeps.pictures import own_copy
from nicviz.sweeps.plan import Plan, PlannedPicture
from nicviz.sweeps.stop import Stop
from nicviz.tasks.settings import CorruptionSetting

MANIFEST = "manifest.json"


def save_corrupted(plan: Plan, folder: Path, stop: Stop) -> Iterator[int]:
    """Write FOLDER/CORRUPTION/SEVERITY/NAME.png, as the public code looks for them, and yield how many are there.

    What is there already stays, and must be the same picture. The manifest, written last, has the content hash of each
    file and of its original, seeds and versions.

    Raises:
        NicvizError: two pictures of one name; a picture that is too small or cannot be read any more; a folder that
            holds a run, or a picture under such a name that another seed or version made.
        KeyboardInterrupt: `stop` was set.
    """
    if (folder / PLAN).exists():
        raise NicvizError(f"{folder} holds a run; save corrupted pictures in a folder of their own.")
    names = _names(plan)
    conditions = [each for each in plan.conditions if each is not None]
    files: list[dict[str, Any]] = []
    with ThreadPoolExecutor(usable_cores()) as pool:
        for planned, name in zip(plan.pictures, names, strict=True):
            stop.check()
            for record in pool.map(lambda each, p=planned, n=name: _save(folder, p, n, each), conditions):
                files.append(record)
                yield len(files)
    commit_json(folder / MANIFEST, {"command": plan.command, "versions": corruption_versions(), "files": files})


def _names(plan: Plan) -> list[str]:
    names = [f"{Path(each.picture.name).stem}.png" for each in plan.pictures]
    for name in names:
        if names.count(name) > 1:
            raise NicvizError(f"Two pictures are named {name}; save the corrupted ones of each folder by itself.")
    return names


def _save(folder: Path, planned: PlannedPicture, name: str, condition: CorruptionSetting) -> dict[str, Any]:
    file = folder / condition.name / str(condition.severity) / name
    made = corrupt(own_copy(planned).pixels, condition.name, condition.severity, condition.seed)
    if file.exists():
        if load_file(file).sha256 != content_hash(made):
            raise NicvizError(f"{file} is another picture, of another seed, original or version; name another folder.")
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(".tmp")
        temporary.write_bytes(encode_png(made))
        os.replace(temporary, file)
    return {
        "file": str(file.relative_to(folder)), "sha256": content_hash(made), "original": planned.picture.name,
        "original_sha256": planned.picture.sha256, **vars(condition),
    }  # fmt: skip
