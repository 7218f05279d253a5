"""Several pictures at once: sets of samples, folders and files, in a fixed order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from nicviz.errors import ImageError, NicvizError
from nicviz.images import LoadedImage
from nicviz.samples import sample_sets
from nicviz.tasks.settings import ImageSetting


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


def readable(settings: Iterable[ImageSetting], report: Callable[[str], None]) -> Iterator[LoadedImage]:
    """Yield the pictures one by one, so that one at a time is in memory; one that cannot be read is reported."""
    for setting in settings:
        try:
            image = setting.load()
        except ImageError as error:
            report(str(error))
            continue
        yield image
