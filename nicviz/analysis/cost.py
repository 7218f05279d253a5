"""About how long work with codecs takes, told before it is begun."""

import math
from collections.abc import Mapping, Sequence

from nicviz.analysis.heatmap.setting import HeatmapSetting
from nicviz.analysis.rd.points import Ladder
from nicviz.codecs import Codec, Placement
from nicviz.codecs.base import MEGAPIXEL
from nicviz.images import LoadedImage
from nicviz.run.place import lanes
from nicviz.spectra.basis import GRIDS, SIDE
from nicviz.tasks.match import MAX_PROGRAM_TRIALS
from nicviz.tasks.settings import Match

ASK_BEYOND = 60.0  # seconds


def seconds_to_code(codec: Codec, encodings: int, megapixels: float, at_once: bool = True) -> float:
    """Return about how many seconds a program takes for encodings (and decodings) of pictures of so many megapixels.

    `at_once`: as many as there are cores; otherwise one after the other, as where each waits for what the last gave.

    Programs start anew for each picture and have no quicker way to an estimate; of other codecs 0 is returned, whose
    work grows from the first moment on and says itself how long it will take.
    """
    if codec.placement is not Placement.PROGRAM:
        return 0.0
    turns = math.ceil(encodings / lanes(codec).threads) if at_once else encodings
    return turns * codec.cost * megapixels


def seconds_to_compare(codec: Codec, match: Match | None, inputs: int, original: LoadedImage) -> float:
    """Return about how many seconds a program takes for pictures of the size of `original`, one after the other.

    Args:
        codec: that may be a program.
        match: for which it tries some qualities on each picture first.
        inputs: that it is given in the end.
        original: the picture, or one of them.
    """
    tries = MAX_PROGRAM_TRIALS if match else 0
    return seconds_to_code(codec, inputs + tries, original.pixels[:, :, 0].size / MEGAPIXEL, at_once=False)


def seconds_of_heatmap(codec: Codec, setting: HeatmapSetting, num_images: int = 1) -> float:
    """Return about how many seconds the Fourier heatmap of a codec takes."""
    cells = 1 + len(GRIDS[setting.grid].frequencies)
    return seconds_to_code(codec, cells * len(setting.patterns(0)) * num_images, SIDE**2 / MEGAPIXEL)


def seconds_of_curves(
    codecs: Mapping[str, Codec], ladders: Sequence[Ladder], num_images: int, megapixels: float
) -> float:
    """Return about how many seconds the points of ladders take.

    Args:
        codecs: by name.
        ladders: the qualities of each.
        num_images: of about `megapixels` each.
    """
    return sum(
        seconds_to_code(codecs[ladder.codec], len(ladder.qualities) * num_images, megapixels) for ladder in ladders
    )


def told(seconds: float) -> str:
    """Return a time as it is said: "3 min", "2 h 10 min"."""
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"
