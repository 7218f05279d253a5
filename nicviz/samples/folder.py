"""The user's own folder of images, named by NICVIZ_IMAGES; its subfolders are sets.

Files are found by listing the folder and are offered under keys made from their names, so that a key, which may come
from a URL, is looked up and never turned into a path. Links that lead out of the folder are not followed.
"""

import os
from collections import Counter
from functools import partial
from pathlib import Path

from nicviz.images import Limits, LoadedImage, load_file
from nicviz.images.formats import EXTENSIONS
from nicviz.samples.base import Sample

VARIABLE = "NICVIZ_IMAGES"
TOP_SET = "images"


def folder_problem() -> str | None:
    """Return why the folder of NICVIZ_IMAGES offers nothing, in one sentence, or None if it is unset or offers some."""
    root = _root()
    if root is None:
        return None
    if not root.is_dir():
        return f"{VARIABLE} names {root}, which is no folder."
    try:
        found = folder_samples()
    except OSError as error:
        return f"{VARIABLE} names {root}, which cannot be listed: {error.strerror}."
    return None if found else f"{VARIABLE} names {root}, which holds no images."


def folder_samples(limits: Limits | None = None, taken: frozenset[str] = frozenset()) -> list[Sample]:
    """Return the images of the folder and its direct subfolders, by set and name; none if there is no such folder.

    Args:
        limits: of the files, checked when one is loaded; those of the environment by default.
        taken: set names that are not free; a subfolder of such a name gets " (folder)" added.

    Raises:
        OSError: a folder that may not be listed; `folder_problem` says so in words.
    """
    root = _root()
    if root is None or not root.is_dir():
        return []
    inside = root.resolve()
    subfolders = sorted(path for path in _entries(root, inside) if path.is_dir())
    sets = {_set_name(path.name, taken | {TOP_SET}): path for path in subfolders}
    samples = []
    for group, folder in sorted({TOP_SET: root, **sets}.items()):
        files = sorted(path for path in _entries(folder, inside) if _is_image(path))
        for stem, path in zip(_unique_names(files), files, strict=True):
            samples.append(_sample(f"{group}/{stem}", group, path, limits))
    return samples


def _root() -> Path | None:
    text = os.environ.get(VARIABLE, "").strip()
    return Path(text).expanduser() if text else None


def _entries(folder: Path, inside: Path) -> list[Path]:
    """Return what lies in a folder, without hidden entries and without links that leave `inside`."""
    with os.scandir(folder) as entries:
        return [
            Path(entry.path)
            for entry in entries
            if not entry.name.startswith(".")
            and (not entry.is_symlink() or Path(entry.path).resolve().is_relative_to(inside))
        ]


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in EXTENSIONS and path.is_file()


def _set_name(name: str, taken: frozenset[str]) -> str:
    return f"{name} (folder)" if name in taken else name


def _unique_names(files: list[Path]) -> list[str]:
    """Return each file's stem, or its whole name where the stem is another's stem or whole name."""
    stems = Counter(path.stem for path in files)
    names = {path.name for path in files}
    return [path.stem if stems[path.stem] == 1 and path.stem not in names else path.name for path in files]


def _sample(key: str, group: str, path: Path, limits: Limits | None) -> Sample:
    read = partial(_load, key, path, limits)
    return Sample(key, path.stem, "folder", group, f"{path.name} of the set {group}.", "Your own folder.", read)


def _load(key: str, path: Path, limits: Limits | None, _: int | None) -> LoadedImage:
    loaded = load_file(path, limits)
    return LoadedImage(key, loaded.pixels, loaded.notices)
