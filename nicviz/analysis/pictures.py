"""Several pictures at once: sets of samples, folders and files, in a fixed order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from nicviz.errors import ImageError, NicvizError
from nicviz.images import LoadedImage
from nicviz.run.place import check
from nicviz.run.work import Signal
from nicviz.samples import sample_sets
from nicviz.tasks.settings import ImageSetting

T = TypeVar("T")


def expand(sources: Sequence[str]) -> list[ImageSetting]:
    """Return the pictures that words on the command line stand for.

    Args:
        sources: each a file, a folder (all its files in name order, hidden ones and subfolders left out), a sample
            such as astronaut, or a set of samples such as photographs.

    Raises:
        NicvizError: a folder without a file.
    """
    sets = sample_sets()
    settings: list[ImageSetting] = []
    for source in sources:
        if Path(source).is_dir():
            files = sorted(file for file in Path(source).iterdir() if file.is_file() and not file.name.startswith("."))
            if not files:
                raise NicvizError(f"The folder {source} holds no files.")
            settings += [ImageSetting(str(file)) for file in files]
        elif source in sets and not Path(source).exists():
            settings += [ImageSetting(sample.key) for sample in sets[source]]
        else:
            settings.append(ImageSetting(source))
    return settings


def check_megapixels(image: LoadedImage, limit: float) -> None:
    """Raise `ImageError` where a picture has more megapixels than spectra take."""
    height, width = image.pixels.shape[:2]
    if height * width > limit * 1e6:
        raise ImageError(
            f"{image.name} has {height * width / 1e6:.1f} megapixels; spectra take up to {limit:g}. Crop it."
        )


def one_by_one(
    loads: Sequence[Callable[[], LoadedImage]], make: Callable[[LoadedImage], T], signal: Signal, problems: list[str]
) -> Iterator[tuple[int, T]]:
    """Yield what is made of each picture, with its number, one at a time in memory.

    Args:
        loads: read the pictures.
        make: of a picture what is wanted; a `NicvizError` leaves the picture out.
        signal: cancels, and takes the progress.
        problems: gets a sentence for each picture that was left out.

    Raises:
        NicvizError: the only picture cannot be used.
        Canceled: nobody wants the work any more.
    """
    for number, load in enumerate(loads):
        check(signal)
        signal.progress = number / len(loads)
        try:
            made = make(load())
        except NicvizError as error:
            if len(loads) == 1:
                raise
            problems.append(f"Left out: {error}")
            continue
        yield number, made


def readable(settings: Iterable[ImageSetting], report: Callable[[str], None]) -> Iterator[LoadedImage]:
    """Yield the pictures one by one, so that one at a time is in memory; one that cannot be read is reported."""
    for setting in settings:
        try:
            image = setting.load()
        except ImageError as error:
            report(str(error))
            continue
        yield image
