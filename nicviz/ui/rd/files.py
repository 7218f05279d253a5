"""Downloads of the rate–distortion page, and the command lines that give the same numbers."""

from collections.abc import Mapping, Sequence
from functools import partial

from nicviz.analysis.manifest import to_json
from nicviz.analysis.rd.points import Findings, Ladder, Plan
from nicviz.analysis.rd.record import compressai_zip, rd_record, trials_csv
from nicviz.codecs import Codec
from nicviz.requests.commands import RateDistortion
from nicviz.requests.parts import Sources, as_asked
from nicviz.requests.view import View
from nicviz.requests.words import command
from nicviz.samples import sample_sets
from nicviz.tasks.settings import CorruptionSetting, ImageSetting
from nicviz.ui.kit.downloads import File, Rows, figure_files, made_by, take_with_you
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.shell.picture import named_picture

SENTENCE = "The same numbers without a browser (a file or a folder of yours may stand in the place of samples)"


def curve_downloads(
    view: View, pictures: Pictures, ladders: Sequence[Ladder], found: Findings, codecs: Mapping[str, Codec]
) -> None:
    """Draw the downloads of the curves and the command line that gives their numbers."""
    names, trials = [ladder.codec for ladder in ladders], found.trials()
    again = rd_command(_named(pictures), ladders, codecs, view.corruption)
    pixels = f"mean of {len(pictures.settings)} pictures" if pictures.is_set else pictures.original.name
    given = f"{pixels}, {view.corruption}" if view.corruption else pixels

    def record() -> str:
        return to_json({**made_by(again), **rd_record(found, names, view.corruption, codecs)})

    files = [
        File("Curves (JSON)", "rate-distortion.json", record),
        File("Points (CSV)", "rate-distortion.csv", partial(trials_csv, trials)),
        File("For CompressAI's plot tool (ZIP)", "compressai-results.zip",
             lambda: compressai_zip(trials, names, codecs, given)),
    ]  # fmt: skip
    take_with_you(files, again, SENTENCE, bool(trials))


def sweep_downloads(
    pictures: Pictures, plan: Plan, found: Findings, rows: Rows, codecs: Mapping[str, Codec]
) -> None:  # fmt: skip
    """Draw the downloads of a sweep over corruptions or severities, and the command lines of its conditions.

    Args:
        pictures: measured on.
        plan: what was measured.
        found: its points so far.
        rows: what is shown, one row a codec and condition.
        codecs: by name.
    """
    again = sweep_command(_named(pictures), plan, codecs)
    files = [*figure_files(rows, "corruptions", again),
             File("Points (CSV)", "corruption-points.csv", partial(trials_csv, found.trials()))]  # fmt: skip
    take_with_you(files, again, SENTENCE, bool(rows))


def sweep_command(pictures: Sequence[ImageSetting], plan: Plan, codecs: Mapping[str, Codec]) -> str:
    """Return the shell commands that measure a plan: one for the clean pictures, and a loop over the corruptions."""
    given = [condition for condition in plan.conditions if isinstance(condition, CorruptionSetting)]
    clean = rd_command(pictures, plan.ladders, codecs, None)
    one = rd_command(pictures, plan.ladders, codecs, given[0])
    loop = one.replace(f" --corruption {given[0]} ", ' --corruption "$corruption" ')
    return f"{clean}\nfor corruption in {' '.join(map(str, given))}; do {loop}; done"


def rd_command(
    pictures: Sequence[ImageSetting],
    ladders: Sequence[Ladder],
    codecs: Mapping[str, Codec],
    corruption: CorruptionSetting | None,
) -> str:
    """Return the shell command whose JSON holds the numbers of the curves; a whole set of samples goes by its name."""
    sets = {tuple(ImageSetting(sample.key) for sample in samples): name for name, samples in sample_sets().items()}
    name = sets.get(tuple(pictures)) if len(pictures) > 1 else None
    first = pictures[0]  # what is cut is cut of all pictures alike
    words = (name,) if name else tuple(picture.word for picture in pictures)
    asked = tuple(as_asked(ladder, codecs[ladder.codec]) for ladder in ladders)
    images = Sources(words, first.crop, first.longest_side)
    return command(RateDistortion(images=images, codecs=asked, corruption=corruption, json=True))


def _named(pictures: Pictures) -> list[ImageSetting]:
    return [named_picture(setting) for setting in pictures.settings]
