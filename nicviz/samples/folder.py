"""The user's own folder of images, named by NICVIZ_IMAGES; its subfolders are sets.

Files are found by listing the folder and are offered under keys made from their names, so that a key, which may come
from a URL, is looked up and never turned into a path. Links that lead out of the folder are not followed.
"""

import os
from collections import Counter
from functools import partial
from pathlib import Path

from nicviz import environment
from nicviz.images import Limits, LoadedImage, load_file, printable
from nicviz.images.formats import EXTENSIONS
from nicviz.images.names import LONGEST
from nicviz.samples.base import Sample

VARIABLE = environment.IMAGES.name
TOP_SET = "images"


def folder_samples(limits: Limits | None = None, taken: frozenset[str] = frozenset()) -> list[Sample]:
    """Return the samples of `read_folder`, without what is wrong with it."""
    return read_folder(limits, taken)[0]


def folder_problem() -> str | None:
    """Return what is wrong with the folder, as `read_folder` says it, or None."""
    return read_folder()[1]


def read_folder(limits: Limits | None = None, taken: frozenset[str] = frozenset()) -> tuple[list[Sample], str | None]:
    """Return the images of the folder and its direct subfolders by set and name, and what is wrong, in one sentence.

    Nothing is wrong where NICVIZ_IMAGES is unset. A subfolder that may not be listed leaves the others.

    Args:
        limits: of the files, checked when one is loaded; those of the environment by default.
        taken: set names that are not free; a subfolder of such a name gets " (folder)" added.
    """
    root = environment.IMAGES.read()
    if root is None:
        return [], None
    if not root.is_dir():
        return [], f"{VARIABLE} names {root}, which is no folder."
    samples: list[Sample] = []
    problem = None
    try:
        for group, folder in _sets(root, taken):
            try:
                samples += _samples(group, folder, root.resolve(), limits)
            except OSError as error:
                problem = f"{folder} cannot be listed: {error.strerror}."
    except OSError as error:
        problem = f"{VARIABLE} names {root}, which cannot be listed: {error.strerror}."
    if not samples and problem is None:
        problem = f"{VARIABLE} names {root}, which holds no images."
    return samples, problem


def _sets(root: Path, taken: frozenset[str]) -> list[tuple[str, Path]]:
    """Return the sets as (name, folder), sorted by name; the folder itself is the set `TOP_SET`."""
    reserved = taken | {TOP_SET}
    subfolders = [path for path in _entries(root, root.resolve()) if path.is_dir()]
    shown = _numbered([printable(path.name) for path in subfolders])
    named = [f"{name} (folder)" if name in reserved else name for name in shown]
    return sorted([(TOP_SET, root), *zip(named, subfolders, strict=True)])


def _samples(group: str, folder: Path, inside: Path, limits: Limits | None) -> list[Sample]:
    files = sorted(path for path in _entries(folder, inside) if path.suffix.lower() in EXTENSIONS and path.is_file())
    return [
        _sample(f"{group}/{name}", group, path, limits) for name, path in zip(_unique_names(files), files, strict=True)
    ]


def _entries(folder: Path, inside: Path) -> list[Path]:
    """Return what lies in a folder, without hidden entries and without links that leave `inside`."""
    with os.scandir(folder) as entries:
        return [
            Path(entry.path)
            for entry in entries
            if not entry.name.startswith(".")
            and (not entry.is_symlink() or Path(entry.path).resolve().is_relative_to(inside))
        ]


def _unique_names(files: list[Path]) -> list[str]:
    """Return each file's stem, or its whole name where the stem is another's stem or whole name."""
    stems = Counter(printable(path.stem) for path in files)
    names = {printable(path.name) for path in files}
    shown = [(printable(path.stem), printable(path.name)) for path in files]
    return _numbered([stem if stems[stem] == 1 and stem not in names else name for stem, name in shown])


def _numbered(names: list[str]) -> list[str]:
    """Return the names with a number after each that was there before: bytes that are no UTF-8 all look alike."""
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return numbered


def _sample(key: str, group: str, path: Path, limits: Limits | None) -> Sample:
    read = partial(_load, key, path, limits)
    title, about = printable(path.stem, LONGEST), f"{printable(path.name, LONGEST)} of the set {group}."
    return Sample(key, title, "folder", group, about, "Your own folder.", read, path)


def _load(key: str, path: Path, limits: Limits | None, _: int | None) -> LoadedImage:
    loaded = load_file(path, limits)
    return LoadedImage(key, loaded.pixels, loaded.notices)
