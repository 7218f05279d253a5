"""From what is asked for to a plan: pictures are read and hashed, conditions and steps written out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from nicviz.codecs import Codec
from nicviz.corruptions import CORRUPTIONS
from nicviz.environment import usable_cores
from nicviz.errors import NicvizError
from nicviz.sweeps.datasets import Wanted
from nicviz.sweeps.folder import PLAN, read_json
from nicviz.sweeps.plan import Condition, Plan, PlannedPicture, Step
from nicviz.tasks.settings import CorruptionSetting, ImageSetting, Match
from nicviz.tasks.task import Picture

Known = Mapping[ImageSetting, PlannedPicture]
GROUPS_OF_ALL = ("low", "medium", "high")  # the 15 of the paper; the 4 extra ones are named one by one


def conditions_of(names: Sequence[str], severities: Sequence[int], seed: int) -> tuple[Condition, ...]:
    """Return the clean picture and each corruption at each severity; "all" stands for the 15 of ImageNet-C."""
    every = [each.name for each in CORRUPTIONS.values() if each.group in GROUPS_OF_ALL]
    chosen = dict.fromkeys(name for word in names for name in (every if word == "all" else [word]))
    return (None, *(CorruptionSetting(name, severity, seed) for name in chosen for severity in severities))


def steps_of(codec: Codec, qualities: Sequence[float], match: Match | None) -> list[Step]:
    """Return the steps of a codec: at qualities, at those of its ladder where none are given, or at a match."""
    if match is not None:
        return [Step(codec.reference, None, match, codec.cost)]
    if codec.scale is None:
        return [Step(codec.reference, None, None, codec.cost)]
    return [Step(codec.reference, float(quality), None, codec.cost) for quality in qualities or codec.ladder]


def read_pictures(wanted: Iterable[Wanted], known: Known, report: Callable[[str], None]) -> tuple[PlannedPicture, ...]:
    """Return pictures by content, in order, each content once.

    Args:
        wanted: where they are, and what is cut out of their middle.
        known: those of an earlier plan; a file whose size and time are as they were is not read again.
        report: told of what is left out, a sentence each.
    """
    found: dict[str, PlannedPicture] = {}
    with ThreadPoolExecutor(usable_cores()) as pool:
        for read in pool.map(lambda each: _read(each, known), wanted):
            if isinstance(read, str):
                report(read)
            elif read.picture.sha256 in found:
                first = found[read.picture.sha256].picture.name
                report(f"{read.picture.name} has the content of {first} and is left out.")
            else:
                found[read.picture.sha256] = read
    return tuple(found.values())


def known_pictures(folder: Path) -> Known:
    """Return the pictures of the plan that a folder has, by where they were found."""
    if not (folder / PLAN).exists():
        return {}
    return {_place(each.source): each for each in Plan.from_record(read_json(folder / PLAN)).pictures}


def _place(setting: ImageSetting) -> ImageSetting:
    return replace(setting, crop=None)


def _read(wanted: Wanted, known: Known) -> PlannedPicture | str:
    setting = wanted.setting
    try:
        if Path(setting.source).is_file():
            setting = replace(setting, source=str(Path(setting.source).absolute()))
        stamp = _stamp(setting)
        earlier = known.get(_place(setting))
        if earlier is not None and stamp and earlier.stamp == stamp and _same_cut(earlier, setting, wanted.center):
            return earlier
        if wanted.center is not None:
            setting = replace(setting, crop=_middle(setting, wanted.center))
        return PlannedPicture(Picture.of(setting.load()), setting, stamp)
    except NicvizError as error:
        return f"Left out: {error}"


def _same_cut(earlier: PlannedPicture, setting: ImageSetting, center: tuple[int, int] | None) -> bool:
    """Whether the same is cut out of the same file; its middle, where that is asked for."""
    crop = earlier.source.crop
    if center is None:
        return crop == setting.crop
    return crop is not None and crop[2:] in (center, center[::-1])


def _stamp(setting: ImageSetting) -> str:
    path = Path(setting.source)
    if path.is_file():
        status = path.stat()
        return f"{status.st_mtime_ns}-{status.st_size}"
    return setting.stamp


def _middle(setting: ImageSetting, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the box of a size in the middle of a picture, rounded as torchvision's CenterCrop."""
    picture = Picture.of(setting.load())
    width, height = size if size[0] <= picture.width else size[::-1]  # of a portrait one the same, turned
    if picture.width < width or picture.height < height:
        raise NicvizError(f"{picture.name} is {picture.width}×{picture.height}, smaller than {width}×{height}.")
    return round((picture.width - width) / 2), round((picture.height - height) / 2), width, height
