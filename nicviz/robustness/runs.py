"""Which runs there are: those in the folder of NICVIZ_RUNS, and a finished example that comes with nicviz."""

from dataclasses import dataclass
from pathlib import Path

from nicviz import environment
from nicviz.errors import NicvizError
from nicviz.sweeps.folder import PLAN, live
from nicviz.sweeps.query import Run, open_run

EXAMPLE = "example"  # its name; a run of this name in the user's folder goes by another
EXAMPLE_FOLDER = Path(__file__).parent / "example"
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class KnownRun:
    """A run that can be looked at.

    Attributes:
        name: of its folder.
        folder: where it is.
        is_example: whether it came with nicviz.
    """

    name: str
    folder: Path
    is_example: bool = False

    @property
    def stamp(self) -> Stamp:
        """What changes when it grows: names, times and sizes of its files of rows."""
        files = [self.folder / each.trials for each in live(self.folder)]
        found = [(file.name, file.stat()) for file in files if file.exists()]
        return tuple((name, status.st_mtime_ns, status.st_size) for name, status in found)

    def open(self) -> Run:
        """Return it for reading; raise `NicvizError` where it is damaged."""
        return open_run(self.folder)


def find_runs() -> tuple[list[KnownRun], str | None]:
    """Return the user's runs, the newest first, then the example; and what is wrong with the folder, in a sentence."""
    root = environment.RUNS.read()
    example = KnownRun(EXAMPLE, EXAMPLE_FOLDER, is_example=True)
    if root is None:
        return [example], None
    try:
        folders = [path for path in root.iterdir() if (path / PLAN).is_file()]
        own = [KnownRun(path.name if path.name != EXAMPLE else f"{EXAMPLE} (folder)", path) for path in folders]
        newest = sorted(own, key=lambda each: (-_changed(each), each.name))
    except OSError as error:
        return [example], f"NICVIZ_RUNS names {root}, which cannot be listed: {error.strerror}."
    problem = None if own else f"NICVIZ_RUNS names {root}, which holds no run yet."
    return [*newest, example], problem


def run_in(folder: Path) -> KnownRun:
    """Return the run in a folder that a user names.

    Raises:
        NicvizError: there is none.
    """
    place = folder.expanduser().absolute()
    if not (place / PLAN).is_file():
        raise NicvizError(f"{folder} holds no run: it has no {PLAN}.")
    return KnownRun(place.name, place)


def _changed(run: KnownRun) -> int:
    return max([(run.folder / PLAN).stat().st_mtime_ns, *(when for _, when, _ in run.stamp)])
