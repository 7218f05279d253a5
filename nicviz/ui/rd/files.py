"""Downloads of the rate–distortion page, and the command lines that give the same numbers."""

from collections.abc import Mapping, Sequence
from functools import partial

from nicviz.analysis.manifest import to_json
from nicviz.analysis.rd.points import Findings, Ladder, Plan
from nicviz.analysis.rd.record import compressai_zip, rd_command, rd_record, trials_csv
from nicviz.codecs import Codec
from nicviz.tasks.settings import CorruptionSetting, ImageSetting
from nicviz.ui.kit.downloads import File, Rows, figure_files, made_by, named, take_with_you
from nicviz.ui.kit.picture_sets import Pictures
from nicviz.ui.shell.view import View

SENTENCE = "The same numbers without a browser (a file or a folder of yours may stand in the place of samples)"


def curve_downloads(
    view: View, pictures: Pictures, ladders: Sequence[Ladder], found: Findings, codecs: Mapping[str, Codec]
) -> None:
    """Draw the downloads of the curves and the command line that gives their numbers."""
    names, trials = [ladder.codec for ladder in ladders], found.trials()
    command = rd_command(list(map(named, pictures.settings)), ladders, codecs, view.corruption)
    pixels = f"mean of {len(pictures.settings)} pictures" if pictures.is_set else pictures.original.name
    given = f"{pixels}, {view.corruption}" if view.corruption else pixels

    def record() -> str:
        return to_json({**made_by(command), **rd_record(found, names, view.corruption, codecs)})

    files = [
        File("Curves (JSON)", "rate-distortion.json", record),
        File("Points (CSV)", "rate-distortion.csv", partial(trials_csv, trials)),
        File("For CompressAI's plot tool (ZIP)", "compressai-results.zip",
             lambda: compressai_zip(trials, names, codecs, given)),
    ]  # fmt: skip
    take_with_you(files, command, SENTENCE, bool(trials))


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
    command = sweep_command(list(map(named, pictures.settings)), plan, codecs)
    files = [*figure_files(rows, "corruptions", command),
             File("Points (CSV)", "corruption-points.csv", partial(trials_csv, found.trials()))]  # fmt: skip
    take_with_you(files, command, SENTENCE, bool(rows))


def sweep_command(pictures: Sequence[ImageSetting], plan: Plan, codecs: Mapping[str, Codec]) -> str:
    """Return the shell commands that measure a plan: one for the clean pictures, and a loop over the corruptions."""
    given = [condition for condition in plan.conditions if isinstance(condition, CorruptionSetting)]
    clean = rd_command(pictures, plan.ladders, codecs, None)
    one = rd_command(pictures, plan.ladders, codecs, given[0])
    loop = one.replace(f" --corruption {given[0]} ", ' --corruption "$corruption" ')
    return f"{clean}\nfor corruption in {' '.join(map(str, given))}; do {loop}; done"
