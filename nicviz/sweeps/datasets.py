"""The data sets of the papers, by name: found in the user's folder of pictures, or fetched once and kept."""

import os
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import platformdirs

from nicviz import environment
from nicviz.download import fetch, reason
from nicviz.errors import NicvizError
from nicviz.images.formats import EXTENSIONS
from nicviz.registry import Registry
from nicviz.sweeps.remote import CLIC_MOBILE, CLIC_PROFESSIONAL, DIV2K_VALID, KODAK, Remote
from nicviz.tasks.settings import ImageSetting

_LARGEST = 8 << 30
Report = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """A picture that a sweep asks for.

    Args:
        setting: where it is.
        center: width and height of what is cut out of its middle; None for nothing.
    """

    setting: ImageSetting
    center: tuple[int, int] | None = None


@dataclass(frozen=True)
class DataSet:
    """Pictures under a name.

    Args:
        name: as on the command line, and of its folder.
        title: with what it is, for people.
        num_pictures: that it has.
        files: to fetch: pictures, or an archive of them; empty where no hash of it is published.
        center: what is cut out of the middle of each, as the paper did.
        parts: data sets that it consists of, instead of files.
    """

    name: str
    title: str
    num_pictures: int
    files: tuple[Remote, ...] = ()
    center: tuple[int, int] | None = None
    parts: tuple[str, ...] = ()


_PAPER_CROP = (768, 512)  # of Lieberman et al., as their public code cuts it
DATASETS: Registry[DataSet] = Registry(
    "data set",
    (
        DataSet("kodak", "Kodak, 24 photographs of 768×512", 24, KODAK),
        DataSet("clic-mobile", "CLIC 2020, mobile test, center 768×512", 178, (CLIC_MOBILE,), _PAPER_CROP),
        DataSet("clic-professional", "CLIC 2020, professional test, center 768×512", 250, (CLIC_PROFESSIONAL,),
                _PAPER_CROP),
        DataSet("clic", "CLIC 2020, mobile and professional", 428, parts=("clic-mobile", "clic-professional")),
        DataSet("tecnick", "Tecnick, 100 photographs of 1200×1200", 100),
        DataSet("div2k-valid", "DIV2K, 100 photographs of the validation set", 100, (DIV2K_VALID,)),
    ),
)  # fmt: skip


def pictures_of(name: str, report: Report) -> list[Wanted]:
    """Return the pictures of a data set, which is fetched if it is not here.

    Args:
        name: of `DATASETS`.
        report: told what is fetched.

    Raises:
        UnknownName: no such data set.
        NicvizError: it is not here and cannot be fetched; the message says what would help.
    """
    found = DATASETS[name]
    if found.parts:
        return [each for part in found.parts for each in pictures_of(part, report)]
    files = _files(found.name, report)
    if len(files) != found.num_pictures:
        report(f"{found.name} has {found.num_pictures} pictures; its folder {files[0].parent} has {len(files)}.")
    return [Wanted(ImageSetting(str(file)), found.center) for file in files]


def folder_of_fetched() -> Path:
    """Return where data sets are kept that were fetched."""
    cache = environment.CACHE.read() or platformdirs.user_cache_path("nicviz", appauthor=False)
    return cache / "datasets"


def _files(name: str, report: Report) -> list[Path]:
    own = environment.IMAGES.read()
    for folder in filter(None, (own and own / name, folder_of_fetched() / name)):
        files = _images_in(folder)
        if files:
            return files
    return _images_in(_fetch(DATASETS[name], report))


def _images_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in EXTENSIONS and file.is_file())


def _fetch(found: DataSet, report: Report) -> Path:
    """Fetch the files of a data set, each checked by its hash; a folder with all of them, or none, is the result."""
    target = folder_of_fetched() / found.name
    if not found.files:
        raise NicvizError(
            f"{found.name} is not here, and no hash of it is published that a download could be checked by. Put its "
            f"pictures into the folder {found.name} of {environment.IMAGES.name}."
        )
    partial = target.with_name(f"{found.name}.partial")
    partial.mkdir(parents=True, exist_ok=True)
    for number, remote in enumerate(found.files, start=1):
        report(f"{found.name}, file {number} of {len(found.files)}")
        _fetch_file(remote, partial)
    for archive in partial.glob("*.zip"):
        _unpack(archive, partial)
    os.replace(partial, target)
    return target


def _fetch_file(remote: Remote, folder: Path) -> None:
    """Have a file in a folder: what an earlier call began is gone on with, and what has another hash is not kept."""
    whole, begun = folder / remote.name, folder / f"{remote.name}.part"
    if whole.exists():
        return
    mirror = environment.DATASETS_URL.read()
    url = remote.url if mirror is None else f"{mirror.rstrip('/')}/{remote.name}"
    try:
        digest = fetch(url, begun, largest=_LARGEST)
    except (OSError, HTTPException) as error:
        raise NicvizError(
            f"{url} could not be fetched ({reason(error)}). The same command goes on where it broke off; or put the "
            f"pictures into a folder of {environment.IMAGES.name}, or name a mirror in {environment.DATASETS_URL.name}."
        ) from error
    if digest != remote.sha256:
        begun.unlink()
        raise NicvizError(f"{url} has another content than it should (SHA-256 {digest}); nothing of it was kept.")
    os.replace(begun, whole)


def _unpack(archive: Path, folder: Path) -> None:
    """Put the pictures of an archive, whatever folders it has, into one, and remove the archive."""
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in _pictures(opened.infolist()):
                with opened.open(member) as source, (folder / Path(member.filename).name).open("wb") as file:
                    shutil.copyfileobj(source, file)
    except zipfile.BadZipFile as error:
        raise NicvizError(f"{archive} is no archive: {error}.") from error
    archive.unlink()


def _pictures(members: Sequence[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    names = [Path(member.filename) for member in members]
    return [
        member for member, name in zip(members, names, strict=True)
        if name.suffix.lower() in EXTENSIONS and not name.name.startswith(".") and "__MACOSX" not in name.parts
    ]  # fmt: skip
