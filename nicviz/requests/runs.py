"""What the commands of sweeps are asked for: a run over data sets, and a question to one."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from nicviz.analysis.rd.points import Ladder
from nicviz.corruptions import CORRUPTIONS, SEVERITIES
from nicviz.errors import NicvizError
from nicviz.requests.fields import Param, Part, asked, one, plain
from nicviz.requests.parts import LADDERS, MATCH, Sources, sources
from nicviz.tasks.settings import Match, seed_number, whole_number

ALL = "all"


def _corruption(text: str) -> str:
    return text if text == ALL else CORRUPTIONS[text].name


def _severities(text: str) -> tuple[int, ...]:
    found = tuple(whole_number(part, "severity") for part in text.split(","))
    if any(severity not in SEVERITIES for severity in found) or len(set(found)) < len(found):
        raise NicvizError(f"Severities are written 1,3,5, each from 1 to 5 and once; got {text!r}.")
    return found


_SEVERITIES = Part(
    (Param(option="--severity", read=plain(_severities), write=lambda found: ",".join(map(str, found)),
           metavar="S,S,...", help="of every corruption, 1 to 5; 3 by default"),),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Pictures under corruptions through codecs: every figure of every one, recorded in a folder."""

    NAME: ClassVar[str] = "sweep"
    images: Sources = asked(sources("FOLDER", "files, folders, samples, sets or data sets such as kodak"), Sources(()))
    codecs: tuple[Ladder, ...] = asked(LADDERS, ())
    corruptions: tuple[str, ...] = one(
        (), option="--corruption", read=plain(_corruption), many=True, metavar="all|NAME",
        help="one of the corruptions, or the 15 of ImageNet-C; the clean pictures are always measured too",
    )  # fmt: skip
    severities: tuple[int, ...] = asked(_SEVERITIES, (3,))
    seed: int = one(0, option="--seed", read=plain(seed_number), metavar="N", help="of the corruptions' randomness")
    match: Match | None = asked(MATCH, None)
    plan: Path | None = one(
        None, option="--plan", read=plain(Path), metavar="FILE.toml", help="the words above as a table, in their place"
    )
    into: Path = one(option="--into", read=plain(Path), required=True, metavar="RUN", help="the run's folder")
    scheduler: str | None = one(
        None, option="--scheduler", metavar="tcp://HOST:PORT", help="of a Dask cluster; without it: processes here"
    )
    workers: int | None = one(
        None, option="--workers", read=plain(lambda text: whole_number(text, "number of workers")), metavar="N",
        help="processes of this machine; one a core by default, 0 for this very process",
    )  # fmt: skip
    dry_run: bool = one(False, option="--dry-run", flag=True, help="say how much there is to do, and do nothing")
    retry_failed: bool = one(False, option="--retry-failed", flag=True, help="do the units again that failed earlier")
    save_corrupted: Path | None = one(
        None, option="--save-corrupted", read=plain(Path), metavar="DIR", help="write the corrupted pictures as PNG too"
    )

    def __post_init__(self) -> None:
        own = (self.images, self.codecs, self.corruptions, self.severities, self.seed, self.match)
        if self.plan is not None and own != (Sources(()), (), (), (3,), 0, None):
            raise NicvizError("With --plan pictures, codecs, corruptions, severities, seed, match, crop and size are "
                              "those of the file.")  # fmt: skip
        if self.save_corrupted is not None and self.save_corrupted.resolve() == self.into.resolve():
            raise NicvizError(f"{self.into} will hold the run; save corrupted pictures in a folder of their own.")
        if self.plan is None and not (self.images.words and self.codecs):
            raise NicvizError("A sweep needs pictures and --codec, or --plan FILE.toml.")
        if self.match and any(ladder.qualities for ladder in self.codecs):
            raise NicvizError("With --match the quality is searched for: leave out :QUALITY.")
        names = [ladder.codec for ladder in self.codecs]
        for name in names:
            if names.count(name) > 1:
                raise NicvizError(f"{name} is named twice: write its qualities in one, as {name}:Q,Q,….")


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question in SQL to a run."""

    NAME: ClassVar[str] = "query"
    run: Path = one(option="RUN", read=plain(Path), always=True, help="a folder that `sweep` wrote")
    sql: str = one(option="SQL", always=True, help="a statement over the table trials")
    json: bool = one(False, option="--json", flag=True, help="print JSON")
