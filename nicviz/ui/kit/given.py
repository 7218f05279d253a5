"""What the codecs are given: pictures of a choice, clean or corrupted."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial

from nicviz.images import LoadedImage
from nicviz.tasks.compress import corrupted
from nicviz.tasks.settings import CorruptionSetting
from nicviz.ui.kit.picture_sets import Pictures

Load = Callable[[], LoadedImage]


@dataclass(frozen=True)
class Given:
    """Pictures as the codecs get them: clean, or corrupted where a corruption is chosen."""

    pictures: Pictures
    corruption: CorruptionSetting | None

    @property
    def key(self) -> Hashable:
        """Tells these pictures from others."""
        return self.pictures.key, self.corruption

    def loads(self) -> list[Load]:
        """Return what reads, and corrupts, each picture."""
        loads = self.pictures.loads()
        return loads if self.corruption is None else [partial(_corrupted, load, self.corruption) for load in loads]


def _corrupted(load: Load, corruption: CorruptionSetting) -> LoadedImage:
    return corrupted(load(), corruption)
