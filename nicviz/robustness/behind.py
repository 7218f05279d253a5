"""The picture behind a row of a run: found again by its content, corrupted and coded as the run's plan says."""

from dataclasses import replace
from pathlib import Path

from nicviz.errors import NicvizError
from nicviz.images import LoadedImage
from nicviz.samples import SAMPLES, Sample, sample_sets
from nicviz.sweeps.datasets import folder_of_fetched
from nicviz.sweeps.plan import PlannedPicture
from nicviz.tasks.settings import ImageSetting


def find_picture(planned: PlannedPicture) -> LoadedImage:
    """Return a picture of a run, where it is a sample, of a fetched data set or in the folder of NICVIZ_IMAGES.

    A run's plan may name any file; nothing is opened but what this server offers anyway, and only what has the content
    that the plan tells.

    Raises:
        NicvizError: it is not here; it says what would help.
    """
    for setting in _candidates(planned):
        try:
            loaded = setting.load()
        except NicvizError:
            continue
        if loaded.sha256 == planned.picture.sha256:
            return loaded
    raise NicvizError(
        f"{planned.picture.name} ({planned.picture.width}×{planned.picture.height}) is not here with the content that "
        "the run measured: it is no sample, and neither in the folder of NICVIZ_IMAGES nor in a fetched data set. Put "
        "the run's pictures there."
    )


def _candidates(planned: PlannedPicture) -> list[ImageSetting]:
    """Return where the picture may be, the likeliest first: under its own key, then files of its name."""
    source = planned.source
    own = [sample for group in sample_sets().values() for sample in group if sample.kind == "folder"]
    stems = {Path(source.source).stem, Path(planned.picture.name).stem}
    keys = [each.key for each in own if each.key == source.source or _stem(each) in stems]
    if source.source.partition("@")[0] in SAMPLES:
        return [source]
    fetched = [str(file) for file in sorted(folder_of_fetched().glob("*/*")) if file.stem in stems and file.is_file()]
    return [replace(source, source=key) for key in (*keys, *fetched)]


def _stem(sample: Sample) -> str:
    return sample.key.rpartition("/")[2].removesuffix(Path(sample.key).suffix)
